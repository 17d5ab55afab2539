"""Play the story into an empty installation: only through the rooms' actions and the ledger's capture.

Interrupted half-way, nothing is mended: the caller empties the folder and plays again (`marker`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from lienvung.demo import rooms
from lienvung.demo.cast import Cast, CatalogueStage, DemoAccount, enter, enter_accounts, make_password
from lienvung.demo.data import DemoData, load
from lienvung.demo.examples import Outcome, capture_examples, documents
from lienvung.demo.progress import Progress
from lienvung.demo.story import CONTEXT, Entry, Story
from lienvung.demo.told import CHAINS, documents_of, in_time_order
from lienvung.ledger.capture import capture_events
from lienvung.people.actions import issue_token
from lienvung.people.models import Account
from lienvung.quality.actions import declare_recall
from lienvung.territory.actions import load_units
from lienvung.texts import Text

WEIGHTS = {"units": 2, "cast": 8, "chains": 18, "lots": 26, "capture": 40, "examples": 1, "recall": 3, **rooms.WEIGHTS}


@dataclass(slots=True)
class Played:
    """What there is after the play, for the addresses to print and for the marker."""

    password: str
    token: str
    accounts: list[DemoAccount]
    events: int
    lots: int
    marks: dict[str, str]
    examples: list[Outcome] = field(default_factory=list)
    recall: dict[str, Any] = field(default_factory=dict)
    rooms: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "password": self.password,
            "token": self.token,
            "accounts": [account.as_json() for account in self.accounts],
            "events": self.events,
            "lots": self.lots,
            "marks": self.marks,
            "examples": [outcome.as_json() for outcome in self.examples],
            "recall": self.recall,
            "rooms": self.rooms,
        }


def play(progress: Progress | None = None) -> Played:
    """Play everything. The database is migrated and holds no records of the story yet."""
    progress = progress or Progress(WEIGHTS, quiet=True)
    data = load()
    _hurry()
    progress.begin("units", "đơn vị hành chính / administrative units")
    load_units()
    progress.begin("cast", "tổ chức, địa điểm, sản phẩm / organisations, places, products")
    password = make_password()
    with transaction.atomic():
        cast = enter(data)
        shown, accounts = enter_accounts(cast, password)
        token = issue_token(by=None, organisation=cast.organisations["xay_xat"], name="demo (minh hoạ)")
    story, stage = _tell(data, cast, progress)
    _capture(story.entries, cast, progress)
    outcomes = _examples(cast, progress)
    recall = _recall(data, story, accounts, progress)
    more = rooms.play(data, cast, story, stage.lots, accounts, progress)
    _secure()
    return Played(password, token, shown, len(story.entries), len(stage.lots), story.marks, outcomes, recall, more)


def _hurry() -> None:
    """No waiting for the disk while the demo is built: an interrupted build is thrown away whole."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")


def _secure() -> None:
    """From here on, what is acknowledged is on the disk."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
            cursor.execute("PRAGMA synchronous=FULL")


def _tell(data: DemoData, cast: Cast, progress: Progress) -> tuple[Story, CatalogueStage]:
    stage = CatalogueStage(cast)
    story = Story(data, stage)
    progress.begin("chains", "số seri / serial numbers", len(CHAINS))
    with transaction.atomic():
        for name, chain in CHAINS:
            progress.words = f"số seri / serial numbers: {name}"
            chain(story)
            progress.step()
    story.entries = in_time_order(story)
    progress.begin("lots", "lô hàng / lots", len(stage.waiting))
    with transaction.atomic():
        for _ in stage.register():
            progress.step()
    return story, stage


def _capture(entries: list[Entry], cast: Cast, progress: Progress) -> None:
    progress.begin("capture", "sự kiện EPCIS / EPCIS events", len(entries))
    submitters = {key: str(organisation.pk) for key, organisation in cast.organisations.items()}
    for firm, events in documents_of(entries):
        capture_events(events, submitter=submitters[firm], context=CONTEXT)
        progress.step(len(events))


def _examples(cast: Cast, progress: Progress) -> list[Outcome]:
    found = documents()
    progress.begin("examples", "tài liệu mẫu của GS1 / GS1's example documents", len(found))
    outcomes = []
    for outcome in capture_examples(str(cast.organisations["gs1_examples"].pk)):
        outcomes.append(outcome)
        progress.step()
    return outcomes


def _recall(data: DemoData, story: Story, accounts: dict[str, Account], progress: Progress) -> dict[str, Any]:
    """The official of Ninh Bình recalls one paddy lot; what was made of it follows."""
    progress.begin("recall", "thu hồi một lô thóc / recall of a paddy lot")
    wanted = data.story["recall"]
    recall = declare_recall(
        by=accounts["official_nb"],
        lot_uri=story.marks["recalled_paddy"],
        reason=f"{wanted['reason_vi']} / {wanted['reason_en']}",
        public_text=Text(wanted["public_vi"], wanted["public_en"]),
    )
    return {
        "id": str(recall.pk),
        "events": recall.events,
        "items": recall.scope["items"],
        "lots": recall.scope["lots"],
    }
