"""Beginning, writing, building and issuing reports; raising, answering and closing matters. The only writers of them.

Each takes `version`, the one that was seen: who saves an older one is told, and nothing of either is lost.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people.models import Account
from lienvung.programme.access import Standing, standing_of
from lienvung.programme.models import Agreement, Clause, Commitment, Party
from lienvung.programme.rules import check_dates, check_words
from lienvung.programme.writing import fresh, write
from lienvung.reports import report_access as access
from lienvung.reports.models import Block, Matter, Report
from lienvung.reports.words import BLOCKS
from lienvung.results.models import Period
from lienvung.texts import Text

FORM = (
    "issuer_above", "issuer", "issuer_en", "number", "symbol", "place", "dated", "addressed_to", "addressed_to_en",
    "recipients", "recipients_en", "signed_for", "signed_for_en", "signer_post", "signer_post_en", "signer_name",
)  # fmt: skip
LONGEST = 20_000


def _refuse() -> NotAllowed:
    return NotAllowed(
        "reports.may_not",
        vi="Vai trò của bạn không làm được việc này ở tình trạng hiện tại (xem bảng quyền).",
        en="Your role may not do this in the present state (see the table of rights).",
    )


def _standing(by: Account | None, agreement: Agreement) -> Standing | None:
    return None if by is None else standing_of(by, agreement)


@transaction.atomic
def begin_report(
    *, by: Account | None, agreement: Agreement, party: Party, kind: str, period: Period | None = None,
    starts_on: date | None = None, ends_on: date | None = None,
) -> Report:  # fmt: skip
    """A draft of `party`'s own form; a periodic one covers `period`, the others a time from day to day."""
    standing = _standing(by, agreement)
    if standing is not None and (not access.may_begin(standing, "report") or party.pk not in standing.parties):
        raise _refuse()
    if period is not None:
        starts_on, ends_on = period.starts_on, period.ends_on
    foreign = party.agreement_id != agreement.pk or (period is not None and period.agreement_id != agreement.pk)
    if foreign:
        raise Invalid("reports.elsewhere", vi="Thuộc thỏa thuận khác.", en="Of another agreement.", path="period")
    if kind == "periodic" and period is None:
        raise Invalid("reports.period", vi="Hãy chọn kỳ báo cáo.", en="Choose the period.", path="period")
    if starts_on is None or ends_on is None:
        path = "starts_on" if starts_on is None else "ends_on"
        raise Invalid("reports.days", vi="Hãy nhập từ ngày nào đến ngày nào.", en="Enter both days.", path=path)
    check_dates(starts_on, ends_on)
    place = party.unit.name.removeprefix("Tỉnh ").removeprefix("Thành phố ")[:100]
    report = Report.objects.create(
        agreement=agreement, party=party, kind=kind, period=period, starts_on=starts_on, ends_on=ends_on,
        issuer=f"Ủy ban nhân dân {party.name[:1].lower()}{party.name[1:]}"[:200],
        issuer_en=f"People's Committee of {party.name_text.en}"[:200], symbol="BC-UBND",
        place=place, recipients="Như trên\nLưu: VT", recipients_en="As above\nArchive",
        signed_for="TM. Ủy ban nhân dân", signed_for_en="For the People's Committee", signer_post="Chủ tịch",
        signer_post_en="Chairman", made_by=by,
    )  # fmt: skip
    Block.objects.bulk_create([Block(report=report, name=name) for name in BLOCKS])
    record(action="reports.begin", by=by, subject=report)
    return report


def _to_write(report: Report, by: Account | None, version: int, act: str) -> Report:
    """The row, locked, if `by` may and nobody was quicker; not while it is being built."""
    stored = fresh(report, version)
    standing = _standing(by, stored.agreement)
    if stored.state == Report.State.FINAL:
        raise Conflict(
            "reports.frozen",
            vi="Báo cáo đã ban hành, không sửa được nữa: hãy lập báo cáo mới.",
            en="The report was issued and cannot be changed any more: begin a new one.",
        )
    if standing is not None and not access.may_report(standing, act, stored):
        raise _refuse()
    if stored.busy:
        raise Conflict(
            "reports.busy", vi="Báo cáo đang được lập: hãy chờ xong.", en="The report is being built: wait for its end."
        )
    return stored


@transaction.atomic
def write_report(
    *, by: Account | None, report: Report, version: int, form: dict[str, Any], blocks: dict[str, Text]
) -> Report:
    """The party's form and the narrative blocks."""
    stored = _to_write(report, by, version, "make")
    check_words(form.get("issuer", stored.issuer), path="issuer", most=200)
    for name, text in blocks.items():
        if name not in BLOCKS or max(map(len, text)) > LONGEST:
            raise Invalid("reports.block", vi="Đoạn văn quá dài.", en="The text is too long.", path=name)
        Block.objects.update_or_create(report=stored, name=name, defaults={"text": text.vi, "text_en": text.en})
    write(stored, **{name: value for name, value in form.items() if name in FORM})
    record(action="reports.write", by=by, subject=stored)
    return stored


@transaction.atomic
def ask_to_build(*, by: Account | None, report: Report, version: int, final: bool = False) -> Report:
    """Let the worker build its files. `final`: issue it; the form must be complete, and it is frozen once built."""
    stored = _to_write(report, by, version, "finish" if final else "make")
    if final:
        for name, words in (("number", "số văn bản"), ("dated", "ngày ký"), ("signer_name", "người ký")):
            if not getattr(stored, name):
                raise Invalid(
                    "reports.incomplete", vi=f"Chưa có {words}.", en="The form is not complete yet.", path=name
                )
    write(
        stored, build=Report.Build.WAITING, build_final=final, done=0, most=0, trouble="", asked_at=timezone.now(),
        beaten_at=None, issued_by=by if final else None,
    )  # fmt: skip
    record(action="reports.issue" if final else "reports.build", by=by, subject=stored)
    return stored


@transaction.atomic
def raise_matter(
    *, by: Account | None, agreement: Agreement, party: Party, kind: str, text: str, raised_on: date, text_en: str = "",
    addressee_party: Party | None = None, addressee: str = "", answer_due: date | None = None,
    clause: Clause | None = None, commitment: Commitment | None = None,
) -> Matter:  # fmt: skip
    standing = _standing(by, agreement)
    if standing is not None and (not access.may_begin(standing, "raise_matter") or party.pk not in standing.parties):
        raise _refuse()
    for row in (party, addressee_party, clause, commitment):
        if row is not None and row.agreement_id != agreement.pk:
            raise Invalid("reports.elsewhere", vi="Thuộc thỏa thuận khác.", en="Of another agreement.", path="clause")
    words = check_words(text, path="text", most=4000)
    if addressee_party is None:
        addressee = check_words(addressee, path="addressee", most=200)
    elif addressee_party == party:
        raise Invalid(
            "reports.to_oneself", vi="Không gửi cho chính mình.", en="Not to oneself.", path="addressee_party"
        )
    check_dates(raised_on, answer_due, path="answer_due")
    matter = Matter.objects.create(
        agreement=agreement, party=party, kind=kind, text=words, text_en=text_en.strip(), raised_on=raised_on,
        addressee_party=addressee_party, addressee="" if addressee_party else addressee, answer_due=answer_due,
        clause=clause, commitment=commitment, raised_by=by,
    )  # fmt: skip
    record(action="reports.raise_matter", by=by, subject=matter)
    return matter


def _matter(matter: Matter, by: Account | None, version: int, act: str) -> Matter:
    stored = fresh(matter, version)
    standing = _standing(by, stored.agreement)
    if standing is not None and not access.may_matter(standing, act, stored):
        raise _refuse()
    if stored.state == Matter.State.CLOSED or (act == "answer" and stored.state != Matter.State.OPEN):
        raise Conflict("reports.matter_over", vi="Mục này đã xong.", en="This was dealt with already.")
    return stored


@transaction.atomic
def answer_matter(
    *, by: Account | None, matter: Matter, version: int, answer: str, answered_on: date, answer_en: str = ""
) -> Matter:
    stored = _matter(matter, by, version, "answer")
    words = check_words(answer, path="answer", most=4000)
    check_dates(stored.raised_on, answered_on, path="answered_on")
    write(
        stored, state=Matter.State.ANSWERED, answer=words, answer_en=answer_en.strip(), answered_on=answered_on,
        answered_by=by,
    )  # fmt: skip
    record(action="reports.answer_matter", by=by, subject=stored)
    return stored


@transaction.atomic
def close_matter(*, by: Account | None, matter: Matter, version: int, closing: str, closed_on: date) -> Matter:
    """By the party that raised it; its words say why, most of all where no answer came."""
    stored = _matter(matter, by, version, "close")
    words = check_words(closing, path="closing", most=4000)
    check_dates(stored.raised_on, closed_on, path="closed_on")
    write(stored, state=Matter.State.CLOSED, closing=words, closed_on=closed_on)
    record(action="reports.close_matter", by=by, subject=stored)
    return stored
