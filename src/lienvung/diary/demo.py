"""The diary's part of the demo story: a field in its new season that must wait still, and a pond. All invented."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lienvung.catalogue.models import Place
from lienvung.diary.actions import record_entry, register_unit
from lienvung.diary.models import Unit

NAMESPACE = uuid.UUID("6f0f3f3c-2b1e-4f0e-9a3b-64696172794d")  # tasks of the demo are the same in every play


@dataclass(slots=True)
class Played:
    """`waiting`: the field that is sprayed two days before `now`, with two weeks to wait."""

    waiting: Unit
    pond: Unit
    events: int


def play(*, field: Place, pond: Place, now: datetime) -> Played:
    """Diaries of two organisations up to `now`."""
    plot = register_unit(
        by=None, organisation=field.owner, kind="plot", name="Ruộng trình diễn số 1 (minh hoạ)", place=field,
        species="Lúa chất lượng cao", area_m2=Decimal(3600), season="TD1",
    )  # fmt: skip
    water = register_unit(
        by=None, organisation=pond.owner, kind="pond", name="Ao trình diễn số 1 (minh hoạ)", place=pond,
        species="Cá rô Tổng Trường", area_m2=Decimal(1800),
    )  # fmt: skip
    lines: list[tuple[Unit, str, int, dict[str, Any]]] = [
        (plot, "transplanting", 40, {"material": "Lúa chất lượng cao"}),
        (plot, "fertilising", 25, {"material": "phân hữu cơ vi sinh", "amount": Decimal(40), "uom": "KGM"}),
        (plot, "spraying", 2, {"material": "thuốc trừ đạo ôn (minh hoạ)", "amount": Decimal(60), "uom": "GRM",
                               "waiting_days": 14}),
        (water, "feeding", 3, {"material": "cám viên", "amount": Decimal(60), "uom": "KGM"}),
        (water, "water_check", 1, {"measures": {"ph": Decimal("7.4"), "oxygen": Decimal("5.2")}}),
    ]  # fmt: skip
    for number, (unit, activity, days, values) in enumerate(lines):
        record_entry(
            by=None, organisation=unit.organisation, task_id=uuid.uuid5(NAMESPACE, str(number)), unit=unit,
            activity=activity, at=now - timedelta(days=days), **values,
        )  # fmt: skip
    return Played(plot, water, len(lines))
