"""Pure decisions about certificates: which state on which day, what is covered, what may be shown as valid.

Words. *Term*: what decides whether a certificate is in force on a day. *Measure*: a dated act of the issuer or an
official (suspended, restored, withdrawn). *Covers*: the rows of its scope fit the goods. Nothing here is stored:
every state is worked out for a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from urllib.parse import urlsplit

from lienvung.errors import Conflict, Invalid
from lienvung.proofs.kinds import Kind
from lienvung.registry.matching import plain

FIRST_YEAR, LAST_YEAR = 1950, 2200  # of what stands on a certificate; others are slips of a key


class Checked(StrEnum):
    """What an official or the issuer said after seeing the document."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Act(StrEnum):
    SUSPENDED = "suspended"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"


class State(StrEnum):
    """Of a certificate on a day, whatever the goods."""

    CLAIMED = "claimed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REPLACED = "replaced"
    EXPIRING = "expiring"
    VALID = "valid"


class Shown(StrEnum):
    """What may be said of a certificate for given goods; all but VALID say why it is not shown as valid."""

    VALID = "valid"
    UNCHECKED = "unchecked"
    NOT_COVERED = "not_covered"
    PARTLY = "partly"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REPLACED = "replaced"
    NOT_WHEN_MADE = "not_when_made"
    DAY_UNKNOWN = "day_unknown"


@dataclass(frozen=True, slots=True)
class Measure:
    """`from_day` is the first day it holds; `number` tells the order in which measures were recorded."""

    act: Act
    from_day: date
    number: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """`valid_to` is the last day in force (None: no end stated). `replaced_from`: from when a confirmed successor."""

    checked: Checked
    valid_from: date
    valid_to: date | None = None
    measures: tuple[Measure, ...] = ()
    replaced_from: date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the scope; what is empty is not limited. `area_ha`, `tonnes` limit nothing that is shown."""

    gtin: str = ""
    gln: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was done to goods: of which product (group, owner), where, on which day, as told by whom."""

    gtin: str
    group: str = ""
    owner: str = ""
    gln: str = ""
    day: date | None = None
    teller: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of goods: the product itself, and the facts of each stage.

    `gaps`: stages of which not everything is known: a step was left out, or an origin is not told.
    """

    own: Fact
    level: str
    facts: tuple[tuple[str, Fact], ...] = ()
    gaps: frozenset[str] = frozenset()

    def of(self, stages: Iterable[str]) -> list[Fact]:
        wanted = frozenset(stages)
        return [fact for stage, fact in self.facts if stage in wanted]


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate as the rules need it; `holder` is the key of the organisation."""

    kind: Kind
    holder: str
    term: Term
    rows: tuple[Row, ...] = ()


def suspended_on(measures: Iterable[Measure], day: date) -> bool:
    """The latest suspension or restoring that holds on the day decides; of two of one day the later recorded."""
    held = [m for m in measures if m.act is not Act.WITHDRAWN and m.from_day <= day]
    return bool(held) and max(held, key=lambda m: (m.from_day, m.number)).act is Act.SUSPENDED


def withdrawn_on(measures: Iterable[Measure], day: date) -> bool:
    return any(m.act is Act.WITHDRAWN and m.from_day <= day for m in measures)


def state_on(term: Term, day: date, *, soon: int = 60) -> State:
    """The state on a day; `soon`: how many days before the end it counts as expiring."""
    if term.checked is not Checked.CONFIRMED:
        return State.REFUSED if term.checked is Checked.REFUSED else State.CLAIMED
    if withdrawn_on(term.measures, day):
        return State.WITHDRAWN
    if day < term.valid_from:
        return State.NOT_YET
    if term.valid_to is not None and day > term.valid_to:
        return State.EXPIRED
    if suspended_on(term.measures, day):
        return State.SUSPENDED
    if term.replaced_from is not None and day >= term.replaced_from:
        return State.REPLACED
    if term.valid_to is not None and term.valid_to - day <= timedelta(days=soon):
        return State.EXPIRING
    return State.VALID


def in_force(term: Term, day: date) -> bool:
    return state_on(term, day) in (State.VALID, State.EXPIRING)


def row_fits(row: Row, fact: Fact, *, holder: str) -> bool:
    """Everything that the row names is the fact's; a row that names no place speaks of the holder's goods only.

    What was done at the holder's place counts as told by the holder (or this installation itself): anybody may
    write an event that names somebody else's certified field.
    """
    if (row.gtin and row.gtin != fact.gtin) or (row.group and row.group != fact.group):
        return False
    if row.gln:
        return row.gln == fact.gln and fact.teller in ("", holder)
    return holder == fact.owner


def covers(paper: Paper, story: Story) -> Shown:
    """VALID where the scope covers the goods, else PARTLY or NOT_COVERED.

    A row that names this very product, without a place, covers it. Otherwise every fact of the kind's stages must
    fit a row, and all of them must be known: one field outside is enough not to be covered. Where nothing is told
    of these stages, a row without a place covers the goods of the holder.
    """
    own = story.own
    if any(row.gtin == own.gtin and not row.gln and row_fits(row, own, holder=paper.holder) for row in paper.rows):
        return Shown.VALID
    gap = bool(paper.kind.stages & story.gaps)
    facts = story.of(paper.kind.stages)
    fitting = [fact for fact in facts if any(row_fits(row, fact, holder=paper.holder) for row in paper.rows)]
    if facts:
        if len(fitting) == len(facts) and not gap:
            return Shown.VALID
        return Shown.PARTLY if fitting else Shown.NOT_COVERED
    placeless = any(not row.gln and row_fits(row, own, holder=paper.holder) for row in paper.rows)
    if placeless:
        return Shown.PARTLY if gap else Shown.VALID
    return Shown.NOT_COVERED


_OF_TODAY = {
    State.WITHDRAWN: Shown.WITHDRAWN,
    State.SUSPENDED: Shown.SUSPENDED,
    State.NOT_YET: Shown.NOT_YET,
    State.EXPIRED: Shown.EXPIRED,
    State.REPLACED: Shown.REPLACED,
}


def shown(paper: Paper, story: Story, *, today: date) -> Shown:
    """What may be said of the certificate beside these goods today.

    VALID needs all of: confirmed; covering the goods; in force today; and for a lot or an item in force on the day
    of production and on each day told of the kind's stages. A kind that speaks of how goods are made needs such a
    day to be known (`Kind.day_needed`); of a product as such no day of production is asked.
    """
    if paper.term.checked is not Checked.CONFIRMED:
        return Shown.UNCHECKED
    covered = covers(paper, story)
    if covered is not Shown.VALID:
        return covered
    now = state_on(paper.term, today)
    if now in _OF_TODAY:
        return _OF_TODAY[now]
    if story.level == "product":
        return Shown.VALID
    days = [day for day in (story.own.day, *(fact.day for fact in story.of(paper.kind.stages))) if day is not None]
    if not days and paper.kind.day_needed:
        return Shown.DAY_UNKNOWN
    return Shown.VALID if all(in_force(paper.term, day) for day in days) else Shown.NOT_WHEN_MADE


def worth_showing(said: Shown) -> bool:
    """Shown beside goods of which no event names it: claims are worth nothing until checked, and a certificate that
    does not cover the goods concerns somebody else. One that covers them but does not hold is shown as such.
    """
    return said not in (Shown.UNCHECKED, Shown.NOT_COVERED, Shown.PARTLY)


def same_number(one: str, other: str) -> bool:
    """Numbers differ in spaces, case and marks only: 'VG - 01/2026' is 'vg-01/2026'. Nothing equals an empty one."""
    return bool(_bare(one)) and _bare(one) == _bare(other)


def _bare(number: str) -> str:
    return re.sub(r"[^0-9a-z/.]", "", plain(number))


def check_number(number: str) -> str:
    cleaned = " ".join(number.split())
    if not _bare(cleaned) or len(cleaned) > 80:
        raise Invalid(
            "proofs.number",
            vi="Số giấy chứng nhận phải có chữ hoặc số, tới 80 ký tự.",
            en="The certificate's number needs letters or digits, up to 80 characters.",
            path="number",
        )
    return cleaned


def check_days(*, issued_on: date | None, valid_from: date, valid_to: date | None) -> None:
    for path, day in (("issued_on", issued_on), ("valid_from", valid_from), ("valid_to", valid_to)):
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Invalid(
                "proofs.year",
                vi=f"Năm phải từ {FIRST_YEAR} đến {LAST_YEAR}; không ghi hạn thì để trống.",
                en=f"A year from {FIRST_YEAR} to {LAST_YEAR}; leave the end empty where none is stated.",
                path=path,
            )
    if valid_to is not None and valid_to < valid_from:
        raise Invalid(
            "proofs.days",
            vi="Ngày hết hạn sớm hơn ngày bắt đầu.",
            en="It ends before it begins.",
            path="valid_to",
        )
    if issued_on is not None and valid_to is not None and issued_on > valid_to:
        raise Invalid(
            "proofs.issued_late",
            vi="Ngày cấp muộn hơn ngày hết hạn.",
            en="It was issued after its end.",
            path="issued_on",
        )


def check_grade(kind: Kind, *, stars: int | None, points: Decimal | None) -> None:
    """Stars where the kind has them, and points inside the band of these stars."""
    if not kind.stars:
        if stars is not None or points is not None:
            raise Invalid(
                "proofs.no_stars", vi="Loại này không có hạng sao.", en="This kind has no stars.", path="stars"
            )
        return
    if stars is None or not 1 <= stars <= 5:
        raise Invalid("proofs.stars", vi="Hãy chọn hạng từ 1 đến 5 sao.", en="Choose 1 to 5 stars.", path="stars")
    band = next((band for band in kind.points if band.stars == stars), None)
    if points is not None and band is not None and not band.least <= points < band.below:
        raise Invalid(
            "proofs.points",
            vi=f"Số điểm không thuộc hạng {stars} sao.",
            en=f"The points are not of {stars} stars.",
            path="points",
        )


def check_row(kind: Kind, *, product: bool, place: bool, group: bool) -> None:
    """What a kind may cover. An empty row is the whole organisation."""
    named = [word for word, given in (("product", product), ("place", place), ("group", group)) if given]
    wrong = [word for word in named or ["organisation"] if word not in kind.covers]
    if wrong:
        path = "" if wrong == ["organisation"] else wrong[0]
        raise Invalid(
            "proofs.covers",
            vi="Loại giấy chứng nhận này không cấp cho phạm vi như vậy.",
            en="This kind of certificate is not given for such a scope.",
            path=path or "product",
        )


def check_link(link: str) -> str:
    """An https address of the issuer's register, without a name and password in it."""
    cleaned = link.strip()
    if not cleaned:
        return ""
    try:
        parts = urlsplit(cleaned)
        host, user = parts.hostname, parts.username
    except ValueError:
        host, user = None, None
    if _wrong_link(cleaned, host, user) or len(cleaned) > 400:
        raise Invalid(
            "proofs.link",
            vi="Địa chỉ tra cứu phải bắt đầu bằng https://, không có khoảng trắng.",
            en="The register's address must begin with https:// and have no spaces.",
            path="register_link",
        )
    return cleaned


def _wrong_link(link: str, host: str | None, user: str | None) -> bool:
    spaced = re.search(r"[\s\x00-\x1f]", link) is not None
    return not link.startswith("https://") or not host or user is not None or spaced


def check_reason(reason: str, *, path: str = "reason", least: int = 10) -> str:
    cleaned = reason.strip()
    if len(cleaned) < least:
        raise Invalid(
            "proofs.reason",
            vi=f"Hãy ghi rõ lý do, ít nhất {least} ký tự.",
            en=f"Give the reason, at least {least} characters.",
            path=path,
        )
    return cleaned[:2000]


def check_measure(term: Term, act: Act, from_day: date) -> None:
    """What may follow: nothing after a withdrawal, no second suspension, and only what is suspended is restored."""
    if withdrawn_on(term.measures, date.max):
        raise Conflict(
            "proofs.withdrawn_already",
            vi="Giấy chứng nhận đã bị thu hồi.",
            en="The certificate was withdrawn already.",
            path="act",
        )
    if not FIRST_YEAR <= from_day.year <= LAST_YEAR:
        raise Invalid(
            "proofs.year",
            vi=f"Năm phải từ {FIRST_YEAR} đến {LAST_YEAR}.",
            en=f"A year from {FIRST_YEAR} to {LAST_YEAR}.",
            path="from_day",
        )
    stopped = suspended_on(term.measures, from_day)
    if (act is Act.SUSPENDED and stopped) or (act is Act.RESTORED and not stopped):
        raise Conflict(
            "proofs.measure",
            vi="Giấy chứng nhận đang bị đình chỉ vào ngày đó." if stopped else "Vào ngày đó giấy không bị đình chỉ.",
            en="It is suspended on that day already." if stopped else "It is not suspended on that day.",
            path="act",
        )
