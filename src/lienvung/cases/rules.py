"""Pure decisions of the room: the states of a case and who may move it, deadlines, limits, what a report may say."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from lienvung.errors import Conflict, Invalid, NotAllowed

SHORTEST, LONGEST = 10, 2_000
OLDEST_PURCHASE = timedelta(days=5 * 366)
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
NUMBER_LENGTH: Final = 8
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9][0-9 .()-]{6,18}[0-9]")

# Reports in an hour. Many people share one address of a mobile network, so it is not the narrowest.
WINDOW: Final = timedelta(hours=1)
OF_ADDRESS, OF_CODE, OF_PRODUCT = 10, 20, 100


class State(StrEnum):
    NEW = "new"
    LOOKING = "looking"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"


class Act(StrEnum):
    LOOK = "look"
    ANSWER = "answer"
    CLOSE = "close"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"
    JOIN = "join"  # another report of the same lot came in


class Side(StrEnum):
    """In whose name somebody stands before a case."""

    AUTHORITY = "authority"  # an official of the province that is to act
    OWNER = "owner"  # who writes for the product's organisation
    SYSTEM = "system"


_BOTH = frozenset({Side.AUTHORITY, Side.OWNER})
_AUTHORITY = frozenset({Side.AUTHORITY})
_SYSTEM = frozenset({Side.SYSTEM})
N, L, A, C, R = State.NEW, State.LOOKING, State.ANSWERED, State.CLOSED, State.REOPENED

WAITING: Final = frozenset({N, R})  # nobody has begun

# (state, act) -> (state afterwards, who may). What is not here cannot happen.
TABLE: Final[Mapping[tuple[State, Act], tuple[State, frozenset[Side]]]] = {
    (N, Act.LOOK): (L, _BOTH),
    (R, Act.LOOK): (L, _BOTH),
    (A, Act.LOOK): (L, _AUTHORITY),  # the answer is not enough
    (N, Act.ANSWER): (A, _BOTH),
    (L, Act.ANSWER): (A, _BOTH),
    (R, Act.ANSWER): (A, _BOTH),
    (A, Act.ANSWER): (A, _BOTH),  # something to add
    (N, Act.CLOSE): (C, _AUTHORITY),
    (L, Act.CLOSE): (C, _AUTHORITY),
    (A, Act.CLOSE): (C, _AUTHORITY),
    (R, Act.CLOSE): (C, _AUTHORITY),
    (C, Act.REOPEN): (R, _AUTHORITY),
    (N, Act.HAND_OVER): (N, _AUTHORITY),
    (L, Act.HAND_OVER): (L, _AUTHORITY),
    (A, Act.HAND_OVER): (A, _AUTHORITY),
    (R, Act.HAND_OVER): (R, _AUTHORITY),
    (N, Act.JOIN): (N, _SYSTEM),
    (L, Act.JOIN): (L, _SYSTEM),
    (A, Act.JOIN): (L, _SYSTEM),  # the answer did not know of this report
    (R, Act.JOIN): (R, _SYSTEM),
}


def next_state(state: str, act: str, side: Side | None) -> State:
    """The state afterwards. NotAllowed for who may not, Conflict where the case stands otherwise."""
    who = frozenset().union(*(sides for (_, each), (_, sides) in TABLE.items() if each == act))
    if side is None or side not in who:
        raise NotAllowed(
            "cases.not_yours",
            vi="Việc này của cơ quan tỉnh phụ trách hoặc của chủ sản phẩm.",
            en="This is for the authority of the province in charge, or for the product's organisation.",
        )
    found = TABLE.get((State(state), Act(act)))
    if found is None or side not in found[1]:
        raise Conflict(
            "cases.state",
            vi="Vụ việc không ở trạng thái cho phép việc này; hãy xem lại.",
            en="The case does not stand so that this can be done; look at it again.",
        )
    return found[0]


def acts_open(state: str, side: Side | None) -> list[Act]:
    """What this side can do now."""
    return [act for (here, act), (_, sides) in TABLE.items() if here == state and side in sides]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each step may take; set by the installation, no rule of law is claimed."""

    look: timedelta
    urgent: timedelta
    answer: timedelta


def due(state: str, since: datetime, *, urgent: bool, deadlines: Deadlines) -> datetime | None:
    """By when the next step is due: to look into it, to answer, to close what was answered."""
    if state == State.CLOSED:
        return None
    if state in WAITING:
        return since + (deadlines.urgent if urgent else deadlines.look)
    return since + deadlines.answer


def new_number(prefix: str) -> str:
    """A number to say over the phone. Drawn at random: it tells nobody how many there are."""
    return f"{prefix}-" + "".join(secrets.choice(LETTERS) for _ in range(NUMBER_LENGTH))


def number_of(text: str) -> str:
    """A number as typed, in the form in which it is kept."""
    return text.strip().upper()[:20]


def digest_of(token: str) -> str:
    """What is kept of a secret link; '' for what cannot be one."""
    return hashlib.sha256(token.encode()).hexdigest() if _TOKEN.fullmatch(token) else ""


def network_of(address: str) -> str:
    """Whom a limit counts: an IPv4 address, of IPv6 the /64 that one line gets."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv6Address):
        return str(read.ipv4_mapped or ipaddress.ip_network((read, 64), strict=False))
    return str(read)


def report_allowed(*, of_address: int, of_code: int, of_product: int) -> bool:
    """May there be another report, after so many in the last hour?"""
    return of_address < OF_ADDRESS and of_code < OF_CODE and of_product < OF_PRODUCT


def check_words(words: str, *, path: str = "text", least: int = SHORTEST) -> str:
    """A text that says something, without control characters and letters that turn the writing round."""
    clean = "".join(
        letter for letter in words.replace("\r\n", "\n") if letter in "\n\t" or unicodedata.category(letter)[0] != "C"
    ).strip()
    if not least <= len(clean) <= LONGEST:
        raise Invalid(
            "cases.words",
            vi=f"Cần từ {least} đến {LONGEST} ký tự.",
            en=f"Between {least} and {LONGEST} characters are wanted.",
            path=path,
        )
    return clean


def check_line(words: str, *, most: int, path: str) -> str:
    """A line that may be empty."""
    clean = " ".join(check_words(words, path=path, least=0).split())
    if len(clean) > most:
        raise Invalid("cases.line", vi=f"Tối đa {most} ký tự.", en=f"At most {most} characters.", path=path)
    return clean


def check_bought_on(day: date | None, *, today: date) -> date | None:
    if day is not None and not today - OLDEST_PURCHASE <= day <= today:
        raise Invalid(
            "cases.bought_on",
            vi="Ngày mua không thể ở tương lai hoặc quá lâu trước đây.",
            en="The day of purchase cannot be in the future or that long ago.",
            path="bought_on",
        )
    return day


def check_contact(contact: str, *, agreed: bool) -> str:
    """A phone number or e-mail address, kept only with the reporter's own agreement; '' is welcome."""
    clean = check_line(contact, most=120, path="contact")
    if not clean:
        return ""
    if not (_EMAIL.fullmatch(clean) or _PHONE.fullmatch(clean)):
        raise Invalid(
            "cases.contact",
            vi="Hãy viết một số điện thoại hoặc một địa chỉ thư điện tử, hoặc để trống.",
            en="Give a phone number or an e-mail address, or leave it empty.",
            path="contact",
        )
    if not agreed:
        raise Invalid(
            "cases.consent",
            vi="Chỉ giữ cách liên hệ khi bạn đồng ý; hãy đánh dấu, hoặc xoá phần liên hệ.",
            en="Your contact is only kept if you agree: tick the box, or leave the contact empty.",
            path="agreed",
        )
    return clean


def packed(codes: Iterable[str]) -> str:
    """Codes of provinces as they are stored: ",01,37,"."""
    listed = sorted({code for code in codes if code})
    return f",{','.join(listed)}," if listed else ""


def unpacked(codes: str) -> list[str]:
    return [code for code in codes.split(",") if code]
