"""GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax, 1.6).

    https://example.com/stem/01/09506000134352/10/ABC/21/12345?17=271231

The path ends with a primary key and its qualifiers in their order; the query may carry more AIs as data attributes,
and parameters of others, which are kept but mean nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from lienvung.gs1.ais import AIS, check_value, path_sequences
from lienvung.gs1.elements import MOST_AIS, AIs, check_together
from lienvung.gs1.percent import decode, encode_strict
from lienvung.gs1.trouble import refuse

CANONICAL_STEM = "https://id.gs1.org"
LONGEST_URI = 8191
#: the names that AIs had in Digital Links before version 1.3 of the standard; still met in stored documents
SHORT_NAMES = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017", "gsrn": "8018",
    "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004",
    "gmn": "8013", "cpv": "22", "lot": "10", "ser": "21", "glnx": "254", "cpsn": "8011", "srin": "8019",
    "refno": "8020",
}  # fmt: skip

_URI_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%")
_NOT_IN_DOMAIN = frozenset("_~?#@!$&'()*+,;=%")
_SCHEMES = ("https://", "HTTPS://", "http://", "HTTP://")
#: a decoded value is read up to here; no AI may be longer
_LONGEST_VALUE = 90


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A checked Digital Link: where it points, the key with its qualifiers, the attributes, what else the query has."""

    stem: str
    path: AIs
    attributes: AIs = ()
    other: tuple[str, ...] = ()

    @property
    def ais(self) -> AIs:
        return self.path + self.attributes

    @property
    def key(self) -> str:
        """The primary key's AI."""
        return self.path[0][0]

    @classmethod
    def parse(cls, uri: str, *, short_names: bool = False, short_gtins: bool = False) -> DigitalLink:
        """Read and check a Digital Link URI.

        `short_names` also takes /gtin/, /lot/ …, `short_gtins` GTINs of 8, 12 and 13 digits in the path, as versions
        before 1.3 and 1.4 of the standard did. Raises `gs1.digital_link`, `gs1.no_key`, `gs1.qualifier`,
        `gs1.attribute`, or the code of what is wrong with a value or a combination of AIs.
        """
        stem, segments, query = _split(uri, short_names)
        path = tuple(_value(ai, text, uri, pad=short_gtins) for ai, text in segments)
        attributes, other = _query(query, uri, room=MOST_AIS - len(path))
        check_path(path, uri)
        _check_attributes(path, attributes, uri)
        check_together(path + attributes, source=uri)
        return cls(stem, path, attributes, other)

    @classmethod
    def build(cls, stem: str, ais: Iterable[tuple[str, str]]) -> DigitalLink:
        """A link on `stem` ("https://example.com" or with a path) that carries `ais`, checked.

        The first primary key among them leads; as many of its qualifiers as fit follow in the path, all else becomes
        data attributes, those of predefined length first.
        """
        given: dict[str, str] = {}
        listed = list(ais)
        for ai, value in listed:
            check_value(ai, value)
            given.setdefault(ai, value)
        check_together(listed)
        stem = stem.removesuffix("/")
        _split(stem + "/01/0", False)
        sequence = _best_path(given)
        attributes = [ai for ai in given if ai not in sequence]
        attributes.sort(key=lambda ai: not AIS[ai].fixed)
        for ai in attributes:
            if not AIS[ai].attribute:
                _refuse_attribute(ai, "")
        return cls(stem, tuple((ai, given[ai]) for ai in sequence), tuple((ai, given[ai]) for ai in attributes))

    def __str__(self) -> str:
        query = [f"{ai}={encode_strict(value)}" for ai, value in self.attributes]
        return self.stem + _render(self.path) + ("?" + "&".join(query) if query else "")

    def canonical(self) -> str:
        """The same content on id.gs1.org, attributes included (Digital Link Standard, section "Canonical URIs")."""
        return str(DigitalLink(CANONICAL_STEM, self.path, self.attributes))


def _render(path: AIs) -> str:
    return "".join(f"/{ai}/{encode_strict(value)}" for ai, value in path)


def _split(uri: str, short_names: bool) -> tuple[str, list[tuple[str, str]], str]:
    """Stem, undecoded (AI, value) pairs of the path from the key on, and the query."""
    if len(uri) > LONGEST_URI:
        _refuse("dài quá 8191 ký tự", "it is longer than 8191 characters", uri)
    if not _URI_CHARACTERS.issuperset(uri):
        strange = next(c for c in uri if c not in _URI_CHARACTERS)
        shown = strange if strange.isprintable() else f"U+{ord(strange):04X}"
        _refuse(f"ký tự «{shown}» phải mã hoá bằng %", f"the character '{shown}' must be percent-encoded", uri)
    scheme = next((s for s in _SCHEMES if uri.startswith(s)), None)
    if scheme is None:
        _refuse("phải bắt đầu bằng https://", "it must begin with https://", uri)
    slash = uri.find("/", len(scheme))
    domain = uri[len(scheme) : slash]
    if slash < 0 or not domain:
        _refuse("thiếu tên miền hoặc đường dẫn", "domain or path is missing", uri)
    if not _NOT_IN_DOMAIN.isdisjoint(domain):
        _refuse("tên miền có ký tự không được phép", "the domain has a character that is not allowed", uri)
    path, _, query = uri[slash:].partition("#")[0].partition("?")
    parts = path.split("/")[1:]
    for at in range(len(parts) - 2, -1, -2):
        ai = SHORT_NAMES.get(parts[at], parts[at]) if short_names else parts[at]
        entry = AIS.get(ai)
        if entry is None:
            break
        if entry.is_key:
            names = [SHORT_NAMES.get(part, part) if short_names else part for part in parts[at::2]]
            stem = uri[:slash] + "".join("/" + part for part in parts[:at])
            return stem, list(zip(names, parts[at + 1 :: 2])), query
    if not short_names and not SHORT_NAMES.keys().isdisjoint(parts):
        refuse(
            "gs1.no_key",
            "tên như /gtin/ đã bị bỏ từ phiên bản 1.3; hãy viết /01/ và GTIN đủ 14 chữ số",
            "names such as /gtin/ ended with version 1.3; write /01/ and the GTIN in 14 digits",
            source=uri,
        )
    refuse(
        "gs1.no_key",
        "đường dẫn không kết thúc bằng một khoá GS1, ví dụ /01/09506000134352",
        "the path does not end with a GS1 key, such as /01/09506000134352",
        source=uri,
    )


def _value(ai: str, text: str, uri: str, *, pad: bool) -> tuple[str, str]:
    value = decode(text)[:_LONGEST_VALUE]
    if pad and ai == "01" and len(value) in (8, 12, 13):
        value = value.zfill(14)
    check_value(ai, value, source=uri)
    return ai, value


def _query(query: str, uri: str, *, room: int) -> tuple[AIs, tuple[str, ...]]:
    attributes: list[tuple[str, str]] = []
    other: list[str] = []
    at = 0
    while at < len(query):
        while query[at : at + 1] == "&":
            at += 1
        end = query.find("&", at)
        end = len(query) if end < 0 else end
        parameter, at = query[at:end], end
        ai, equals, text = parameter.partition("=")
        if equals and (not ai or (ai.isdigit() and ai not in AIS)):
            refuse("gs1.unknown_ai", f"không có mã ứng dụng ({ai[:8]})", f"there is no AI ({ai[:8]})", source=uri)
        if equals and ai in AIS:
            attributes.append(_value(ai, text.replace("+", " "), uri, pad=True))
        else:
            other.append(parameter)
        if len(attributes) + len(other) > room:
            refuse("gs1.too_many", "quá nhiều tham số", "too many parameters", source=uri)
    return tuple(attributes), tuple(o for o in other if o)


def check_path(path: AIs, uri: str) -> None:
    """Raise `gs1.qualifier` unless the AIs are a key and its qualifiers in their order."""
    sequence = tuple(ai for ai, _ in path)
    if sequence not in path_sequences():
        key, listed = sequence[0], ", ".join(f"({ai})" for ai in sequence[1:])
        allowed = " / ".join(", ".join(f"({q})" for q in level) for level in AIS[key].qualifiers) or "—"
        refuse(
            "gs1.qualifier",
            f"sau khoá ({key}) không được viết {listed}; thứ tự đúng: {allowed}",
            f"key ({key}) does not take {listed}; the order is {allowed}",
            source=uri,
            path=f"({key})",
        )


def _check_attributes(path: AIs, attributes: AIs, uri: str) -> None:
    seen = {ai for ai, _ in path}
    sequence = tuple(ai for ai, _ in path)
    for ai, _ in attributes:
        if ai in seen:
            refuse("gs1.repeated", f"AI ({ai}) lặp lại", f"AI ({ai}) is repeated", source=uri, path=f"({ai})")
        seen.add(ai)
        if not AIS[ai].attribute:
            _refuse_attribute(ai, uri)
        for at in range(1, len(sequence) + 1):
            if (*sequence[:at], ai, *sequence[at:]) in path_sequences():
                refuse(
                    "gs1.attribute",
                    f"AI ({ai}) phải nằm trong đường dẫn, không nằm sau dấu ?",
                    f"AI ({ai}) belongs into the path, not behind the ?",
                    source=uri,
                    path=f"({ai})",
                )


def _refuse_attribute(ai: str, uri: str) -> NoReturn:
    refuse(
        "gs1.attribute",
        f"AI ({ai}) không được làm thuộc tính sau dấu ?",
        f"AI ({ai}) may not be a data attribute behind the ?",
        source=uri,
        path=f"({ai})",
    )


def _best_path(given: dict[str, str]) -> Sequence[str]:
    key = next((ai for ai in given if AIS[ai].is_key), None)
    if key is None:
        refuse(
            "gs1.no_key",
            "cần một khoá GS1, ví dụ (01), để làm đường dẫn Digital Link",
            "a Digital Link needs a GS1 key, such as (01)",
        )
    fitting = [s for s in path_sequences() if s[0] == key and all(ai in given for ai in s)]
    return min(fitting, key=lambda sequence: (-len(sequence), " ".join(sequence)))


def _refuse(vi: str, en: str, uri: str) -> NoReturn:
    refuse("gs1.digital_link", vi, en, source=uri)
