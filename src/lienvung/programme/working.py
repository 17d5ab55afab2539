"""Commitments with their agencies, yearly plans and tasks, meetings with conclusions that become commitments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid
from lienvung.people.models import Account
from lienvung.programme import rules
from lienvung.programme.models import (
    Agency,
    Agreement,
    Commitment,
    CommitmentAgency,
    Conclusion,
    Delegation,
    Document,
    Meeting,
    Part,
    Party,
    Plan,
    Task,
    TaskAgency,
)
from lienvung.programme.writing import add, change, check_may, fresh, only, same_agreement, take_away, write

# (party, agency, "lead" | "coordinating")
Hands = Sequence[tuple[Party, Agency, str]]
COMMITMENT_FACTS = frozenset(
    """
    number what what_en clause field obligor beneficiary starts_on due due_text due_text_en measure
    measure_en source
    """.split()  # noqa: SIM905
)
TASK_FACTS = frozenset(["number", "what", "what_en", "commitment", "starts_on", "due", "note"])
MEETING_FACTS = frozenset(
    """
    kind title title_en held_on held_text place chairs minutes minutes_en document source
    """.split()  # noqa: SIM905
)
STATE_ACTS = {"activate": "active", "fulfil": "fulfilled", "withdraw": "withdrawn", "reopen": "active"}


def _facts(facts: dict[str, Any], allowed: frozenset[str], agreement: Agreement) -> dict[str, Any]:
    """Facts of an edit that belong together: of one agreement, in the order of time, with their words."""
    facts = only(facts, allowed)
    for name, value in facts.items():
        if isinstance(value, Model):
            same_agreement(value, agreement, path=name)
    for name, most in (("number", 20), ("what", 0), ("title", 300)):
        if name in facts:
            facts[name] = rules.check_words(facts[name], path=name, most=most)
    return facts


@transaction.atomic
def add_commitment(
    agreement: Agreement,
    *,
    by: Account | None,
    number: str,
    what: str,
    hands: Hands = (),
    conclusion: Conclusion | None = None,
    state: str = Commitment.State.DRAFT,
    **facts: Any,
) -> Commitment:
    """One thing that is owed; what is not given is not stated. A `state` other than draft is the system's only."""
    check_may(by, "commit", agreement)
    same_agreement(conclusion, agreement, path="conclusion")
    facts = _facts({**facts, "number": number, "what": what}, COMMITMENT_FACTS, agreement)
    _check_sides(facts.get("obligor"), facts.get("beneficiary"))
    rules.check_dates(facts.get("starts_on"), facts.get("due"), path="due")
    made = Commitment(
        agreement=agreement, conclusion=conclusion, state=state if by is None else Commitment.State.DRAFT, **facts
    )
    add(made, by=by, action="add_commitment")
    _name_hands(CommitmentAgency, "commitment", made, hands)
    return made


@transaction.atomic
def edit_commitment(
    commitment: Commitment, *, by: Account | None, version: int | None, hands: Hands | None = None, **facts: Any
) -> Commitment:
    """Change it; `hands` given replaces the agencies."""
    stored = fresh(commitment, version)
    check_may(by, "edit", stored)
    facts = _facts(facts, COMMITMENT_FACTS, stored.agreement)
    _check_sides(facts.get("obligor", stored.obligor), facts.get("beneficiary", stored.beneficiary))
    rules.check_dates(facts.get("starts_on", stored.starts_on), facts.get("due", stored.due), path="due")
    change(
        stored,
        by=by,
        act="edit",
        version=stored.version,
        action="edit_commitment",
        details={"fields": sorted(facts)},
        **facts,
    )
    if hands is not None:
        stored.agency_links.all().delete()
        _name_hands(CommitmentAgency, "commitment", stored, hands)
    stored.refresh_from_db()
    return stored


def remove_commitment(commitment: Commitment, *, by: Account | None, version: int) -> None:
    """Take back a draft that was added by mistake, if nobody changed it and nothing rests on it."""
    if commitment.state != Commitment.State.DRAFT:
        raise Conflict(
            "programme.not_draft",
            vi="Cam kết không còn là bản nháp: chỉ có thể rút, có nêu lý do.",
            en="The commitment is no draft any more: it can only be withdrawn, with a reason.",
        )
    besides = frozenset({CommitmentAgency})
    take_away(commitment, by=by, act="edit", version=version, action="remove_commitment", besides=besides)


def _check_sides(obligor: Party | None, beneficiary: Party | None) -> None:
    if obligor is not None and beneficiary is not None and obligor.pk == beneficiary.pk:
        raise Invalid(
            "programme.same_side",
            vi="Bên thực hiện và bên thụ hưởng phải khác nhau; để trống nếu là việc chung.",
            en="Obligor and beneficiary differ; leave it empty where it is mutual.",
            path="beneficiary",
        )


def _name_hands(through: Any, name: str, row: Any, hands: Hands) -> None:
    for party, agency, part in hands:
        same_agreement(party, row.agreement, path="hands")
        if part not in Part.values:
            raise Invalid("programme.part", vi="Vai trò không đúng.", en="No such part.", path="hands")
        through.objects.create(**{name: row}, party=party, agency=agency, part=part)


def set_commitment_state(
    commitment: Commitment, *, by: Account | None, version: int | None, act: str, reason: str = ""
) -> Commitment:
    """`act`: activate, fulfil, withdraw (with a reason), reopen (with a reason)."""
    if act in ("withdraw", "reopen"):
        reason = rules.check_words(reason, path="reason")
    return change(
        commitment,
        by=by,
        act=act,
        version=version,
        action=f"{act}_commitment",
        state=STATE_ACTS[act],
        state_reason=reason.strip(),
    )


@transaction.atomic
def make_plan(
    agreement: Agreement,
    *,
    by: Account | None,
    year: int,
    title: str,
    party: Party | None = None,
    title_en: str = "",
    from_commitments: bool = True,
) -> Plan:
    """The plan of a year, with a task for each commitment in force that falls into it (of `party`, or of all)."""
    check_may(by, "plan", agreement)
    same_agreement(party, agreement, path="party")
    if not 1976 <= year <= 2200:
        raise Invalid("programme.year", vi="Năm không đúng.", en="No such year.", path="year")
    made = Plan(agreement=agreement, party=party, year=year, title_en=title_en.strip())
    made.title = rules.check_words(title, path="title", most=300)
    check_may(by, "edit", made)
    add(made, by=by, action="make_plan")
    if from_commitments:
        derive_tasks(made, by=by)
    return made


@transaction.atomic
def derive_tasks(plan: Plan, *, by: Account | None) -> list[Task]:
    """A task for every commitment in force of the plan's year that has none in it yet."""
    check_may(by, "add_task", plan)
    owed = plan.agreement.commitments.filter(state=Commitment.State.ACTIVE).exclude(tasks__plan=plan)
    if plan.party is not None:
        owed = owed.filter(obligor=plan.party) | owed.filter(obligor=None)
    made = []
    for commitment in owed.prefetch_related("agency_links").distinct():
        if not rules.falls_in_year(commitment.starts_on, commitment.due, plan.year):
            continue
        task = Task(plan=plan, commitment=commitment, number=commitment.number)
        task.what, task.what_en = commitment.what, commitment.what_en
        task.due = commitment.due if commitment.due and commitment.due.year == plan.year else None
        add(task, by=by, action="add_task")
        for link in commitment.agency_links.all():
            if plan.party_id is None or link.party_id == plan.party_id:
                TaskAgency.objects.create(task=task, party_id=link.party_id, agency_id=link.agency_id, part=link.part)
        made.append(task)
    return made


def approve_plan(plan: Plan, *, by: Account | None, version: int | None, document: Document | None = None) -> Plan:
    same_agreement(document, plan.agreement, path="document")
    return change(
        plan,
        by=by,
        act="approve",
        version=version,
        action="approve_plan",
        state=Plan.State.APPROVED,
        approved_by=by,
        approved_at=timezone.now(),
        document=document,
    )


def close_plan(plan: Plan, *, by: Account | None, version: int | None) -> Plan:
    return change(plan, by=by, act="close", version=version, action="close_plan", state=Plan.State.CLOSED)


@transaction.atomic
def add_task(plan: Plan, *, by: Account | None, number: str, what: str, hands: Hands = (), **facts: Any) -> Task:
    check_may(by, "add_task", plan)
    facts = _facts({**facts, "number": number, "what": what}, TASK_FACTS, plan.agreement)
    rules.check_dates(facts.get("starts_on"), facts.get("due"), path="due")
    made = add(Task(plan=plan, **facts), by=by, action="add_task")
    _name_hands(TaskAgency, "task", made, hands)
    return made


@transaction.atomic
def edit_task(task: Task, *, by: Account | None, version: int | None, hands: Hands | None = None, **facts: Any) -> Task:
    stored = fresh(task, version)
    check_may(by, "edit", stored)
    facts = _facts(facts, TASK_FACTS, stored.agreement)
    rules.check_dates(facts.get("starts_on", stored.starts_on), facts.get("due", stored.due), path="due")
    change(stored, by=by, act="edit", version=stored.version, action="edit_task", **facts)
    if hands is not None:
        stored.agency_links.all().delete()
        _name_hands(TaskAgency, "task", stored, hands)
    stored.refresh_from_db()
    return stored


def report_task(task: Task, *, by: Account | None, version: int | None, state: str, note: str = "") -> Task:
    """How far a task is, in the words of those who do it."""
    if state not in Task.State.values:
        raise Invalid("programme.state", vi="Trạng thái không đúng.", en="No such state.", path="state")
    return change(
        task, by=by, act="report_state", version=version, action="report_task", state=state, note=note.strip()
    )


@transaction.atomic
def plan_meeting(agreement: Agreement, *, by: Account | None, kind: str, title: str, **facts: Any) -> Meeting:
    check_may(by, "meet", agreement)
    facts = _facts({**facts, "kind": kind, "title": title}, MEETING_FACTS, agreement)
    return add(Meeting(agreement=agreement, **facts), by=by, action="plan_meeting")


@transaction.atomic
def edit_meeting(meeting: Meeting, *, by: Account | None, version: int | None, **facts: Any) -> Meeting:
    facts = _facts(facts, MEETING_FACTS, meeting.agreement)
    return change(meeting, by=by, act="edit", version=version, action="edit_meeting", **facts)


def hold_meeting(
    meeting: Meeting, *, by: Account | None, version: int | None, held_on: date | None = None, minutes: str = ""
) -> Meeting:
    """It took place; the minutes may follow by `edit_meeting`."""
    if meeting.state != Meeting.State.PLANNED:
        raise Conflict("programme.meeting_held", vi="Hội nghị không còn chờ họp.", en="It is not awaited any more.")
    changes: dict[str, Any] = {"state": Meeting.State.HELD}
    if held_on is not None:
        if held_on > timezone.localdate():
            raise Invalid("programme.future", vi="Ngày họp ở tương lai.", en="Held in the future.", path="held_on")
        changes["held_on"] = held_on
    if minutes.strip():
        changes["minutes"] = minutes.strip()
    return change(meeting, by=by, act="edit", version=version, action="hold_meeting", **changes)


def cancel_meeting(meeting: Meeting, *, by: Account | None, version: int | None, reason: str) -> Meeting:
    if meeting.state != Meeting.State.PLANNED:
        raise Conflict("programme.meeting_held", vi="Hội nghị không còn chờ họp.", en="It is not awaited any more.")
    reason = rules.check_words(reason, path="reason")
    return change(
        meeting,
        by=by,
        act="edit",
        version=version,
        action="cancel_meeting",
        details={"reason": reason[:500]},
        state=Meeting.State.CANCELLED,
        minutes=reason,
    )


@transaction.atomic
def send_delegation(
    meeting: Meeting, *, by: Account | None, party: Party, head: str = "", members: str = ""
) -> Delegation:
    """Who came for a party; said again, it replaces what was said."""
    check_may(by, "edit", meeting)
    same_agreement(party, meeting.agreement, path="party")
    sent, _ = Delegation.objects.update_or_create(
        meeting=meeting, party=party, defaults={"head": head.strip()[:200], "members": members.strip()}
    )
    record(action="programme.send_delegation", by=by, subject=sent)
    return sent


@transaction.atomic
def conclude(meeting: Meeting, *, by: Account | None, number: str, text: str, text_en: str = "") -> Conclusion:
    """A numbered conclusion of a meeting that was held."""
    check_may(by, "conclude", meeting)
    made = Conclusion(meeting=meeting, text_en=text_en.strip())
    made.number = rules.check_words(number, path="number", most=20)
    made.text = rules.check_words(text, path="text")
    return add(made, by=by, action="conclude")


@transaction.atomic
def adopt_conclusion(
    conclusion: Conclusion,
    *,
    by: Account | None,
    version: int | None,
    number: str,
    what: str = "",
    hands: Hands = (),
    **facts: Any,
) -> Commitment:
    """The conclusion becomes a commitment, in its own words where no others are given."""
    stored = fresh(conclusion, version)
    check_may(by, "adopt", stored.meeting)
    if not what.strip():
        what, facts["what_en"] = stored.text, facts.get("what_en") or stored.text_en
    write(stored, state=Conclusion.State.ADOPTED)
    record(action="programme.adopt_conclusion", by=by, subject=stored)
    return add_commitment(stored.agreement, by=by, number=number, what=what, hands=hands, conclusion=stored, **facts)
