"""Writing results: told by one party, decided by the other. Each act: who may → rules → write → history → audit.

Every act names the `version` it has seen: of two officers at once the later is told, and nothing of the earlier is
lost. The period's row is locked first, so that no result slips into one that is being locked. `by` None is the system
itself (a story, an import that was approved); `at` is when it happened, given by a story only.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid, NotAllowed, TooLarge
from lienvung.papers.actions import store_file
from lienvung.papers.kinds import MOST_BYTES
from lienvung.people.models import Account
from lienvung.programme.access import standing_of
from lienvung.programme.models import Commitment, Party
from lienvung.programme.rules import may
from lienvung.programme.writing import check_nothing_rests
from lienvung.results import access, rules
from lienvung.results.models import Claim, ClaimAct, Evidence, Indicator, Period

CONTENT: Final = ("text", "text_en", "happened_on", "indicator", "value")
MOST_FILES: Final = 20


def check_size(size: int) -> None:
    """TooLarge before an oversized upload is read into memory."""
    if size > MOST_BYTES:
        raise TooLarge(
            "papers.size",
            vi=f"Tệp lớn hơn {MOST_BYTES // 2**20} MB: hãy giảm dung lượng hoặc chia nhỏ.",
            en=f"The file is above {MOST_BYTES // 2**20} MB: make it smaller or split it.",
            path="file",
        )


def content_of(claim: Claim) -> dict[str, Any]:
    """What the result says, as plain values."""
    return {
        "text": claim.text,
        "text_en": claim.text_en,
        "happened_on": claim.happened_on,
        "indicator": claim.indicator.code if claim.indicator else None,
        "value": claim.value,
    }


def open_period(period: Period) -> Period:
    """The period as it stands, its row locked; Conflict when it is locked for results."""
    stands = Period.objects.select_for_update().get(pk=period.pk)
    if stands.locked:
        raise rules.period_locked(stands.name)
    return stands


def counterpart_for(commitment: Commitment, party: Party, chosen: Party | None) -> Party:
    """Who decides: the other side of the commitment, or the only other party; otherwise it must be chosen."""
    sides = [each for each in (commitment.obligor, commitment.beneficiary) if each is not None and each.pk != party.pk]
    others = [each for each in commitment.agreement.parties.all() if each.pk != party.pk]
    if chosen is None:
        fitting = sides if len(sides) == 1 else others
        if len(fitting) == 1:
            return fitting[0]
        raise Invalid(
            "results.counterpart_missing",
            vi="Thỏa thuận có nhiều bên: hãy chọn bên sẽ xác nhận kết quả này.",
            en="The agreement has several parties: choose the one that is to confirm this result.",
            path="counterpart",
        )
    if chosen.pk not in {each.pk for each in others}:
        raise Invalid(
            "results.counterpart_wrong",
            vi="Bên xác nhận phải là một bên khác của cùng thỏa thuận: hãy chọn lại.",
            en="The confirming party must be another party of the same agreement: choose again.",
            path="counterpart",
        )
    return chosen


def check_content(
    commitment: Commitment, period: Period, told: dict[str, Any], *, today: date | None = None
) -> dict[str, Any]:
    """The content as it may be written; raises Invalid with the field."""
    rules.check_happened(
        told.get("happened_on"), starts_on=period.starts_on, ends_on=period.ends_on, today=today or timezone.localdate()
    )
    indicator, value = told.get("indicator"), told.get("value")
    if (indicator is None) != (value is None):
        raise Invalid(
            "results.value_alone",
            vi="Số liệu cần cả chỉ tiêu và giá trị: hãy điền đủ hai ô, hoặc để trống cả hai.",
            en="A figure needs both an indicator and a value: fill in both fields or neither.",
            path="value" if value is None else "indicator",
        )
    if indicator is not None:
        check_indicator(commitment, indicator)
    return {
        "text": rules.check_words(told["text"], path="text", least=5),
        "text_en": (told.get("text_en") or "").strip(),
        "happened_on": told.get("happened_on"),
        "indicator": indicator,
        "value": Decimal(value) if value is not None else None,
    }


def check_indicator(commitment: Commitment, indicator: Indicator) -> None:
    elsewhere = indicator.agreement_id != commitment.agreement_id
    if elsewhere or indicator.commitment_id not in (None, commitment.pk):
        raise Invalid(
            "results.indicator_elsewhere",
            vi="Chỉ tiêu này không thuộc cam kết đó: hãy chọn chỉ tiêu khác.",
            en="This indicator does not belong to that commitment: choose another.",
            path="indicator",
        )
    if indicator.automatic:
        raise Invalid(
            "results.indicator_automatic",
            vi="Chỉ tiêu này được tính tự động từ sổ cái, không báo bằng tay: hãy chọn chỉ tiêu khác.",
            en="This indicator is computed from the ledger and not told by hand: choose another.",
            path="indicator",
        )


@transaction.atomic
def record_claim(
    *,
    by: Account | None,
    commitment: Commitment,
    period: Period,
    text: str,
    party: Party | None = None,
    counterpart: Party | None = None,
    source: str = "",
    at: datetime | None = None,
    **told: Any,
) -> Claim:
    """A draft of a result. `told`: text_en, happened_on, indicator with value. `party`: whose result it is (by default
    the one that `by` speaks for, otherwise the obligor)."""
    standing = standing_of(by, commitment.agreement)
    party = party or _own_party(standing.parties, commitment)
    if by is not None and not access.may_claim(standing, commitment, party):
        if party.pk not in standing.parties:
            raise rules.wrong_party("revise", None if not standing.parties else rules.COUNTERPART)
        raise not_in_table()
    if period.agreement_id != commitment.agreement_id:
        raise Invalid(
            "results.period_elsewhere",
            vi="Kỳ này thuộc thỏa thuận khác: hãy chọn kỳ khác.",
            en="This period belongs to another agreement: choose another.",
            path="period",
        )
    period = open_period(period)
    content = check_content(commitment, period, {"text": text, **told})
    claim = Claim(
        agreement=commitment.agreement, commitment=commitment, period=period, party=party,
        counterpart=counterpart_for(commitment, party, counterpart), source=source, recorded_by=by,
        recorded_at=at or timezone.now(), **content,
    )  # fmt: skip
    claim.save(force_insert=True)
    _note(claim, "record", by=by, side=rules.CLAIMANT, before="", words="", at=at)
    return claim


def _own_party(parties: frozenset[Any], commitment: Commitment) -> Party:
    own = [each for each in (commitment.obligor, commitment.beneficiary) if each is not None and each.pk in parties]
    own += [each for each in commitment.agreement.parties.all() if each.pk in parties]
    if own:
        return own[0]
    if commitment.obligor is not None:
        return commitment.obligor
    raise Invalid(
        "results.party_missing",
        vi="Cam kết này là của mọi bên: hãy nêu bên báo kết quả.",
        en="This commitment is owed by all parties: say whose result it is.",
        path="party",
    )


def not_in_table() -> NotAllowed:
    return NotAllowed(
        "results.role",
        vi="Vai trò của bạn không làm được việc này ở tình trạng hiện tại (xem bảng quyền): hãy nhờ cán bộ đầu mối.",
        en="Your role may not do this in the present state (see the table of rights): ask the focal officer.",
    )


def _begin(claim: Claim, by: Account | None, version: int) -> tuple[Claim, str | None, frozenset[Any]]:
    """The result as it stands, locked, if it is what was seen; the side and the roles of `by`."""
    open_period(claim.period)
    stands = Claim.objects.select_for_update(of=("self",)).select_related(
        "agreement", "commitment", "period", "party__unit", "counterpart__unit", "indicator"
    ).get(pk=claim.pk)  # fmt: skip
    rules.check_version(stands.version, version)
    if by is None:
        return stands, None, frozenset()
    standing = standing_of(by, stands.agreement)
    return stands, access.side_of(standing, stands), access.roles_on(standing, stands)


def _write(claim: Claim, **changes: Any) -> None:
    """Write if nobody wrote since; the last word where a database locks no rows."""
    found = Claim.objects.filter(pk=claim.pk, version=claim.version)
    if not found.update(**changes, version=claim.version + 1):
        raise rules.changed_meanwhile()
    for name, value in changes.items():
        setattr(claim, name, value)
    claim.version += 1


def _note(
    claim: Claim, act: str, *, by: Account | None, side: str, before: str, words: str, at: datetime | None
) -> ClaimAct:
    party = claim.party if side == rules.CLAIMANT else claim.counterpart
    noted = ClaimAct.objects.create(
        claim=claim, number=claim.version, act=act, side=side, before=before, after=claim.state, words=words,
        content=content_of(claim), party=party, by=by, by_name=by.full_name if by else "",
        organisation_name=access.organisation_of(by, party) if by else "", at=at or timezone.now(),
    )  # fmt: skip
    details = {"before": before, "after": claim.state, "version": claim.version, "party": str(party)}
    record(action=f"results.{act}_claim", by=by, subject=claim, details=details)
    return noted


def step(
    name: str, *, by: Account | None, claim: Claim, version: int, words: str = "", at: datetime | None = None
) -> Claim:
    """One step of `rules.STEPS`."""
    rule = rules.STEPS[name]
    with transaction.atomic():
        stands, side, roles = _begin(claim, by, version)
        rules.check_step(name, side=side if by is not None else rule.side, state=stands.state)
        if by is not None and not may("claim", stands.state, access.NAMES.get(name, name), roles):
            raise not_in_table()
        words = rules.check_words(words, path="words", least=5) if rule.needs_words else words.strip()[: rules.LONGEST]
        before, now = stands.state, at or timezone.now()
        into = rule.into or before
        changes: dict[str, Any] = {"state": into}
        if into == rules.SUBMITTED:
            changes |= {"waiting_since": now, "sent_at": stands.sent_at or now, "decided_at": None}
        elif into in (rules.CONFIRMED, rules.RETURNED, rules.DISPUTED):
            changes |= {"waiting_since": None, "decided_at": now}
        else:
            changes |= {"waiting_since": None, "decided_at": None}
        _write(stands, **changes)
        _note(stands, name, by=by, side=rule.side, before=before, words=words, at=at)
        return stands


def revise_claim(*, by: Account | None, claim: Claim, version: int, at: datetime | None = None, **told: Any) -> Claim:
    """Change what a draft, or a returned result, says. `told`: text, text_en, happened_on, indicator, value."""
    with transaction.atomic():
        stands, side, roles = _begin(claim, by, version)
        rules.check_step("revise", side=side if by is not None else rules.CLAIMANT, state=stands.state)
        if by is not None and not may("claim", stands.state, "edit", roles):
            raise not_in_table()
        kept = {name: getattr(stands, name) for name in CONTENT}
        content = check_content(stands.commitment, stands.period, {**kept, **told})
        _write(stands, **content)
        _note(stands, "revise", by=by, side=rules.CLAIMANT, before=stands.state, words="", at=at)
        return stands


def discard_claim(*, by: Account | None, claim: Claim, version: int) -> None:
    """Take back a draft that was written by mistake: never submitted, without a file, as it was first written."""
    with transaction.atomic():
        stands, side, roles = _begin(claim, by, version)
        rules.check_step("revise", side=side if by is not None else rules.CLAIMANT, state=stands.state)
        if by is not None and not may("claim", stands.state, "edit", roles):
            raise not_in_table()
        if stands.sent_at is not None or stands.acts.count() > 1:
            raise rules.changed_meanwhile()
        check_nothing_rests(stands, besides=frozenset({ClaimAct}))
        record(action="results.discard_claim", by=by, subject=stands, details={"party": str(stands.party)})
        stands.delete()


def attach_evidence(
    *, by: Account | None, claim: Claim, version: int, name: str, data: bytes, note: str = "", side: str = "",
    at: datetime | None = None,
) -> Evidence:  # fmt: skip
    """A file beside the result. `side`: for whom the system attaches it (the claimant by default)."""
    with transaction.atomic():
        stands, found, roles = _begin(claim, by, version)
        own = (side or rules.CLAIMANT) if by is None else found
        if own is None:
            raise rules.wrong_party("revise", None)
        if stands.state not in rules.ATTACHING[own]:
            raise _wrong_moment(stands, "attach")
        if by is not None and not may("claim", stands.state, "attach", roles):
            raise not_in_table()
        if stands.evidence.count() >= MOST_FILES:
            raise Invalid(
                "results.files",
                vi=f"Mỗi kết quả có tối đa {MOST_FILES} tệp: hãy gộp các tệp lại.",
                en=f"A result has {MOST_FILES} files at most: put them together.",
                path="file",
            )
        file = store_file(by=by, room=access.ROOM, about=access.about(stands), name=name, data=data)
        before = stands.state
        _write(stands, state=before)
        noted = _note(stands, "attach", by=by, side=own, before=before, words=file.name, at=at)
        return Evidence.objects.create(
            claim=stands, file=file, note=note.strip()[:300], party=noted.party, by_name=noted.by_name, at=noted.at
        )


def answer_claim(
    *, by: Account | None, claim: Claim, version: int, words: str, side: str = "", at: datetime | None = None
) -> Claim:
    """A word of either side that changes nothing but the history."""
    with transaction.atomic():
        stands, found, roles = _begin(claim, by, version)
        own = (side or rules.CLAIMANT) if by is None else found
        if own is None:
            raise rules.wrong_party("revise", None)
        if stands.state not in rules.ANSWERING:
            raise _wrong_moment(stands, "answer")
        if by is not None and not may("claim", stands.state, "answer", roles):
            raise not_in_table()
        words = rules.check_words(words, path="words", least=5)
        _write(stands, state=stands.state)
        _note(stands, "answer", by=by, side=own, before=stands.state, words=words, at=at)
        return stands


def _wrong_moment(claim: Claim, act: str) -> Conflict:
    state, word = rules.STATES[claim.state], rules.STEP_WORDS[act]
    return Conflict(
        "results.wrong_state",
        vi=f"Kết quả đang ở tình trạng “{state.vi}” nên không thể {word.vi} lúc này: hãy xem lịch sử của nó.",
        en=f"The result is “{state.en}”, so this cannot be done now ({word.en}): look at its history.",
        path="file" if act == "attach" else "words",
    )
