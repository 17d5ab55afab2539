"""Writing what is measured: indicators and their targets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, transaction

from lienvung import registry
from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid
from lienvung.people.models import Account
from lienvung.programme.models import Agreement
from lienvung.programme.writing import check_nothing_rests
from lienvung.results import rules
from lienvung.results.closing import require_measuring
from lienvung.results.models import Indicator, Period, Target

FACTS: Final = (
    "commitment", "field", "party", "parent", "dimension", "category", "code", "name", "name_en", "unit", "unit_en",
    "direction", "gathering", "baseline", "baseline_on", "automatic", "product_group", "public", "source", "order",
)  # fmt: skip


def check_facts(indicator: Indicator) -> None:
    """The facts hold together and stay within the agreement."""
    for name, most in (("code", 20), ("name", 300), ("unit", 60)):
        setattr(indicator, name, rules.check_words(getattr(indicator, name), path=name, most=most))
    for name in ("commitment", "field", "party", "parent"):
        row = getattr(indicator, name)
        if row is not None and row.agreement_id != indicator.agreement_id:
            raise Invalid(
                "results.elsewhere",
                vi="Mục này thuộc thỏa thuận khác: hãy chọn lại.",
                en="This belongs to another agreement: choose again.",
                path=name,
            )
    if indicator.automatic and indicator.automatic not in registry.indicators:
        raise Invalid(
            "results.no_provider",
            vi="Không có cách tính tự động này: hãy chọn trong danh sách.",
            en="There is no such automatic figure: choose from the list.",
            path="automatic",
        )
    above = dict(Indicator.objects.filter(agreement=indicator.agreement_id).values_list("pk", "parent"))
    rules.check_parent(
        str(indicator.pk),
        str(indicator.parent_id) if indicator.parent_id else None,
        {str(pk): str(parent) if parent else None for pk, parent in above.items()},
    )


def _taken() -> Conflict:
    return Conflict(
        "results.code_taken",
        vi="Mã chỉ tiêu này đã có trong thỏa thuận: hãy chọn mã khác.",
        en="This indicator's code is taken in the agreement: choose another.",
        path="code",
    )


@transaction.atomic
def add_indicator(*, by: Account | None, agreement: Agreement, **facts: Any) -> Indicator:
    """`facts`: see `FACTS`; code, name and unit must be there. A baseline that is not given is not stated."""
    require_measuring(by, agreement)
    made = Indicator(agreement=agreement, **_known(facts))
    check_facts(made)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as clash:
        raise _taken() from clash
    record(action="results.add_indicator", by=by, subject=made)
    return made


@transaction.atomic
def edit_indicator(*, by: Account | None, indicator: Indicator, version: int, **facts: Any) -> Indicator:
    require_measuring(by, indicator.agreement)
    stands = Indicator.objects.select_for_update().get(pk=indicator.pk)
    rules.check_version(stands.version, version)
    for name, value in _known(facts).items():
        setattr(stands, name, value)
    check_facts(stands)
    stands.version += 1
    try:
        with transaction.atomic():
            stands.save()
    except IntegrityError as clash:
        raise _taken() from clash
    record(action="results.edit_indicator", by=by, subject=stands, details={"version": stands.version})
    return stands


@transaction.atomic
def remove_indicator(*, by: Account | None, indicator: Indicator, version: int) -> None:
    """Take back what was added by mistake, if nobody changed it and nothing rests on it."""
    require_measuring(by, indicator.agreement)
    stands = Indicator.objects.select_for_update().get(pk=indicator.pk)
    rules.check_version(stands.version, version)
    check_nothing_rests(stands)
    record(action="results.remove_indicator", by=by, subject=stands)
    stands.delete()


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    wrong = set(facts) - set(FACTS)
    if wrong:
        raise TypeError(f"an indicator has no {', '.join(sorted(wrong))}")
    return facts


@transaction.atomic
def set_target(
    *, by: Account | None, indicator: Indicator, period: Period, value: Decimal | None, source: str = ""
) -> Target | None:
    """What the indicator is to reach in the period; None: not stated. A locked period keeps its targets."""
    require_measuring(by, indicator.agreement)
    if period.agreement_id != indicator.agreement_id:
        raise Invalid(
            "results.elsewhere",
            vi="Kỳ này thuộc thỏa thuận khác: hãy chọn lại.",
            en="This period belongs to another agreement: choose again.",
            path="period",
        )
    stands = Period.objects.select_for_update().get(pk=period.pk)
    if stands.locked:
        raise rules.period_locked(stands.name)
    told = {"indicator": indicator.code, "value": str(value) if value is not None else None}
    record(action="results.set_target", by=by, subject=period, details=told)
    if value is None:
        Target.objects.filter(indicator=indicator, period=period).delete()
        return None
    made, _ = Target.objects.update_or_create(
        indicator=indicator, period=period, defaults={"value": value, "source": source.strip()[:300]}
    )
    return made
