"""The room's tables, kept in three files: what they share, agreements, and what follows from them."""

from lienvung.programme.agreement_models import (
    Agreement,
    Amendment,
    Clause,
    ClauseCopy,
    ClauseText,
    CommitteeMember,
    Document,
    Extension,
    Field,
    FocalAgency,
    Party,
)
from lienvung.programme.base_models import Agency, AgencySuccessor, Row
from lienvung.programme.work_models import (
    Commitment,
    CommitmentAgency,
    Conclusion,
    Delegation,
    Meeting,
    Part,
    Plan,
    Task,
    TaskAgency,
)

__all__ = [
    "Agency",
    "AgencySuccessor",
    "Agreement",
    "Amendment",
    "Clause",
    "ClauseCopy",
    "ClauseText",
    "Commitment",
    "CommitmentAgency",
    "CommitteeMember",
    "Conclusion",
    "Delegation",
    "Document",
    "Extension",
    "Field",
    "FocalAgency",
    "Meeting",
    "Part",
    "Party",
    "Plan",
    "Row",
    "Task",
    "TaskAgency",
]
