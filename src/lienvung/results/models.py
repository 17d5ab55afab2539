"""The room's tables, kept in two files: periods and figures; results, their evidence and their history."""

from lienvung.results.claim_models import Claim, ClaimAct, Evidence
from lienvung.results.period_models import (
    AutomaticFigure,
    Calendar,
    Correction,
    FrozenFigure,
    Indicator,
    Period,
    PeriodAct,
    Target,
)

__all__ = [
    "AutomaticFigure",
    "Calendar",
    "Claim",
    "ClaimAct",
    "Correction",
    "Evidence",
    "FrozenFigure",
    "Indicator",
    "Period",
    "PeriodAct",
    "Target",
]
