"""The tables of the control room, in two files: what an establishment is, and what an inspection is."""

from lienvung.control.establishment_models import Breach, Commitment, Establishment, Grade, Plan, PlanRow
from lienvung.control.inspection_models import Amendment, Answer, Correction, Finding, Inspection, Photo

__all__ = [
    "Amendment",
    "Answer",
    "Breach",
    "Commitment",
    "Correction",
    "Establishment",
    "Finding",
    "Grade",
    "Inspection",
    "Photo",
    "Plan",
    "PlanRow",
]
