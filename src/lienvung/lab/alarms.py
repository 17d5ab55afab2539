"""Finding events that move held or recalled goods, and answering the alarms; a writer beside `actions` and `holding`.

The ledger refuses no event of others: it records the world as it is. So a chore looks
through every event once, in the order of their numbers, and keeps how far it came in
the transaction that raises the alarms: none is missed, none is raised twice.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.catalogue.access import place_of_gln
from lienvung.catalogue.models import Place
from lienvung.errors import Conflict
from lienvung.lab import access, holding, rules
from lienvung.lab.models import Alarm, AlarmProvince, Hold, Watch
from lienvung.ledger import events, marking
from lienvung.ledger.holds import HELD, RECALLED, Moved, moved_while_held
from lienvung.people.access import organisation
from lienvung.people.actions import not_allowed
from lienvung.people.models import Account
from lienvung.territory.access import province_of

WATCH = "alarms"
THINGS_KEPT = 50
MOST_OF_ONE = 20  # unanswered alarms of one sender about the same hold; the newest speaks for all that follow
log = logging.getLogger(__name__)


def look_for_alarms() -> int:
    """Look through the next events that nobody looked through yet; how many they were."""
    watch, _ = Watch.objects.get_or_create(name=WATCH)
    found, up_to = moved_while_held(after=watch.event)
    if up_to == watch.event:
        return 0
    with transaction.atomic():
        if found:
            marking.lock_writers()  # before any row: everybody takes these locks in this order
        locked = Watch.objects.select_for_update().get(name=WATCH)
        if locked.event != watch.event:
            return 1  # somebody else was here
        raised = [alarm for moved in found if (alarm := _tried(moved)) is not None]
        for number in dict.fromkeys(alarm.hold_id for alarm in raised if alarm.hold_id is not None):
            standing = Hold.objects.select_for_update().get(pk=number)
            if standing.state == Hold.State.IN_FORCE:
                holding.extend(standing)  # what was made of held goods meanwhile is held too
        locked.event = up_to
        locked.save(update_fields=["event"])
    return up_to - watch.event


def behind() -> int:
    """How many events nobody has looked through yet."""
    watch = Watch.objects.filter(name=WATCH).first()
    return marking.last_event() - (watch.event if watch else 0)


def _tried(moved: Moved) -> Alarm | None:
    """One event that cannot be told as an alarm does not keep back the others for ever; the log has it."""
    try:
        with transaction.atomic():
            return _raise(moved)
    except (OperationalError, InterfaceError):  # the database, not the event: the same again later
        raise
    except Exception:
        log.exception("no alarm of event %s", moved.event.rid)
        return None


def _raise(moved: Moved) -> Alarm:
    event = moved.event
    standing = Alarm.objects.filter(event=event.rid).first()
    if standing is not None:
        return standing
    things = sorted(moved.things)
    marks = {word: rid for thing in things for word, rid in moved.things[thing].items()}
    word = RECALLED if RECALLED in marks else HELD
    hold = _hold(marks.get(HELD))
    lot = hold.lot_uri if hold else next((uri for uri in things if "/10/" in uri), things[0])
    name, _, producer = holding.goods(lot) if "/01/" in lot else (lot.removeprefix("https://id.gs1.org"), "", None)
    place = _place(event.biz_location or event.read_point)
    holder = organisation(event.submitter) if event.submitter else (place.owner if place else None)  # type: ignore[arg-type]
    producer = hold.producer if hold else producer
    same = Alarm.objects.filter(holder=holder, hold=hold, word=word, producer=producer, answered_at=None)
    if same.count() >= MOST_OF_ONE:
        speaks = same[0]  # the newest
        Alarm.objects.filter(pk=speaks.pk).update(more=F("more") + 1)
        return speaks
    alarm = Alarm.objects.create(
        event=event.rid,
        digest=event.hash.hex(),
        what=(event.biz_step or "")[:30],
        late=moved.late,
        word=word,
        hold=hold,
        lot_name=hold.lot_name if hold else name[:240],
        things=things[:THINGS_KEPT],
        count=len(things),
        holder=holder,
        producer=producer,
        place_uri=(event.biz_location or event.read_point or "")[:200],
        place_name=f"{place.name}, {place.owner.name}"[:420] if place else "",
        happened_at=_time(event.time_ms),
        recorded_at=_time(event.recorded_ms),
        raised_at=timezone.now(),
    )
    _provinces(alarm, place)
    record(action="lab.raise_alarm", by=None, subject=alarm, details={"event": alarm.digest, "late": alarm.late})
    return alarm


def _provinces(alarm: Alarm, place: Place | None) -> None:
    """The producer's province and the one in which it happened: where the goods are seen, else where the holder is."""
    at = province_of(place.unit) if place and place.unit else None
    codes = {access.province_code(alarm.producer), at.code if at else access.province_code(alarm.holder)} - {""}
    AlarmProvince.objects.bulk_create([AlarmProvince(alarm=alarm, code=code) for code in sorted(codes)])


def _hold(rid: int | None) -> Hold | None:
    if rid is None:
        return None
    [event] = events.by_rids([rid])
    return holding.hold_of_event(event.event_id, event.as_dict())


def _place(uri: str | None) -> Place | None:
    gln = uri.partition("/414/")[2].partition("/")[0] if uri else ""
    return place_of_gln(gln) if gln else None


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def answer_alarm(*, by: Account | None, alarm: Alarm, answer: str) -> Alarm:
    """Say what was found out and done. Conflict when it was answered: an answer stays."""
    if by is not None and not access.may_answer(by, alarm):
        raise not_allowed()
    answer = rules.check_words(answer, path="answer")
    with transaction.atomic():
        changed = Alarm.objects.filter(pk=alarm.pk, answered_at__isnull=True).update(
            answer=answer, answered_by=by, answered_at=timezone.now()
        )
        if not changed:
            raise Conflict("lab.answered", vi="Cảnh báo này đã được trả lời.", en="This alarm was answered already.")
        record(action="lab.answer_alarm", by=by, subject=alarm, details={"event": alarm.digest})
    alarm.refresh_from_db()
    return alarm
