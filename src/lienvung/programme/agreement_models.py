"""Agreements: parties as signed, documents, the tree of fields, clauses, amendments, extensions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lienvung.papers.models import File
from lienvung.programme.base_models import WHO, Agency, Row, both, prose
from lienvung.territory.models import AdminUnit
from lienvung.texts import Text


class Agreement(Row):
    """What two or more localities promise each other. Empty dates and texts are not stated, never guessed.

    `period_text` stands where no dates are known ("từ năm 2015"). `follows`: the agreement that this one succeeds.
    A public page exists from `published_at`. What a locality was called is with its `Party`.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_FORCE = "in_force"
        CLOSED = "closed"  # liquidated or succeeded; expiry by date is `rules.state_of_agreement`

    code = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    period_text = models.CharField(max_length=200, blank=True)
    period_text_en = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    legal_basis = prose()
    legal_basis_en = prose()
    principles = prose()
    principles_en = prose()
    source = prose()
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="successors")
    closed_on = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    illustrative = models.BooleanField(default=False)
    created_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="programme_agreement_dates",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> Text:
        return both(self.title, self.title_en)

    @property
    def agreement(self) -> Agreement:
        return self


class Party(Row):
    """A locality as it signed: the unit of that day, for ever. Reports of today go through the unit's successors."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    unit = models.ForeignKey(AdminUnit, on_delete=models.PROTECT, related_name="agreements_as_party")
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    signatory = models.CharField(max_length=150, blank=True)
    signatory_position = models.CharField(max_length=200, blank=True)
    lead_reason = models.CharField(max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["agreement", "order", "name"]
        constraints = [models.UniqueConstraint(fields=["agreement", "unit"], name="programme_party_pair")]

    def __str__(self) -> str:
        return self.name

    @property
    def name_text(self) -> Text:
        return both(self.name, self.name_en)


class Document(Row):
    """A paper of the agreement: number, date, issuer as far as known, and its file if there is one."""

    class Kind(models.TextChoices):
        AGREEMENT = "agreement"
        PLAN = "plan"
        DECISION = "decision"
        CONCLUSION = "conclusion"
        MINUTES = "minutes"
        AMENDMENT = "amendment"
        EXTENSION = "extension"
        REPORT = "report"
        PRESS = "press"
        OTHER = "other"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    dated = models.DateField(null=True, blank=True)
    issuer = models.CharField(max_length=200, blank=True)
    issuer_en = models.CharField(max_length=200, blank=True)
    source = prose()
    file = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    public = models.BooleanField(default=False)
    added_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["dated", "added_at"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    @property
    def name(self) -> Text:
        return both(self.title, self.title_en)


class Field(Row):
    """A field of the cooperation (agriculture, health …), in a tree that officials edit."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="fields")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["agreement", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["agreement", "code"], name="programme_field_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def name_text(self) -> Text:
        return both(self.name, self.name_en)


class Clause(Row):
    """A numbered clause. Its words change only by an amendment once the agreement is in force (`ClauseText`)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="clauses")
    field = models.ForeignKey(Field, null=True, blank=True, on_delete=models.PROTECT, related_name="clauses")
    number = models.CharField(max_length=20)
    text = models.TextField()
    text_en = prose()
    source = prose()
    order = models.PositiveSmallIntegerField(default=0)
    repealed_by = models.ForeignKey(
        "Amendment", null=True, blank=True, on_delete=models.PROTECT, related_name="repealed"
    )

    class Meta:
        ordering = ["agreement", "order", "number"]
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="programme_clause_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"[:120]

    @property
    def words(self) -> Text:
        return both(self.text, self.text_en)


class Amendment(Row):
    """A copy of the clauses that is edited beside them, compared, and merged when both sides agree."""

    class State(models.TextChoices):
        DRAFT = "draft"
        MERGED = "merged"
        WITHDRAWN = "withdrawn"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="amendments")
    title = models.CharField(max_length=300)
    reason = prose()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.title


class ClauseCopy(Row):
    """A clause in an amendment. `base_…`: the clause as it was copied; `original` empty: a new clause."""

    amendment = models.ForeignKey(Amendment, on_delete=models.CASCADE, related_name="copies")
    original = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="copies")
    base_version = models.PositiveIntegerField(default=0)
    base_number = models.CharField(max_length=20, blank=True)
    base_text = prose()
    base_text_en = prose()
    field = models.ForeignKey(Field, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    text = models.TextField()
    text_en = prose()
    order = models.PositiveSmallIntegerField(default=0)
    repeals = models.BooleanField(default=False)

    class Meta:
        ordering = ["order", "number"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "number"], name="programme_clausecopy_number"),
            models.UniqueConstraint(fields=["amendment", "original"], name="programme_clausecopy_original"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"[:120]

    @property
    def agreement(self) -> Agreement:
        return self.amendment.agreement


class ClauseText(models.Model):
    """The words that a clause had until an amendment changed them; never changed."""

    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="former")
    number = models.CharField(max_length=20)
    text = models.TextField()
    text_en = prose()
    until = models.ForeignKey(Amendment, on_delete=models.PROTECT, related_name="replaced")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"[:120]


class Extension(models.Model):
    """The agreement runs longer than it was signed for."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="extensions")
    former_end = models.DateField(null=True, blank=True)
    until = models.DateField()
    reason = prose()
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["decided_at"]

    def __str__(self) -> str:
        return f"{self.agreement} → {self.until}"


class FocalAgency(models.Model):
    """The agency through which a party speaks and reports."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="focal_agencies")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["since"]
        constraints = [models.UniqueConstraint(fields=["party", "agency"], name="programme_focalagency_pair")]

    def __str__(self) -> str:
        return f"{self.party}: {self.agency}"


class CommitteeMember(Row):
    """A seat in the joint committee."""

    class Duty(models.TextChoices):
        HEAD = "head"
        DEPUTY = "deputy"
        MEMBER = "member"
        SECRETARY = "secretary"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="committee")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="committee")
    name = models.CharField(max_length=150)
    position = models.CharField(max_length=200, blank=True)
    duty = models.CharField(max_length=10, choices=Duty.choices, default=Duty.MEMBER)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["party", "duty", "name"]

    def __str__(self) -> str:
        return self.name
