"""Running the checks, dismissing a finding, answering it, setting a parameter; the only writers of this room's tables.

run_checks(limit)   the next events of the ledger, and what is due; how much that was (a chore of the worker)
run_all()           the whole ledger from the beginning
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from lienvung import registry
from lienvung.audit.actions import record
from lienvung.checks import access, rules
from lienvung.checks.known import Known, known_of, parameters_of
from lienvung.checks.models import Finding, Position, Setting, Treatment, Watch
from lienvung.checks.reach import Reach, reach_of
from lienvung.checks.reading import Reader, lots_of_product, numbers_after
from lienvung.errors import Conflict, NotAllowed
from lienvung.lineage.anomalies import Outcome, examine, examine_areas
from lienvung.lineage.anomalies_facts import World
from lienvung.lineage.anomalies_words import CertifiedArea, Found, Parameters
from lienvung.people.models import Account, Organisation

log = logging.getLogger(__name__)
A_RUN = 2_000  # events of one run of the chore: a second or two
DUE_A_RUN = 500
CHUNK = 400
LONGEST = 400  # characters of a subject, a scope, a plot
GTIN_AT = len("https://id.gs1.org/01/")


def run_checks(limit: int = A_RUN, *, now: datetime | None = None, certificates: bool = False) -> int:
    """Look at the next `limit` events and at what is due; how many that was. Safe to run twice at once.

    Reading and judging hold no lock; a run that was overtaken by another writes nothing and is made again.
    `certificates`: look at every certificate's area, not only at those of the products touched. A run that fails is
    made smaller; the one event, or the one due thing, that fails by itself is passed over, and the log has it.
    """
    now = now or timezone.now()
    position, _ = Position.objects.get_or_create(pk=1)
    numbers = numbers_after(position.event, limit)
    due = list(Watch.objects.filter(due__lt=now).order_by("due").values_list("thing", flat=True)[:DUE_A_RUN])
    if not numbers and not due and not certificates:
        return 0
    while True:
        try:
            _run(position, numbers, due, now, certificates=certificates)
            return len(numbers) + len(due)
        except (OperationalError, InterfaceError):  # the database, not what is in it: the same again later
            raise
        except Exception:
            log.exception("checks of %d events and %d due things failed", len(numbers), len(due))
            if len(numbers) + len(due) <= 1:
                break
            due, numbers = (due[: len(due) // 2], numbers) if due else (due, numbers[: len(numbers) // 2])
    if numbers:
        Position.objects.filter(pk=1, version=position.version).update(event=numbers[0], version=position.version + 1)
    Watch.objects.filter(thing__in=due).delete()
    return len(numbers) + len(due)


def _run(position: Position, numbers: list[int], due: list[str], now: datetime, *, certificates: bool) -> None:
    _keep_treatments(reader := Reader(), numbers)
    reach = reach_of(reader, numbers, due)
    areas = _areas(None if certificates else {thing[GTIN_AT : GTIN_AT + 14] for thing in reach.things})
    world = _world_of_areas(reader, areas)
    known = known_of([*reach.world.of, *world.of], _places(reach.world, world))
    parameters = parameters_of(known, [*reach.world.of, *world.of], _places(reach.world, world))
    outcome = examine(reach.world, reach.things, parameters, now=_ms(now))
    outcome.found += examine_areas(world, areas, parameters)
    scopes = reach.scopes | {area.subject for area in areas}
    with transaction.atomic():
        moved = Position.objects.filter(pk=1, version=position.version).update(
            event=numbers[-1] if numbers else position.event, version=position.version + 1, ran_at=now
        )
        if moved:
            _store(outcome, scopes, known, now)
            _store_watches(outcome, scopes)


def run_all(*, now: datetime | None = None, limit: int = 10 * A_RUN) -> int:
    """Look at the whole ledger again, e.g. after a parameter was set; how many events that was."""
    Position.objects.update_or_create(pk=1, defaults={"event": 0})
    done = 0
    while numbers_after(Position.objects.get(pk=1).event, 1):
        done += run_checks(limit, now=now)
    run_checks(0, now=now, certificates=True)
    return done


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _places(*worlds: World) -> set[str]:
    facts = (fact for world in worlds for fact in world.facts)
    return {place for fact in facts for place in (fact.place, fact.read_point, *fact.destinations) if place}


def _areas(gtins: set[str] | None) -> list[CertifiedArea]:
    """The certificates of these products; None: all. A provider that fails is passed over, and logged."""
    found: list[CertifiedArea] = []
    for provider in registry.certified_areas:
        try:
            found += [area for area in provider.areas() if gtins is None or gtins & set(area.gtins)]
        except Exception:
            log.exception("certified areas of %s", provider.name)
    return found


def _world_of_areas(reader: Reader, areas: Iterable[CertifiedArea]) -> World:
    gtins = sorted({gtin for area in areas for gtin in area.gtins})
    return World(reader.of_things(lot for gtin in gtins for lot in lots_of_product(gtin)))


def _keep_treatments(reader: Reader, numbers: list[int]) -> None:
    """Remember treatments of plots before the harvests of the same run are looked at."""
    kept = [
        Treatment(event=fact.event, plot=plot, since=fact.time, until=fact.waiting_until or 0)
        for fact in reader.facts(numbers)
        if fact.waiting_until is not None and not fact.lines
        for plot in sorted(fact.plots)
        if len(plot) <= LONGEST and plot.isprintable()  # as a name, not as a flood
    ]
    Treatment.objects.bulk_create(kept, ignore_conflicts=True)


# --- findings ----------------------------------------------------------------------------------


def _store(outcome: Outcome, scopes: set[str], known: Known, now: datetime) -> None:
    """Bring the rows of these scopes to what was found; what is found no more is resolved."""
    found = {each.key: each for each in outcome.found if max(len(each.subject), len(each.scope)) <= LONGEST}
    standing = _standing(scopes, found)
    for key, each in found.items():
        row = standing.get(key)
        if row is None:
            _open(each, known, now)
        elif row.digest != each.digest or row.state == Finding.State.RESOLVED:
            _change(row, each, known, now)
    gone = [row.pk for key, row in standing.items() if key not in found and row.state != Finding.State.RESOLVED]
    seen = [row.pk for key, row in standing.items() if key in found]
    for start in range(0, max(len(gone), len(seen)), CHUNK):
        Finding.objects.filter(pk__in=gone[start : start + CHUNK]).update(state=Finding.State.RESOLVED, state_at=now)
        Finding.objects.filter(pk__in=seen[start : start + CHUNK]).update(last_seen=now)


def _standing(scopes: set[str], found: dict[str, Found]) -> dict[str, Finding]:
    rows: dict[str, Finding] = {}
    for name, values in (("scope", sorted(scopes)), ("key", sorted(found))):
        for start in range(0, len(values), CHUNK):
            part = Finding.objects.select_for_update().filter(**{f"{name}__in": values[start : start + CHUNK]})
            rows |= {row.key: row for row in part}
    return rows


def _open(each: Found, known: Known, now: datetime) -> None:
    row = Finding(key=each.key, kind=each.kind, subject=each.subject, scope=each.scope, first_seen=now, state_at=now)
    _fill(row, each, known, now)
    row.save(force_insert=True)
    row.parties.set(known.parties(each))


def _change(row: Finding, each: Found, known: Known, now: datetime) -> None:
    """It says something else than before, or is back: it is open, whoever dismissed what it said then."""
    state = rules.next_state(row.state, changed=row.digest != each.digest)
    if row.state == Finding.State.DISMISSED and state == Finding.State.OPEN:
        record(action="checks.reopen", by=None, subject=row, details={"reason": row.reason})
    if state != row.state:
        row.state, row.state_at = state, now
    _fill(row, each, known, now)
    row.save()
    row.parties.set(known.parties(each))


def _fill(row: Finding, each: Found, known: Known, now: datetime) -> None:
    product = known.product(each.subject)
    row.digest, row.severity, row.figures = each.digest, each.severity, dict(each.figures)
    row.text_vi, row.text_en = (words.replace("\0", "")[:4_000] for words in each.text)
    row.events, row.places, row.happened_at, row.last_seen = list(each.events), list(each.places), _moment(each.at), now
    row.product_gtin = product.gtin if product else ""
    row.owner_party = product.owner_party if product else ""
    row.provinces = known.provinces(each)


def _store_watches(outcome: Outcome, scopes: set[str]) -> None:
    things = sorted(scopes)
    for start in range(0, len(things), CHUNK):
        Watch.objects.filter(thing__in=things[start : start + CHUNK]).delete()
    watch = [(thing, due) for thing, due in outcome.watch.items() if len(thing) <= LONGEST]
    Watch.objects.bulk_create([Watch(thing=thing, due=_moment(due)) for thing, due in watch])


# --- people ------------------------------------------------------------------------------------


def dismiss(*, by: Account, finding: Finding, reason: str) -> Finding:
    """An official of the product's or a place's province says why this is nothing. It comes back when it changes."""
    if not access.may_dismiss(by, finding):
        raise NotAllowed(
            "checks.not_your_province",
            vi="Chỉ cán bộ của tỉnh có hàng hoặc địa điểm này được bỏ qua phát hiện.",
            en="Only officials of the province of these goods or places may dismiss the finding.",
        )
    reason = rules.check_words(reason, path="reason")
    with transaction.atomic():
        now = timezone.now()
        changed = Finding.objects.filter(pk=finding.pk, state=Finding.State.OPEN, digest=finding.digest).update(
            state=Finding.State.DISMISSED,
            state_at=now,
            reason=reason,
            dismissed_by=by,
            dismissed_for=access.authority_of(by, finding),
        )
        if not changed:
            raise Conflict(
                "checks.not_open",
                vi="Phát hiện này không còn mở, hoặc vừa thay đổi: hãy xem lại.",
                en="This finding is no longer open, or has just changed: look at it again.",
            )
        record(action="checks.dismiss", by=by, subject=finding, details={"reason": reason, "text": finding.text_vi})
    finding.refresh_from_db()
    return finding


def answer(*, by: Account, finding: Finding, organisation: Organisation, words: str) -> Finding:
    """Those whose goods or places they are say what happened; the finding stays open for the official."""
    if organisation not in access.may_answer_for(by, finding):
        raise NotAllowed(
            "checks.not_yours", vi="Phát hiện này không về cơ sở của bạn.", en="This finding is not about your goods."
        )
    words = rules.check_words(words, path="words")
    with transaction.atomic():
        finding.answer, finding.answered_by, finding.answered_for = words, by, organisation
        finding.answered_at = timezone.now()
        finding.save(update_fields=["answer", "answered_by", "answered_for", "answered_at"])
        record(
            action="checks.answer",
            by=by,
            subject=finding,
            details={"organisation": str(organisation.pk), "words": words},
        )
    return finding


def set_parameter(
    *, by: Account | None, name: str, value: float, group: str = "", since: date, until: date | None = None, source: str
) -> Setting:
    """Put a parameter in force from a day on; by the operator, or an official. Run the checks again afterwards."""
    if by is not None and not access.may_set(by):
        raise NotAllowed("checks.officials_only", vi="Chỉ dành cho cán bộ.", en="For officials only.")
    value = rules.check_setting(name, value)
    with transaction.atomic():
        setting, _ = Setting.objects.update_or_create(
            name=name, group=group, since=since, defaults={"value": value, "until": until, "source": source[:300]}
        )
        record(
            action="checks.set_parameter",
            by=by,
            subject=setting,
            details={"value": value, "since": since.isoformat(), "source": source[:300]},
        )
    return setting


__all__ = ["Parameters", "Reach", "answer", "dismiss", "run_all", "run_checks", "set_parameter"]
