"""What follows from an agreement: commitments, yearly plans and their tasks, meetings and conclusions."""

from __future__ import annotations

from django.db import models

from lienvung.programme.agreement_models import Agreement, Clause, Document, Field, Party
from lienvung.programme.base_models import WHO, Agency, Row, both, prose
from lienvung.texts import Text


class Part(models.TextChoices):
    LEAD = "lead"
    COORDINATING = "coordinating"


class Meeting(Row):
    """A conference or session of the agreement. `minutes` are its record, `document` the signed paper."""

    class Kind(models.TextChoices):
        CONFERENCE = "conference"
        COMMITTEE = "committee"
        WORKING = "working"
        DELEGATION = "delegation"

    class State(models.TextChoices):
        PLANNED = "planned"
        HELD = "held"
        CANCELLED = "cancelled"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    held_on = models.DateField(null=True, blank=True)
    held_text = models.CharField(max_length=100, blank=True)
    place = models.CharField(max_length=200, blank=True)
    chairs = models.CharField(max_length=300, blank=True)
    minutes = prose()
    minutes_en = prose()
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = prose()

    class Meta:
        ordering = ["-held_on", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> Text:
        return both(self.title, self.title_en)


class Delegation(models.Model):
    """Who came to a meeting for a party."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="delegations")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    head = models.CharField(max_length=200, blank=True)
    members = prose()

    class Meta:
        ordering = ["party__order"]
        constraints = [models.UniqueConstraint(fields=["meeting", "party"], name="programme_delegation_pair")]

    def __str__(self) -> str:
        return f"{self.party}: {self.head}"


class Conclusion(Row):
    """A numbered conclusion of a meeting; adopted ones become commitments (`Commitment.conclusion`)."""

    class State(models.TextChoices):
        NOTED = "noted"
        ADOPTED = "adopted"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="conclusions")
    number = models.CharField(max_length=20)
    text = models.TextField()
    text_en = prose()
    state = models.CharField(max_length=10, choices=State.choices, default=State.NOTED)

    class Meta:
        ordering = ["meeting", "number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="programme_conclusion_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"[:120]

    @property
    def words(self) -> Text:
        return both(self.text, self.text_en)

    @property
    def agreement(self) -> Agreement:
        return self.meeting.agreement


class Commitment(Row):
    """One thing that a party owes: what, to whom, by when, how it is measured. Empty is "not stated".

    `obligor` empty: all parties together; `beneficiary` empty: mutual. `due_text` where no day is known.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        ACTIVE = "active"
        FULFILLED = "fulfilled"
        WITHDRAWN = "withdrawn"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="commitments")
    number = models.CharField(max_length=20)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="commitments")
    conclusion = models.ForeignKey(
        Conclusion, null=True, blank=True, on_delete=models.PROTECT, related_name="commitments"
    )
    field = models.ForeignKey(Field, null=True, blank=True, on_delete=models.PROTECT, related_name="commitments")
    obligor = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="owes")
    beneficiary = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="is_owed")
    what = models.TextField()
    what_en = prose()
    starts_on = models.DateField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    due_text = models.CharField(max_length=100, blank=True)
    due_text_en = models.CharField(max_length=100, blank=True)
    measure = prose()
    measure_en = prose()
    source = prose()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    state_reason = prose()
    agencies = models.ManyToManyField(Agency, through="CommitmentAgency", related_name="commitments")

    class Meta:
        ordering = ["agreement", "number"]
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="programme_commitment_number")]
        indexes = [models.Index(fields=["agreement", "state", "due"], name="programme_commitment_due")]

    def __str__(self) -> str:
        return f"{self.number} {self.what}"[:160]

    @property
    def words(self) -> Text:
        return both(self.what, self.what_en)

    @property
    def measure_words(self) -> Text | None:
        return both(self.measure, self.measure_en) if self.measure else None

    @property
    def due_words(self) -> Text | None:
        return both(self.due_text, self.due_text_en) if self.due_text else None


class CommitmentAgency(models.Model):
    """Which agency of which party leads or helps."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="agency_links")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="commitment_links")
    part = models.CharField(max_length=12, choices=Part.choices)

    class Meta:
        ordering = ["party__order", "-part", "agency__name"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "agency"], name="programme_commitmentagency_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.agency} ({self.part})"


class Plan(Row):
    """What is to be done in one year; `party` empty: a plan of all parties."""

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"
        CLOSED = "closed"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="plans")
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="plans")
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    approved_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["agreement", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "year", "party"], name="programme_plan_party_year"),
            models.UniqueConstraint(
                fields=["agreement", "year"], condition=models.Q(party__isnull=True), name="programme_plan_joint_year"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> Text:
        return both(self.title, self.title_en)


class Task(Row):
    """A piece of a yearly plan; as a rule it serves a commitment."""

    class State(models.TextChoices):
        TODO = "todo"
        DOING = "doing"
        DONE = "done"
        DROPPED = "dropped"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="tasks")
    commitment = models.ForeignKey(Commitment, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    number = models.CharField(max_length=20)
    what = models.TextField()
    what_en = prose()
    starts_on = models.DateField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.TODO)
    note = prose()
    agencies = models.ManyToManyField(Agency, through="TaskAgency", related_name="tasks")

    class Meta:
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="programme_task_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.what}"[:160]

    @property
    def words(self) -> Text:
        return both(self.what, self.what_en)

    @property
    def agreement(self) -> Agreement:
        return self.plan.agreement


class TaskAgency(models.Model):
    """Which agency of which party leads or helps in a task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="agency_links")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="task_links")
    part = models.CharField(max_length=12, choices=Part.choices)

    class Meta:
        ordering = ["party__order", "-part", "agency__name"]
        constraints = [models.UniqueConstraint(fields=["task", "agency"], name="programme_taskagency_pair")]

    def __str__(self) -> str:
        return f"{self.agency} ({self.part})"
