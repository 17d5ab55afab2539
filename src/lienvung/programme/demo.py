"""The room's part of a story: agreements told in data files, played through the actions only.

`told` is one file of the folder `demo/` (see its first lines). What a file does not say is not written: it shows as
"not stated". Nothing here adds a word, a date or a figure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lienvung.people.models import Organisation
from lienvung.programme import actions, naming, working
from lienvung.programme.models import Agency, Agreement, Party
from lienvung.territory.access import unit_at

FACTS = ("what_en", "starts_on", "due", "due_text", "due_text_en", "measure", "measure_en", "source")
MEETING_FACTS = ("title_en", "held_text", "place", "chairs", "minutes", "minutes_en", "source")


@dataclass(slots=True)
class Played:
    """The rows by their keys in the file ("commitment p3.1"); parties and agencies by code and key."""

    agreement: Agreement
    rows: dict[str, Any] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)

    def row(self, kind: str, key: str) -> Any:
        """The row of a key; None for an empty key."""
        return self.rows[f"{kind} {key}"] if key else None


def play(told: Mapping[str, Any], *, organisations: Mapping[str, Organisation] | None = None) -> Played:
    """Play one agreement: its parties as they stood, fields, clauses, commitments, plans, meetings."""
    head = told["agreement"]
    agreement = actions.create_agreement(
        by=None,
        code=head["code"],
        units=[unit_at(code, on=head["units_on"], level="province") for code in head["units"]],
        illustrative=head.get("illustrative", True),
        **_some(head, *sorted(actions.FACTS)),
    )
    played = Played(agreement)
    for party in agreement.parties.select_related("unit"):
        played.parties[party.unit.code] = party
        if head.get("signatories", {}).get(party.unit.code):
            naming.describe_party(party, by=None, signatory_position=head["signatories"][party.unit.code])
    _agencies(told, played, organisations or {})
    _text(told, played)
    _commitments(told, played)
    agreement = actions.sign_agreement(agreement, by=None, version=agreement.version, signed_on=head.get("signed_on"))
    played.agreement = actions.publish_agreement(agreement, by=None, version=agreement.version)
    _plans(told, played)
    _meetings(told, played)
    return played


def _some(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


def _agencies(told: Mapping[str, Any], played: Played, organisations: Mapping[str, Organisation]) -> None:
    for row in told.get("agency", ()):
        party = played.parties[row["unit"]]
        made = naming.add_agency(
            party,
            by=None,
            name=row["name"],
            name_en=row["name_en"],
            organisation=organisations.get(row["organisation"]),
            **_some(row, "valid_from", "valid_to"),
        )
        played.agencies[row["key"]] = made
        if row.get("focal"):
            naming.name_focal_agency(party, by=None, agency=made, since=told["agreement"].get("signed_on"))
    for row in told.get("agency", ()):
        if "went_into" in row:
            naming.succeed_agency(
                by=None,
                party=played.parties[row["unit"]],
                old=played.agencies[row["key"]],
                new=played.agencies[row["went_into"]],
                **_some(row, "since", "basis"),
            )
    for row in told.get("member", ()):
        naming.seat_member(
            played.agreement,
            by=None,
            party=played.parties[row["unit"]],
            name=row["name"],
            duty=row["duty"],
            position=row["position"],
        )


def _text(told: Mapping[str, Any], played: Played) -> None:
    for row in told.get("document", ()):
        played.rows[f"document {row['key']}"] = actions.add_document(
            played.agreement,
            by=None,
            public=True,
            **_some(row, "kind", "title", "number", "title_en", "dated", "issuer", "issuer_en", "source"),
        )
    for order, row in enumerate(told.get("field", ())):
        played.rows[f"field {row['code']}"] = actions.add_field(
            played.agreement,
            by=None,
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            parent=played.row("field", row.get("parent", "")),
            order=order,
        )
    for order, row in enumerate(told.get("clause", ())):
        played.rows[f"clause {row['key']}"] = actions.add_clause(
            played.agreement,
            by=None,
            number=row["number"],
            text=row["text"],
            text_en=row["text_en"],
            field=played.row("field", row["field"]),
            order=order,
        )


def _commitments(told: Mapping[str, Any], played: Played) -> None:
    """`by` "both": all parties together, mutual."""
    for row in told.get("commitment", ()):
        hands = [(played.parties[unit], played.agencies[agency], part) for unit, agency, part in row.get("hands", ())]
        played.rows[f"commitment {row['key']}"] = working.add_commitment(
            played.agreement,
            by=None,
            number=row["number"],
            what=row["what"],
            hands=hands,
            state="active",
            clause=played.row("clause", row.get("clause", "")),
            field=played.row("field", row.get("field", "")),
            obligor=played.parties.get(row["by"]),
            beneficiary=played.parties.get(row.get("to", "")),
            **_some(row, *FACTS),
        )


def _plans(told: Mapping[str, Any], played: Played) -> None:
    for row in told.get("plan", ()):
        plan = working.make_plan(
            played.agreement, by=None, year=row["year"], title=row["title"], title_en=row["title_en"]
        )
        if row.get("approved"):
            plan = working.approve_plan(plan, by=None, version=plan.version)
        played.rows[f"plan {row['key']}"] = plan
        for task in plan.tasks.select_related("commitment"):
            for key, state in row["tasks"].items():
                if task.commitment == played.row("commitment", key):
                    working.report_task(task, by=None, version=task.version, state=state)


def _meetings(told: Mapping[str, Any], played: Played) -> None:
    for row in told.get("meeting", ()):
        held: date | None = row.get("held_on")
        meeting = working.plan_meeting(
            played.agreement,
            by=None,
            kind=row["kind"],
            title=row["title"],
            held_on=held or row.get("planned_on"),
            **_some(row, *MEETING_FACTS),
        )
        if "planned_on" not in row:
            meeting = working.hold_meeting(meeting, by=None, version=meeting.version, held_on=held)
        for unit, leader in row.get("delegations", {}).items():
            working.send_delegation(meeting, by=None, party=played.parties[unit], head=leader)
        for each in row.get("conclusion", ()):
            noted = working.conclude(
                meeting, by=None, number=each["number"], text=each["text"], text_en=each["text_en"]
            )
            played.rows[f"commitment {each['key']}"] = working.adopt_conclusion(
                noted,
                by=None,
                version=noted.version,
                number=each["becomes"],
                field=played.row("field", each["field"]),
                due=each["due"],
                state="active",
            )
        played.rows[f"meeting {row['key']}"] = meeting
