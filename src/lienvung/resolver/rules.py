"""Pure decisions of the resolver: levels of an identifier, anchors, targets with variables.

Numbers of sections are those of the GS1-Conformant Resolver Standard 1.2.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from urllib.parse import quote, unquote, urlsplit

from lienvung.errors import Invalid
from lienvung.gs1.address import Address, path_of
from lienvung.gs1.digital_link import SHORT_NAMES
from lienvung.gs1.elements import AIs
from lienvung.gs1.percent import encode_strict
from lienvung.resolver.link_types import LINK_TYPES, bare
from lienvung.texts import Text

LONGEST_TARGET = 2_000
LONGEST_TITLE = 200
MOST_LANGUAGES = 8
MOST_CONTEXTS = 8
#: names that a target's variable may have besides the number of an application identifier
VARIABLES = {name: ai for name, ai in SHORT_NAMES.items()} | {"serial": "21", "tpx": "235"}

#: first segments of this site's paths that a link may lead to: the home page, pages of codes, recalls, proofs
PUBLIC_PAGES = frozenset({"", "p", "quality", "proofs", "search"})

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"[0-9]{2,4}")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\"<>\\^`|]")
_NAME = re.compile(
    r"(?=.{4,253}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_DOTS = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")  # what GS1's JSON schema of link sets takes
_MEDIA = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_CONTEXT = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")  # ISO 3166-1 and -2, as the description file says


@dataclass(frozen=True, slots=True)
class Link:
    """A link of one level, ready to be followed. `default`: '', 'default' or 'multi'."""

    kind: str
    href: str
    title: Text
    languages: tuple[str, ...] = ()
    media_type: str = ""
    contexts: tuple[str, ...] = ()
    default: str = ""
    urgent: bool = False
    binding: bool = False

    @property
    def attributes(self) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
        """What tells it from another link of its kind."""
        return self.languages, self.media_type, self.contexts


def sets_of(ais: AIs) -> list[AIs]:
    """The sets of AIs whose links belong to an identifier, finest first (2.5.9, rule 4: never a redirect upwards)."""
    key, given = ais[0], dict(ais[1:])
    if key[0] not in ("01", "8006"):
        return [ais[:length] for length in range(len(ais), 0, -1)]
    wanted: list[tuple[str, ...]] = [("235",), ("21",), ("22", "10"), ("10",), ("22",)]
    found = [(key, *((ai, given[ai]) for ai in names)) for names in wanted if all(ai in given for ai in names)]
    return [*found, (key,)]


def anchor_of(ais: AIs) -> str:
    """The path under which links of these AIs are kept. A serial stands without lot and variant (2.5.9, rule 2)."""
    if ais[0][0] in ("01", "8006"):
        given = {ai for ai, _ in ais}
        if "21" in given and given & {"10", "22"}:
            _refuse(
                "serial_alone",
                "anchor",
                "Liên kết của một số sê-ri gắn với khoá và (21), không kèm (10) hay (22).",
                "A link of a serial number is tied to the key and (21), without (10) or (22).",
            )
    return path_of(ais)


def check_kind(text: str) -> str:
    kind = bare(text.strip())
    if kind not in LINK_TYPES:
        _refuse(
            "link_type",
            "link_type",
            f"«{text[:60]}» không phải loại liên kết trong từ vựng GS1.",
            f"{text[:60]!r} is no link type of the GS1 web vocabulary.",
        )
    return kind


def check_target(text: str, *, plain_http: bool = False, own_hosts: Iterable[str] = ()) -> str:
    """A target that is safe to lead people to: https, a public name, variables only behind the host.

    Non-ASCII characters of path and query are percent-encoded. Raises Invalid.
    """
    text = text.strip()
    if len(text) > LONGEST_TARGET or _FORBIDDEN.search(text):
        _bad_target("Địa chỉ quá dài hoặc có ký tự không được phép.", "It is too long or has a forbidden character.")
    text = quote(text, safe="%/:?#[]@!$&'()*+,;=-._~{}")
    if len(text) > LONGEST_TARGET:
        _bad_target("Địa chỉ quá dài.", "It is too long.")
    if not text.lower().startswith(("https://", "http://") if plain_http else ("https://",)):
        _bad_target("Địa chỉ phải bắt đầu bằng https://.", "It must begin with https://.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        _bad_target("Tên miền hoặc cổng sai.", "Host or port is malformed.")
    if "@" in parts.netloc or not _NAME.fullmatch(parts.hostname or "") or port == 0:
        _bad_target(
            "Cần một tên miền công khai, không kèm tên người dùng.", "It needs a public host name, without a user name."
        )
    if _DOTS.search(parts.path):
        _bad_target("Đường dẫn không được có «.» hay «..».", "The path may not have '.' or '..' as a segment.")
    if _is_own(parts.hostname or "", own_hosts) and not _may_lead_here(parts.path):
        _bad_target(
            "Ở chính trang này chỉ dẫn tới trang công khai, không tới một mã (có thể thành vòng) hay trang làm việc.",
            "On this very site it may lead to public pages, not to a code (round in circles) or a page of work.",
        )
    for name in names_in(text):
        if ai_of(name) is None:
            _bad_target(f"Không có biến {{{name[:20]}}}.", f"There is no variable {{{name[:20]}}}.")
    return text


def _is_own(host: str, own_hosts: Iterable[str]) -> bool:
    """Is a host one of this site's? A name that begins with a dot stands for all below it, as in ALLOWED_HOSTS."""
    return any(
        host == own.lstrip(".").lower() or (own.startswith(".") and host.endswith(own.lower()))
        for own in own_hosts
        if own
    )


def _may_lead_here(path: str) -> bool:
    """May a link lead to this path of our own: a public page, however it is written?"""
    while (plain := unquote(path)) != path:  # until nothing is left to decode
        path = plain
    if _DOTS.search(path) or "\\" in path:
        return False
    first = next((segment for segment in path.split("/") if segment), "")
    return first in PUBLIC_PAGES


def names_in(target: str) -> list[str]:
    """The variables of a target."""
    if re.search(r"[{}]", _VARIABLE.sub("", target)):
        _bad_target("Dấu { } không đi thành cặp.", "The braces { } do not pair.")
    return _VARIABLE.findall(target)


def ai_of(name: str) -> str | None:
    """The application identifier of a variable's name."""
    return name if _NUMBER.fullmatch(name) else VARIABLES.get(name)


def expand(target: str, ais: AIs) -> str | None:
    """The target for these AIs; None where it needs one that is not there, or would walk out of its folder."""
    given = dict(ais)

    def value(match: re.Match[str]) -> str:
        return encode_strict(given[ai_of(match[1]) or ""])

    try:
        filled = _VARIABLE.sub(value, target)
    except KeyError:
        return None
    return filled if filled == target or not _DOTS.search(re.split("[?#]", filled)[0].split("://", 1)[1]) else None


def visible(data: bytes) -> str:
    """A query as a header can hold it: only what is no visible ASCII, and `#`, is percent-encoded."""
    return "".join(chr(byte) if 0x20 < byte < 0x7F and byte != 0x23 else f"%{byte:02X}" for byte in data)


def pass_on(target: str, query: str) -> str:
    """The target with the whole query string of the request, as it was sent (2.12)."""
    if not query:
        return target
    address, hash_, fragment = target.partition("#")
    joint = "&" if "?" in address else "?"
    sent = visible(query.encode("utf-8", "surrogateescape"))
    return f"{address}{joint}{sent}{hash_}{fragment}"


def check_languages(languages: Iterable[str]) -> tuple[str, ...]:
    found = []
    for text in languages:
        language, _, region = text.strip().partition("-")
        tag = language.lower() + (f"-{region.upper()}" if region else "")
        if not _LANGUAGE.fullmatch(tag):
            _refuse("language", "languages", f"«{text[:20]}» không phải mã ngôn ngữ như vi, en, en-GB.",
                    f"{text[:20]!r} is no language tag such as vi, en, en-GB.")  # fmt: skip
        found.append(tag)
    return _few(found, MOST_LANGUAGES, "languages")


def check_contexts(contexts: Iterable[str]) -> tuple[str, ...]:
    found = [text.strip().upper() for text in contexts]
    for tag in found:
        if not _CONTEXT.fullmatch(tag):
            _refuse("context", "contexts", f"«{tag[:20]}» không phải mã nước hoặc vùng (ISO 3166) như VN, VN-HN.",
                    f"{tag[:20]!r} is no country or region (ISO 3166) such as VN, VN-HN.")  # fmt: skip
    return _few(found, MOST_CONTEXTS, "contexts")


def _few(found: list[str], most: int, path: str) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(found))
    if len(unique) > most:
        _refuse("too_many", path, f"Nhiều nhất {most} mục.", f"At most {most} of them.")
    return unique


def check_media_type(text: str) -> str:
    kind = text.strip().lower()
    if kind and not _MEDIA.fullmatch(kind):
        _refuse("media_type", "media_type", "Kiểu dữ liệu viết như text/html, application/pdf.",
                "A media type is written as text/html, application/pdf.")  # fmt: skip
    return kind


def check_title(text: str, *, path: str) -> str:
    title = " ".join(text.split())
    if len(title) > LONGEST_TITLE or any(not c.isprintable() for c in title):
        _refuse("title", path, f"Tên nhiều nhất {LONGEST_TITLE} ký tự.", f"At most {LONGEST_TITLE} characters.")
    return title


def check_window(since: datetime | None, until: datetime | None) -> None:
    if since is not None and until is not None and until <= since:
        _refuse("window", "active_to", "Ngày kết thúc phải sau ngày bắt đầu.", "It must end after it begins.")


def key_digits(ai: str, value: str) -> str:
    """The digits of a key from the company prefix on: what tells whose it is (General Specifications 1.4)."""
    if ai in ("01", "00", "8006"):
        return "" if value.startswith("000000") else value[1:14]  # an indicator or extension digit stands first
    if ai == "8003":
        return value[1:14]  # GRAI: a filler 0 stands first
    return re.match(r"[0-9]*", value)[0]  # type: ignore[index]


def may_own(ais: AIs, prefix: str) -> bool:
    """Is the key one of the company prefix?"""
    return len(prefix) >= 4 and key_digits(*ais[0]).startswith(prefix)


def out_of_order(address: Address) -> bool:
    """Does a value with slashes look like further identifiers behind it (`/21/S/10/L`, which is out of order)?"""
    names = {"10", "21", "22", "235"}
    parts = [value.split("/") for ai, value in address.ais if ai in names]
    return any(len(part) > 2 and part[1] in names for part in parts)


def anchor_path(text: str) -> str:
    """The path of an anchor given as a URI on any domain or as a path, still percent-encoded."""
    text = text.strip()
    if "://" in text:
        text = "/" + text.split("://", 1)[1].partition("/")[2]
    return re.split("[?#]", text)[0]


def readable(anchor: str) -> str:
    """'(01) 0893… (10) A/1' for a person."""
    parts = anchor.strip("/").split("/")
    return " ".join(f"({ai}) {unquote(value)}" for ai, value in zip(parts[::2], parts[1::2], strict=False))


def _bad_target(vi: str, en: str) -> NoReturn:
    _refuse("target", "target", vi, en)


def _refuse(code: str, path: str, vi: str, en: str) -> NoReturn:
    raise Invalid(f"resolver.{code}", vi=vi, en=en, path=path)
