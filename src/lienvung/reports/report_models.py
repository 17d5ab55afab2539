"""Reports and their files, difficulties and recommendations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lienvung.papers.models import File
from lienvung.programme.models import Agreement, Clause, Commitment, Party, Row
from lienvung.reports.words import KINDS, MATTERS
from lienvung.results.models import Period
from lienvung.texts import Text

WHO = settings.AUTH_USER_MODEL


class Report(Row):
    """One party's report of a time, in its own form; what it tells is made from the rows, `Block`s are written by hand.

    `state` is that of the table of rights: a final one is frozen, its files are the report. `build` is the work in
    the background: `done` of `most` steps, `trouble` when it failed.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        FINAL = "final"

    class Build(models.TextChoices):
        NONE = "none"
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="reports")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in KINDS])
    period = models.ForeignKey(Period, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    issuer_above = models.CharField(max_length=200, blank=True)
    issuer = models.CharField(max_length=200)
    issuer_en = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=20, blank=True)
    symbol = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=100, blank=True)
    dated = models.DateField(null=True, blank=True)
    addressed_to = models.CharField(max_length=300, blank=True)
    addressed_to_en = models.CharField(max_length=300, blank=True)
    recipients = models.TextField(blank=True)
    recipients_en = models.TextField(blank=True)
    signed_for = models.CharField(max_length=200, blank=True)
    signed_for_en = models.CharField(max_length=200, blank=True)
    signer_post = models.CharField(max_length=200, blank=True)
    signer_post_en = models.CharField(max_length=200, blank=True)
    signer_name = models.CharField(max_length=150, blank=True)
    build = models.CharField(max_length=10, choices=Build.choices, default=Build.NONE)
    build_final = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=400, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    beaten_at = models.DateTimeField(null=True, blank=True)
    built_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    issued_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-ends_on", "-made_at"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="reports_dates")]
        indexes = [models.Index(fields=["build", "asked_at"], name="reports_report_build")]

    def __str__(self) -> str:
        return f"{KINDS[self.kind].vi} {self.starts_on:%d/%m/%Y}–{self.ends_on:%d/%m/%Y}, {self.party}"

    @property
    def kind_words(self) -> Text:
        return KINDS[self.kind]

    @property
    def span(self) -> Text:
        """Of which time, in words."""
        if self.period is not None:
            return Text(self.period.name.vi, self.period.name.en)
        return Text(
            f"từ {self.starts_on:%d/%m/%Y} đến {self.ends_on:%d/%m/%Y}",
            f"from {self.starts_on:%d/%m/%Y} to {self.ends_on:%d/%m/%Y}",
        )

    @property
    def busy(self) -> bool:
        return self.build in (self.Build.WAITING, self.Build.RUNNING)


class Block(models.Model):
    """A narrative part: what people write between the tables. `name` is one of `words.BLOCKS`."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="narrative")
    name = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    text_en = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "name"], name="reports_block_key")]

    def __str__(self) -> str:
        return self.name


class Print(models.Model):
    """A built file of a report; those of a final report are kept for ever, with their hash."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="prints")
    language = models.CharField(max_length=2)
    file = models.OneToOneField(File, on_delete=models.PROTECT, related_name="+")
    final = models.BooleanField(default=False)

    class Meta:
        ordering = ["language", "file__kind"]

    def __str__(self) -> str:
        return str(self.file)


class Matter(Row):
    """A difficulty or a recommendation of a party, addressed to somebody, with an answer and a clock.

    `addressee_party`: a party of the agreement; else `addressee` names an authority outside, whose answer the raising
    party records.
    """

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        CLOSED = "closed"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="matters")
    kind = models.CharField(max_length=16, choices=[(kind, kind) for kind in MATTERS])
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="matters")
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="matters")
    commitment = models.ForeignKey(Commitment, null=True, blank=True, on_delete=models.PROTECT, related_name="matters")
    text = models.TextField()
    text_en = models.TextField(blank=True)
    addressee_party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="matters_to_answer"
    )
    addressee = models.CharField(max_length=200, blank=True)
    raised_on = models.DateField()
    answer_due = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.TextField(blank=True)
    answer_en = models.TextField(blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    closing = models.TextField(blank=True)
    raised_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-raised_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(addressee_party__isnull=False) | ~Q(addressee=""), name="reports_matter_addressee"
            )
        ]

    def __str__(self) -> str:
        return self.text[:160]

    @property
    def words(self) -> Text:
        return Text(self.text, self.text_en or self.text)

    @property
    def kind_words(self) -> Text:
        return MATTERS[self.kind]

    @property
    def to(self) -> Text:
        return self.addressee_party.name_text if self.addressee_party else Text(self.addressee, self.addressee)

    @property
    def answering(self) -> Party:
        """The party that records the answer."""
        return self.addressee_party or self.party
