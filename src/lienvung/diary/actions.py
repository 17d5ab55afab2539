"""The only writers of diaries: a unit, what grows there now, an entry (once, whatever the network does), corrections.

An entry is an EPCIS ObjectEvent about the unit's GIAI (docs/reference/diary.md); row and event stand or fall together.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.catalogue.access import lot_of
from lienvung.catalogue.models import Lot, Place
from lienvung.catalogue.pictures import read_picture, small_name
from lienvung.diary import events, rules
from lienvung.diary.models import Entry, Unit
from lienvung.diary.words import LETTERS
from lienvung.errors import Conflict, Invalid, NotFound
from lienvung.ledger.capture import capture_events
from lienvung.people.access import may_record
from lienvung.people.actions import not_allowed
from lienvung.people.models import Account, Organisation
from lienvung.people.rules import check_name
from lienvung.registry.matching import plain

PHOTO_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Done:
    """What an act left. `again`: the same task had been done before, and nothing was captured now."""

    entry: Entry
    events: int
    again: bool = False


def require(by: Account | None, organisation: Organisation) -> None:
    """The system may; a person must be one who writes for the organisation."""
    if by is not None and not may_record(by, organisation):
        raise not_allowed()


# --- units -----------------------------------------------------------------------------------------


@transaction.atomic
def register_unit(
    *,
    by: Account | None,
    organisation: Organisation,
    kind: str,
    name: str,
    place: Place,
    species: str = "",
    area_m2: Decimal | None = None,
    heads: int | None = None,
    code: str = "",
    season: str = "",
) -> Unit:
    """Register a plot, herd, pond or stand of hives; it gets a GIAI of the organisation. Without a `code` the next."""
    require(by, organisation)
    rules.check_kind(kind)
    if place.owner_id != organisation.pk:
        raise Invalid("diary.place", vi="Địa điểm của đơn vị khác.", en="Somebody else's place.", path="place")
    if not organisation.company_prefix:
        raise Invalid(
            "diary.no_prefix",
            vi="Đơn vị chưa có mã doanh nghiệp GS1; hãy ghi mã trước khi lập nhật ký.",
            en="The organisation has no GS1 company prefix yet; enter it before keeping a diary.",
        )
    rules.check_size(kind, area_m2, heads)
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # two at once would get the same code
    code = rules.check_code(code) if code.strip() else _next_code(organisation, kind)
    unit = Unit(
        organisation=organisation,
        owner_party=organisation.owner_party,
        kind=kind,
        code=code,
        giai=organisation.company_prefix + code,
        name=check_name(name)[:120],
        species=rules.check_text(species, most=120, path="species"),
        area_m2=area_m2,
        heads=heads,
        place=place,
        season=rules.check_season(season) if season.strip() else "",
        season_since=timezone.localdate() if season.strip() else None,
    )
    unit.search_text = _words(unit)
    if Unit.objects.filter(giai=unit.giai).exists():
        raise _code_taken()
    try:
        with transaction.atomic():
            unit.save(force_insert=True)
    except IntegrityError as clash:
        raise _code_taken() from clash
    record(action="diary.register_unit", by=by, subject=unit, details={"giai": unit.giai})
    return unit


def _words(unit: Unit) -> str:
    """What a search looks in."""
    return plain(unit.name, unit.species, unit.giai, unit.organisation.name)[:400]


def _code_taken() -> Conflict:
    return Conflict("diary.code_taken", vi="Mã này đã dùng.", en="This code is taken.", path="code")


def _next_code(organisation: Organisation, kind: str) -> str:
    """T001, T002 …, whatever codes people chose themselves."""
    taken = set(Unit.objects.filter(organisation=organisation).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := f"{LETTERS[kind]}{n:03d}") not in taken)


@transaction.atomic
def start_season(*, by: Account | None, unit: Unit, season: str, species: str = "", heads: int | None = None) -> Unit:
    """A new crop or batch grows there: entries and harvests from now on are about it, not about the one before."""
    require(by, unit.organisation)
    unit = Unit.objects.select_for_update().select_related("organisation", "place").get(pk=unit.pk)
    label = rules.check_season(season)
    if label == unit.season or unit.entries.filter(season=label).exists():
        raise Conflict("diary.season_taken", vi="Vụ này đã có.", en="There is such a season already.", path="season")
    unit.season, unit.season_since = label, timezone.localdate()
    unit.species = rules.check_text(species, most=120, path="species") or unit.species
    if heads is not None:
        rules.check_size(unit.kind, unit.area_m2, heads)
        unit.heads = heads
    unit.search_text = _words(unit)
    unit.save(update_fields=["season", "season_since", "species", "heads", "search_text"])
    record(action="diary.start_season", by=by, subject=unit, details={"season": label})
    return unit


@transaction.atomic
def close_unit(*, by: Account | None, unit: Unit) -> Unit:
    """Nothing grows there any more: it is offered in no form; what was told stays."""
    require(by, unit.organisation)
    Unit.objects.filter(pk=unit.pk, closed_on=None).update(closed_on=timezone.localdate())
    unit.refresh_from_db()
    record(action="diary.close_unit", by=by, subject=unit, details={})
    return unit


# --- entries ---------------------------------------------------------------------------------------


def record_entry(
    *,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    unit: Unit,
    activity: str,
    at: datetime,
    material: str = "",
    amount: Decimal | None = None,
    uom: str = "",
    waiting_days: int | None = None,
    waiting_until: date | None = None,
    lot: str = "",
    measures: Mapping[str, Decimal | float | None] | None = None,
    note: str = "",
    photo: bytes | None = None,
) -> Done:
    """Write a line of the diary and capture its event, both or neither.

    The same `task_id` with the same contents gives the entry that stands; with others it raises Conflict. Raises
    Invalid (with the field), NotFound for a unit or lot of somebody else, NotAllowed.
    """
    told = {
        "unit": str(unit.pk), "activity": activity, "at": at.astimezone(rules.LOCAL).isoformat(), "material": material,
        "amount": _plain(amount), "uom": uom, "days": waiting_days, "until": waiting_until, "lot": lot, "note": note,
        "measures": {name: _plain(value) for name, value in (measures or {}).items()}, "photo": bool(photo),
    }  # fmt: skip
    require(by, organisation)
    digest = rules.digest_of(told)
    with transaction.atomic():
        standing = _standing(task_id, organisation, digest)
        if standing is not None:
            return standing
        entry = _checked(organisation, unit, activity, at, told, waiting_days, waiting_until)
        entry.task_id, entry.digest, entry.recorded_by = task_id, digest, by
        entry.event_id = events.event_id(task_id)
        _keep_photo(entry, photo)
        try:
            with transaction.atomic():
                entry.save(force_insert=True)
        except IntegrityError:  # the same task came twice at once
            standing = _standing(task_id, organisation, digest)
            if standing is None:
                raise
            return standing
        event = events.event_of(entry, first=_begins(entry))
        capture_events([event], submitter=str(organisation.pk), context=events.CONTEXT)
        record(action="diary.record_entry", by=by, subject=entry, details={"activity": activity, "unit": unit.giai})
    return Done(entry, 1)


def _standing(task_id: uuid.UUID, organisation: Organisation, digest: str) -> Done | None:
    """What the same task left before."""
    entry = Entry.objects.select_related("unit").filter(task_id=task_id).first()
    if entry is None:
        return None
    if entry.organisation_id != organisation.pk or entry.digest != digest:
        raise Conflict(
            "diary.other_contents",
            vi="Việc này đã được ghi với nội dung khác. Hãy mở trang mới để ghi lại.",
            en="This task was recorded with other contents. Open a new page to record another.",
        )
    return Done(entry, 0, again=True)


def _checked(
    organisation: Organisation,
    unit: Unit,
    activity: str,
    at: datetime,
    told: Mapping[str, Any],
    days: int | None,
    until: date | None,
) -> Entry:
    """The row of an entry whose contents are in order."""
    if unit.organisation_id != organisation.pk:
        raise NotFound("diary.no_unit", vi="Không có thửa, đàn, ao này.", en="There is no such unit.")
    if unit.closed_on is not None:
        raise Conflict("diary.closed", vi="Nơi này đã đóng nhật ký.", en="This diary is closed.", path="unit")
    done = rules.check_activity(unit.kind, activity)
    when = rules.check_time(at, now=timezone.now())
    amount, uom = rules.check_amount(None if told["amount"] is None else Decimal(told["amount"]), told["uom"])
    material = rules.check_text(told["material"], most=120, path="material") if done.material else ""
    if done.waits and not material:
        raise Invalid("diary.material", vi="Hãy nhập tên thuốc.", en="Enter what was used.", path="material")
    measured = {name: None if value is None else float(value) for name, value in told["measures"].items()}
    return Entry(
        organisation=organisation,
        unit=unit,
        thing=unit.uri,
        season=unit.season,
        activity=done.key,
        at=when,
        material=material,
        amount=amount if done.material else None,
        uom=uom if done.material else "",
        waiting_until=rules.last_day(done, when, days=days, until=until),
        lot=_own_lot(told["lot"], organisation),
        measures=rules.check_measures(done, measured),
        note=rules.check_text(told["note"], most=500, path="note"),
    )


def _own_lot(text: str, organisation: Organisation) -> str:
    """The lot an entry is about: one of the organisation's own products."""
    if not text.strip():
        return ""
    found: Lot | None = None
    gtin, number = events.parts_of_lot(text)
    if gtin:
        found = lot_of(gtin, number)
    if found is None or found.product.owner_id != organisation.pk:
        raise Invalid("diary.no_lot", vi="Không có lô này của đơn vị.", en="You have no such lot.", path="lot")
    return found.uri


def _begins(entry: Entry) -> bool:
    """Whether what grows there comes into being with this entry."""
    if not entry.activity_of.begins:
        return False
    before = Entry.objects.filter(thing=entry.thing, corrected_at=None).exclude(pk=entry.pk)
    return not any(other.activity_of.begins for other in before)


def _keep_photo(entry: Entry, photo: bytes | None) -> None:
    if photo is not None:
        kept = read_picture(photo, most_bytes=PHOTO_BYTES)
        entry.photo.save(f"{uuid.uuid4().hex}.webp", ContentFile(kept.large), save=False)
        entry.photo.storage.save(small_name(entry.photo.name or ""), ContentFile(kept.small))


def _plain(number: Decimal | float | None) -> str | None:
    return None if number is None else format(Decimal(str(number)).normalize(), "f")


# --- corrections -----------------------------------------------------------------------------------


@transaction.atomic
def withdraw_entry(*, by: Account | None, entry: Entry, reason: str) -> Entry:
    """Declare that an entry never happened. Doing it again changes nothing."""
    require(by, entry.organisation)
    entry = Entry.objects.select_for_update().select_related("organisation", "unit").get(pk=entry.pk)
    if entry.corrected_at is not None:
        return entry
    return _declare(by, entry, reason, events.DID_NOT_OCCUR, None)


@transaction.atomic
def correct_entry(
    *, by: Account | None, organisation: Organisation, task_id: uuid.UUID, entry: Entry, reason: str, **values: Any
) -> Done:
    """Say anew what an entry should have said: the new line is captured, the old one declared wrong and points to it.

    `values`: those of `record_entry` (`activity`, `at`, …). Same `task_id` rule. Conflict where the entry was corrected
    before by another task.
    """
    require(by, organisation)
    entry = Entry.objects.select_for_update().select_related("organisation", "unit").get(pk=entry.pk)
    if entry.organisation_id != organisation.pk:
        raise NotFound("diary.no_entry", vi="Không có dòng nhật ký này.", en="There is no such entry.")
    done = record_entry(by=by, organisation=organisation, task_id=task_id, unit=entry.unit, **values)
    if done.again and entry.replaced_by_id == done.entry.pk:
        return done
    if entry.corrected_at is not None or done.again:
        raise Conflict("diary.corrected", vi="Dòng này đã được sửa.", en="This entry was corrected already.")
    _declare(by, entry, reason, events.INCORRECT, done.entry)
    return Done(done.entry, 2)


def _declare(by: Account | None, entry: Entry, reason: str, word: str, replacement: Entry | None) -> Entry:
    told = rules.check_text(reason, most=500, path="reason")
    if not told:
        raise Invalid("diary.reason", vi="Hãy ghi lý do.", en="Say why.", path="reason")
    now = timezone.now()
    corrective = [replacement.event_id] if replacement else []
    declaration = events.declaration_of(entry, at=now, reason=word, corrective=corrective)
    capture_events([declaration], submitter=str(entry.organisation_id), context=events.CONTEXT)
    entry.corrected_at, entry.correction, entry.replaced_by = now, told, replacement
    entry.save(update_fields=["corrected_at", "correction", "replaced_by"])
    record(action="diary.correct_entry", by=by, subject=entry, details={"reason": word})
    return entry
