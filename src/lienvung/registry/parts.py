"""The typed parts that rooms register."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lienvung.lineage.anomalies_words import CertifiedArea
from lienvung.texts import Text

# Who a page is for. Every signed-in person is also EVERYONE; the finer question ("of this very
# organisation?") is asked by the action or the access function, not by the table.
EVERYONE = "everyone"
SIGNED_IN = "signed_in"
MEMBER = "member"  # belongs to some organisation
MANAGER = "manager"  # manages some organisation
OFFICIAL = "official"  # belongs to an authority


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A link of the main menu, shown to those of `roles`."""

    name: str
    label: Text
    url_name: str
    order: int = 100
    roles: frozenset[str] = frozenset({EVERYONE})


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One found thing: what it is called, what it is, where its page is."""

    title: str
    kind: Text
    url: str
    detail: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class SearchProvider:
    """`search(query, limit, account)` gives hits that `account` (or None) may see, best first."""

    name: str
    label: Text
    search: Callable[[str, int, Any], Sequence[SearchHit]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of another room's page.

    `context(request, subject)` gives the template's values, or None to leave the panel out; the
    subject is the product, lot, organisation or agreement of the page (None on the home page).
    """

    name: str
    label: Text
    template: str
    context: Callable[[Any, Any], Mapping[str, Any] | None]
    order: int = 100


@dataclass(frozen=True, slots=True)
class ActWords:
    """How the audit log's page says an act; `name` is the act's dotted name."""

    name: str
    label: Text
    order: int = 100


@dataclass(frozen=True, slots=True)
class Page:
    """A row of the URL × role table: who may open the URL named `name`.

    Those of no listed role get the sign-in page (nobody signed in) or 403. `methods` are the
    methods it answers. `note` says which finer check is made where.
    """

    name: str
    roles: frozenset[str]
    methods: tuple[str, ...] = ("GET",)
    note: str = ""
    order: int = field(default=100, repr=False)


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a GS1 Digital Link names, as the resolver asks the rooms about it.

    `ais`: key and qualifiers in path order; `path`: the same as a path, `/01/…/10/…`; `uri`: the ledger's one
    name for it (`lienvung.gs1.canonical_uri`), at the finest level.
    """

    ais: tuple[tuple[str, str], ...]
    path: str
    uri: str


@dataclass(frozen=True, slots=True)
class OfferedLink:
    """A link that a room knows for an identifier, without anybody having registered it.

    `kind`: the bare word of the GS1 web vocabulary ("pip"); `href`: an address of this site ("/…") or a whole URL.
    `default`: where the resolver leads to when nothing better is asked for and the owner named nothing.
    `urgent`: as the default it stands before every link of the owner (a recall is in force, the code was never issued);
    `binding`: also where its very kind is asked for.
    """

    kind: str
    href: str
    title: Text
    languages: tuple[str, ...] = ()
    media_type: str = ""
    default: bool = False
    urgent: bool = False
    binding: bool = False


@dataclass(frozen=True, slots=True)
class LinkProvider:
    """`links(identifier)` gives what the room knows for an identifier, of public things only; of nothing else it
    gives nothing. `kinds`: the link types it may give, so that nobody is asked in vain; `default`: it may give
    a default link.
    """

    name: str
    kinds: frozenset[str]
    links: Callable[[Identifier], Sequence[OfferedLink]]
    default: bool = False
    order: int = 100


@dataclass(frozen=True, slots=True)
class ToldProof:
    """A certificate as an event names it; whoever wrote the event may have written anything."""

    name: str
    number: str = ""
    issuer: str = ""
    link: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """The goods whose certificates are asked: a product as such, or a lot or an item of it.

    `made_on`: the day of production, if known. `steps`: the journey (of `lienvung.ledger.trace`); `whole` says
    that no step was left out of it. `told`: what the events name, in the order of the page.
    """

    gtin: str
    level: str  # 'product' | 'lot' | 'serial'
    today: date
    made_on: date | None = None
    steps: Sequence[Any] = ()
    whole: bool = True
    told: tuple[ToldProof, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What a page may say of one certificate: `valid` only when it holds for these very goods, today.

    `words` say its state and stand on the page beside it; `told`: which of the goods' told proofs this answers.
    """

    name: Text
    words: Text
    valid: bool = False
    number: str = ""
    issuer: str = ""
    until: date | None = None
    href: str = ""
    told: int | None = None


@dataclass(frozen=True, slots=True)
class ProofProvider:
    """`proofs(goods)`: what the room knows of the certificates of goods, those that hold first."""

    name: str
    proofs: Callable[[Goods], Sequence[Proof]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class BackgroundChore:
    """Work that the worker does beside captures and deliveries: `work()` does a part and says how much it was; when
    it was nothing, it is asked again after `pause` seconds.
    """

    name: str
    work: Callable[[], int]
    pause: float = 5.0
    order: int = 100


@dataclass(frozen=True, slots=True)
class AreaProvider:
    """`areas()` gives the certificates whose area is to be set against the tonnes made and sold under them."""

    name: str
    areas: Callable[[], Sequence[CertifiedArea]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Origin:
    """What a recall may come from, as its room tells it: a laboratory result, a complaint, a consumer report.

    `things`: canonical URIs of the lots (or items) it speaks of, the likeliest first; `note`: a line that may stand
    in the recall's reason; `reference`: its own number, shown beside the title.
    """

    title: Text
    url: str
    things: tuple[str, ...] = ()
    note: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class RecallOrigin:
    """A room out of whose cases recalls are decided: the form opens with `?origin=<name>:<id>`.

    `describe(account, id)` gives what the account may see of it, or None when there is no such thing for it.
    """

    name: str
    label: Text
    describe: Callable[[Any, str], Origin | None]
    order: int = 100


@dataclass(frozen=True, slots=True)
class DecidedRecall:
    """A recall that was decided from some origin, as the origin's page shows it."""

    title: Text
    url: str
    decided_at: datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class RecallFinder:
    """`recalls(origin, id)`: the recalls decided from one origin, newest first."""

    name: str
    recalls: Callable[[str, str], Sequence[DecidedRecall]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class CodeDoor:
    """A way on from the page behind a code, for whoever holds the goods: `href(path)` gives an address of this site
    for the code's path. The page is the same for everybody, so the door is too.
    """

    name: str
    label: Text
    href: Callable[[str], str]
    order: int = 100


@dataclass(frozen=True, slots=True)
class LotAct:
    """What a room can do about a lot, offered on pages of other rooms: `href(account, lot_uri, product_owner)` gives
    the address of its form, or nothing where the account may not.
    """

    name: str
    label: Text
    href: Callable[[Any, str, Any], str]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Growing:
    """What grows at a place now: a crop, herd or pond that a harvest cuts.

    `uri`: its GIAI, what a harvest names as its input; `about`: every identifier to ask `ledger.waiting` for.
    """

    uri: str
    name: str
    kind: str  # 'plot' | 'herd' | 'pond' | 'hive'
    place_gln: str
    species: str = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrowingProvider:
    """`growing(organisation)` gives what the organisation (its id) can harvest from, in the order of its name;
    `whose(uri)` the id of the organisation that tends what a GIAI names, nothing where the room does not know it."""

    name: str
    growing: Callable[[Any], Sequence[Growing]]
    whose: Callable[[str], Any]
    order: int = 100


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One thing that an automatic figure counts: what it is, how much, where its page is."""

    title: Text
    href: str
    amount: Decimal | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorDays:
    """What a figure is asked for: the first and last day, and a product group ('' all)."""

    starts_on: date
    ends_on: date
    product_group: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something that a room counts by itself, which a cooperation programme may take as an indicator.

    `rows(days, limit)`: what the figure counts, the evidence one click away. `figure(days)`: the figure, None where the
    room cannot say. The caller keeps figures for a while, so neither need be instant, but both must be bounded.
    """

    name: str
    label: Text
    unit: Text
    figure: Callable[[IndicatorDays], Decimal | None]
    rows: Callable[[IndicatorDays, int], Sequence[EvidenceRow]]
    note: Text | None = None
    order: int = 100
