"""Writing periods: the calendar, opening them, locking with frozen figures, unlocking with a reason, corrections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people.models import Account
from lienvung.programme.access import standing_of
from lienvung.programme.models import Agreement, Party
from lienvung.results import access, calendars, rules
from lienvung.results.figures import figures_of
from lienvung.results.models import Calendar, Correction, FrozenFigure, Period, PeriodAct


def may_not() -> NotAllowed:
    return NotAllowed(
        "results.role",
        vi="Vai trò của bạn không làm được việc này (xem bảng quyền): hãy nhờ cán bộ đầu mối hoặc lãnh đạo cơ quan.",
        en="Your role may not do this (see the table of rights): ask the focal officer or the head of the agency.",
    )


def require_measuring(by: Account | None, agreement: Agreement) -> None:
    if by is not None and not access.may_measure(standing_of(by, agreement)):
        raise may_not()


def party_for(by: Account | None, agreement: Agreement) -> Party | None:
    return agreement.parties.filter(pk__in=standing_of(by, agreement).parties).first() if by is not None else None


@transaction.atomic
def set_calendar(
    *,
    by: Account | None,
    agreement: Agreement,
    valid_from: date,
    start_month: int = 12,
    start_day: int = 15,
    due_days: int = 10,
    valid_to: date | None = None,
    source: str = "",
) -> Calendar:
    """A reporting rule from a day on; one in force without an end ends that day. Standing periods are not moved."""
    require_measuring(by, agreement)
    standing = list(agreement.calendars.select_for_update())
    for each in standing:
        if each.valid_to is None and each.valid_from < valid_from:
            each.valid_to = valid_from
    made = Calendar(
        agreement=agreement, start_month=start_month, start_day=start_day, due_days=due_days,
        valid_from=valid_from, valid_to=valid_to, source=source.strip()[:300],
    )  # fmt: skip
    calendars.check_rules([each.rule for each in (*standing, made)])
    for each in standing:
        each.save(update_fields=["valid_to"])
    made.save()
    record(action="results.set_calendar", by=by, subject=agreement, details={"valid_from": valid_from.isoformat()})
    return made


@transaction.atomic
def open_periods(*, by: Account | None, agreement: Agreement, kind: str, year: int) -> list[Period]:
    """The periods of a year by the rules in force; those that stand already stay as they are."""
    require_measuring(by, agreement)
    found = []
    for span in calendars.spans([each.rule for each in agreement.calendars.all()], kind, year):
        period, made = Period.objects.get_or_create(
            agreement=agreement, kind=kind, starts_on=span.starts_on,
            defaults={"year": span.year, "number": span.number, "ends_on": span.ends_on, "due_on": span.due_on},
        )  # fmt: skip
        if made:
            record(action="results.open_period", by=by, subject=period)
        found.append(period)
    return found


def _begin(by: Account | None, period: Period, version: int, act: str) -> Period:
    stands = Period.objects.select_for_update().get(pk=period.pk)
    rules.check_version(stands.version, version)
    state = Period.State.OPEN if act == "lock" else Period.State.LOCKED
    if stands.state != state:
        raise rules.changed_meanwhile()
    if by is not None and not access.may_on_period(standing_of(by, stands.agreement), act, stands):
        raise may_not()
    return stands


def _write(period: Period, **changes: Any) -> None:
    if not Period.objects.filter(pk=period.pk, version=period.version).update(**changes, version=period.version + 1):
        raise rules.changed_meanwhile()
    for name, value in changes.items():
        setattr(period, name, value)
    period.version += 1


@transaction.atomic
def lock_period(*, by: Account | None, period: Period, version: int, reason: str, at: datetime | None = None) -> Period:
    """Freeze the figures as they stand; results of the period change no more. Silence is frozen too, and shows."""
    period = _begin(by, period, version, "lock")
    reason = rules.check_words(reason, path="reason", least=5)
    now = at or timezone.now()
    if period.ends_on >= timezone.localdate(now):
        raise Invalid(
            "results.period_not_over",
            vi=f"Kỳ này đến ngày {period.ends_on:%d/%m/%Y} mới hết: hãy khoá sau ngày đó.",
            en=f"This period ends on {period.ends_on:%d/%m/%Y}: lock it after that day.",
            path="reason",
        )
    figures = figures_of(period)
    FrozenFigure.objects.bulk_create(
        FrozenFigure(
            period=period, indicator=each.indicator, round=period.round + 1,
            value=each.value, waiting=each.waiting, target=each.target,
        )
        for each in figures
    )  # fmt: skip
    states = dict(period.claims.order_by().values_list("state").annotate(Count("pk")))
    _write(period, state=Period.State.LOCKED, round=period.round + 1, locked_at=now)
    _note(period, "lock", by=by, reason=reason, told=states, at=now)
    return period


@transaction.atomic
def unlock_period(
    *, by: Account | None, period: Period, version: int, reason: str, at: datetime | None = None
) -> Period:
    """Open it again, and say why; what was frozen stays, and shows beside what comes of it."""
    period = _begin(by, period, version, "unlock")
    reason = rules.check_words(reason, path="reason", least=5)
    _write(period, state=Period.State.OPEN, locked_at=None)
    _note(period, "unlock", by=by, reason=reason, told={}, at=at or timezone.now())
    return period


def _note(period: Period, act: str, *, by: Account | None, reason: str, told: dict[str, int], at: datetime) -> None:
    PeriodAct.objects.create(
        period=period, act=act, round=period.round, reason=reason, told=told, at=at, by=by,
        by_name=by.full_name if by else "", party=party_for(by, period.agreement),
    )  # fmt: skip
    record(action=f"results.{act}_period", by=by, subject=period, details={"reason": reason, "round": period.round})


@transaction.atomic
def correct_figure(
    *,
    by: Account | None,
    figure: FrozenFigure,
    value: Decimal,
    reason: str,
    party: Party | None = None,
    at: datetime | None = None,
) -> Correction:
    """One party wants a frozen figure other; it counts once another party agrees. One at a time waits."""
    period = Period.objects.select_for_update().get(pk=figure.period_id)
    if not period.locked or figure.round != period.round:
        raise Conflict(
            "results.not_locked",
            vi="Kỳ này không còn khoá như lúc bạn xem: hãy mở lại trang của kỳ.",
            en="This period is no longer locked as you saw it: open its page again.",
        )
    if by is not None and not access.may_on_period(standing_of(by, period.agreement), "correct", period):
        raise may_not()
    reason = rules.check_words(reason, path="reason", least=5)
    agreed = figure.corrections.filter(agreed_at__isnull=False).last()
    before = agreed.value if agreed else figure.value
    if before == value:
        raise Invalid(
            "results.same_value",
            vi="Giá trị mới bằng giá trị đang có: hãy nhập giá trị khác.",
            en="The new value is the one that stands: enter another.",
            path="value",
        )
    try:
        with transaction.atomic():
            made = Correction.objects.create(
                figure=figure, before=before, value=value, reason=reason, by=by, by_name=by.full_name if by else "",
                party=party_for(by, period.agreement) or party, at=at or timezone.now(),
            )  # fmt: skip
    except IntegrityError as clash:
        raise Conflict(
            "results.correction_waits",
            vi="Số liệu này đã có một điều chỉnh đang chờ bên kia đồng ý: hãy chờ, hoặc bàn với bên kia.",
            en="A correction of this figure is waiting for the other party already: wait, or talk to it.",
            path="value",
        ) from clash
    details = {"indicator": figure.indicator.code, "before": str(before), "value": str(value)}
    record(action="results.correct_figure", by=by, subject=period, details=details)
    return made


@transaction.atomic
def agree_correction(
    *, by: Account | None, correction: Correction, party: Party | None = None, at: datetime | None = None
) -> Correction:
    """Another party agrees; from now on the corrected value counts, and shows as a correction."""
    stands = Correction.objects.select_for_update(of=("self",)).select_related("figure__period__agreement").get(
        pk=correction.pk
    )  # fmt: skip
    period = stands.figure.period
    if stands.agreed_at is not None or not period.locked or stands.figure.round != period.round:
        raise rules.changed_meanwhile()
    if by is not None:
        standing = standing_of(by, period.agreement)
        if stands.party_id in standing.parties:
            raise rules.wrong_party("confirm", rules.CLAIMANT)
        if not access.may_on_period(standing, "agree", period, party=stands.party_id):
            raise may_not()
        party = party_for(by, period.agreement)
    stands.agreed_by, stands.agreed_name, stands.agreed_party = by, by.full_name if by else "", party
    stands.agreed_at = at or timezone.now()
    stands.save()
    record(action="results.agree_correction", by=by, subject=period, details={"value": str(stands.value)})
    return stands


def corrections_waiting(periods: Sequence[Period]) -> int:
    return Correction.objects.filter(figure__period__in=periods, agreed_at__isnull=True).count()
