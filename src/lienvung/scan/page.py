"""The values that a scan page shows; filled by `story`, read by the templates and by the machine answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from lienvung.scan.rules import ABSENT, Completeness, Known, Stop
from lienvung.texts import Text


@dataclass(frozen=True, slots=True)
class Band:
    """A recall in force. `since_ms`: event time from which it holds (UTC epoch milliseconds), if known."""

    text: Text
    since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place as the page names it; a place of nobody's catalogue shows its identifier only."""

    uri: str
    code: str
    name: str = ""
    name_en: str = ""
    owner: str = ""
    unit: Text | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the journey."""

    number: int
    stop: Stop
    place: PlaceView | None

    @property
    def what(self) -> Text:
        return self.stop.what


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its state in words; `valid` only where the room of certificates vouches for these goods.

    `told`: it stands in an event only, and nobody has compared it with a certificate.
    """

    name: Text
    words: Text
    issuer: str = ""
    number: str = ""
    until: date | None = None
    link: str = ""
    valid: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Maker:
    """Who produces the goods; the phone is the organisation's own, published number."""

    name: str
    name_en: str = ""
    address: str = ""
    phone: str = ""
    illustrative: bool = False
    unit: Text | None = None  # where the organisation itself is


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the minimum data of TT 02/2024; `value` empty = not stated, said so on the page."""

    name: Text
    value: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything of one answer. `level`: 'serial', 'lot', 'product', 'place', 'party' or 'other'."""

    path: str
    canonical: str
    level: str
    known: Known
    verdict: Text
    title: str
    title_en: str = ""
    kind: Text | None = None  # what the code names, before its number; goods have a name of their own
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    hri: tuple[str, ...] = ()
    band: Band | None = None
    warnings: Sequence[Text] = ()
    picture: str = ""
    photo: str = ""
    maker: Maker | None = None
    origin: Text | None = None
    growers: Sequence[tuple[str, Text | None]] = ()  # name and province of those who grew, caught or raised it
    harvested: date | None = None
    produced: date | None = None
    packed: date | None = None
    best_before: date | None = None
    certificates: Sequence[Certificate] = ()
    steps: Sequence[StepView] = ()
    more_steps: Sequence[StepView] = ()
    chain: Completeness | None = None
    map: str = ""
    minimum: Sequence[Item] = ()
    standards: str = ""
    description: str = ""
    authorities: Sequence[Maker] = ()
    illustrative: bool = False
    events_path: str = ""
    parents: Sequence[tuple[str, str]] = field(default=())

    @property
    def status(self) -> int:
        return 404 if self.known in ABSENT else 200

    @property
    def has_phone(self) -> bool:
        """Whether there is anybody to call."""
        return any(body.phone for body in (self.maker, *self.authorities) if body is not None)

    @property
    def origin_apart(self) -> Text | None:
        """The origin where it is not simply where the maker is."""
        return self.origin if self.maker is None or self.origin != self.maker.unit else None
