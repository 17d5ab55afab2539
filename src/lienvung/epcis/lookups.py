"""What values mean, looked up once and kept: identifiers, vocabulary words, units, free values.

Each is a dictionary that computes a missing entry, so that the common case costs one
look-up. They belong to a `Lookups`, one for each set of prefixes, because a CURIE
means what its document's context says. All are bounded: a sender cannot fill memory.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from lienvung.epcis.context import STANDARD_NAMES, Names
from lienvung.epcis.numbers import number_text, numeral_text
from lienvung.epcis.vocabulary import (
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    COMPONENT,
    DISPOSITION,
    ERROR_REASON,
    GS1_VOC,
    MEASUREMENT_TYPE,
    SENSOR_ALERT_TYPE,
    SOURCE_DEST_TYPE,
    VOCABULARIES,
    Vocabulary,
)
from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri

MAX_URI = 2_000  # bytes in UTF-8: they are keys of indexes, and PostgreSQL takes no more than 2,704 in one
_MAX_ENTRIES = 100_000
# RFC 3986 characters, and printable ones beyond ASCII (RFC 3987), as Vietnamese web addresses have them.
_PLAIN = r"""[^\s%<>"{}|\\^`\x00-\x20\x7f-\x9f\ud800-\udfff]"""
_URI = re.compile(rf"[A-Za-z_][A-Za-z0-9+.\-_]*:(?:{_PLAIN}+|%[0-9A-Fa-f]{{2}})(?:{_PLAIN}+|%[0-9A-Fa-f]{{2}})*+")
_CLAIMED = {
    False: re.compile(r"urn:epcglobal:cbv:|https?://ns\.gs1\.org/cbv/"),
    True: re.compile(r"https?://(?:www\.)?gs1\.org/voc/"),
}
_UOM = re.compile(r"[A-Z0-9]{2,3}")
_GRAI = re.compile(r"https?://[^/?#]+(?:/[^?#]*)?/8003/(0[0-9]{13}[A-Za-z0-9\-._]{0,16})(?:\?.*)?", re.IGNORECASE)


# Lines that differ only in their last part, which is a plain serial or lot number.
_ONE_CLASS = re.compile(r"([^\n]*[/.])[0-9A-Za-z]{1,20}+(?:\n\1[0-9A-Za-z]{1,20}+)*+")
_SSCC = "https://id.gs1.org/00/"
_NO_GS1 = ("urn:epcglobal:cbv:", "urn:uuid:", "ni:///")


def is_sscc(text: str) -> bool:
    """18 digits with the right check digit (GS1 General Specifications section 7.9).

    Works on bytes, where a digit is 48 more than its worth; 18 of them, weighted 3 and 1, are 1,728 too many.
    """
    if len(text) != 18 or not text.isdecimal() or not text.isascii():
        return False
    digits = text.encode()
    return (3 * sum(digits[::2]) + sum(digits[1::2]) - 1728) % 10 == 0


class Suspicion(Invalid):
    """Something that only `validate` can judge and name."""

    def __init__(self) -> None:
        super().__init__(
            "epcis.event", vi="Sự kiện không đúng chuẩn EPCIS 2.0.", en="The event does not follow EPCIS 2.0."
        )


class _Bounded(dict[Any, Any]):
    """A dictionary that forgets everything when it grows too big."""

    def keep(self, key: Any, value: Any) -> Any:
        if len(self) >= _MAX_ENTRIES:
            self.clear()
        self[key] = value
        return value


def is_uri(text: str) -> bool:
    if len(text) > MAX_URI or _URI.fullmatch(text) is None:
        return False
    return text.isascii() or len(text.encode()) <= MAX_URI


def _no_uri(uri: str) -> Invalid:
    if len(uri.encode("utf-8", "surrogatepass")) > MAX_URI:
        return Invalid(
            "epcis.uri.long",
            vi=f"«{uri[:100]}…» dài hơn {MAX_URI} byte.",
            en=f"'{uri[:100]}…' is longer than {MAX_URI} bytes.",
        )
    return Invalid("epcis.uri", vi=f"«{uri[:100]}» không phải là URI.", en=f"'{uri[:100]}' is not a URI.")


def canonical_identifier(uri: str) -> str:
    """`canonical_uri`, but an asset number (GRAI) keeps a wrong check digit.

    Crates and pallets carry their number printed for life, and public EPCIS documents
    have such numbers; products, places and logistic units must be right.
    """
    try:
        return canonical_uri(uri)
    except Invalid as fault:
        grai = _GRAI.fullmatch(uri) if fault.code == "gs1.check_digit" else None
        if grai is None:
            raise
        return "https://id.gs1.org/8003/" + grai[1]


class Identifiers(_Bounded):
    """URI as given -> canonical URI. Raises `Invalid` for what is no URI, or a wrong GS1 identifier."""

    __slots__ = ("heads", "names")

    def __init__(self, names: Names) -> None:
        self.names = names
        self.heads: dict[str, str] = {}  # what serials (or lots) of one class share: as given -> canonical

    def __missing__(self, uri: str) -> str:
        # Serials, lots and pallets of known classes are worked out each time: they come once or twice, and a
        # dictionary of them all would be slower than the work and grow for ever.
        if uri.startswith(_SSCC) and is_sscc(uri[22:]):
            return uri
        cut = uri.rfind("/" if uri[:1] == "h" else ".") + 1
        last = uri[cut:]
        shared = self.heads.get(uri[:cut])
        if shared is not None and last.isalnum() and len(last) <= 20 and last.isascii():
            return shared + last
        canonical = self._check(uri)
        if canonical is uri and uri.startswith(_NO_GS1):
            return uri
        if last.isalnum() and canonical.endswith(("/21/" + last, "/10/" + last)):
            if len(self.heads) >= _MAX_ENTRIES:
                self.heads.clear()
            self.heads[uri[:cut]] = canonical[: -len(last)]
        if len(self) >= _MAX_ENTRIES:
            self.clear()
        self[uri] = canonical
        return canonical

    def listed(self, uris: list[str], name: str) -> tuple[list[str], str]:
        """The canonical URIs of a list that is not empty, in its order; and its text: `name`, then `epc=…`s, sorted.

        Most lists hold serials of one class, plain letters and digits: one pattern sees that, and only what they
        share is looked up. They are kept as they are where they are canonical already.
        """
        match = _ONE_CLASS.fullmatch("\n".join(uris))
        found = None
        if match is not None:
            head = match[1]
            canonical = self.heads.get(head)
            # As many lines as identifiers: no identifier has a line break in it.
            if canonical is not None and match.string.count("\n") == len(uris) - 1:
                cut = len(head)
                found = uris if canonical == head else [canonical + uri[cut:] for uri in uris]
            elif head == _SSCC and all([is_sscc(uri[22:]) for uri in uris]):
                found = uris
        if found is None:
            found = [self[uri] for uri in uris]
        parts = sorted(found)
        parts.insert(0, name)
        return found, "epc=".join(parts)

    def _check(self, uri: str) -> str:
        if not is_uri(uri):
            raise _no_uri(uri)
        if uri.startswith(_NO_GS1):
            return uri
        full = self.names.expand(uri)
        if (
            full is not uri and len(full.encode("utf-8", "surrogatepass")) > MAX_URI
        ):  # a CURIE whose namespace is the long part
            raise _no_uri(full)
        return canonical_identifier(full)


class Words(_Bounded):
    """Vocabulary value as given -> (bare word or URI, web URI for the hash). Raises `Invalid` for unknown words."""

    __slots__ = ("names", "vocabulary")

    def __init__(self, vocabulary: Vocabulary, names: Names) -> None:
        self.vocabulary = vocabulary
        self.names = names
        for word in vocabulary.words:
            self[word] = (word, vocabulary.web + word)

    def __missing__(self, value: str) -> tuple[str, str]:
        full = self.names.expand(value)
        word = self.vocabulary.bare(full)
        if self.vocabulary.has(word):
            found = (word, self.vocabulary.web + word)
        elif is_uri(full) and not self._claimed(full):
            found = (full, full)
        else:
            raise Invalid(
                "epcis.vocabulary",
                vi=f"«{value[:100]}» không phải từ của CBV 2.0 ({self.vocabulary.name}) và không phải URI riêng.",
                en=f"'{value[:100]}' is neither a word of CBV 2.0 ({self.vocabulary.name}) nor a URI of your own.",
            )
        kept: tuple[str, str] = self.keep(value, found)
        return kept

    def _claimed(self, uri: str) -> bool:
        """In a namespace of the standard, where only its own words exist."""
        return uri.startswith(self.vocabulary.web) or _CLAIMED[self.vocabulary.web == GS1_VOC].match(uri) is not None


class GrowingWords(Words):
    """For hashing: the GS1 Web Vocabulary grows, and a word that it got later, or lost, hashes as any word of it."""

    __slots__ = ()

    def __missing__(self, value: str) -> tuple[str, str]:
        full = self.names.expand(value)
        if full.startswith(self.vocabulary.web):
            kept: tuple[str, str] = self.keep(value, (full[len(self.vocabulary.web) :], full))
            return kept
        return super().__missing__(value)


class Units(_Bounded):
    """A set of units of measure seen: maps to itself. UN/CEFACT Recommendation 20 shape, EPCIS 2.0 section 7.3.3.3."""

    def __missing__(self, uom: str) -> str:
        if not _UOM.fullmatch(uom):
            raise Invalid(
                "epcis.uom",
                vi=f"«{uom[:20]}» không phải mã đơn vị đo (2-3 chữ hoa hoặc chữ số, UN/CEFACT Rec 20).",
                en=f"'{uom[:20]}' is not a unit code (2-3 capitals or digits, UN/CEFACT Rec 20).",
            )
        unit: str = self.keep(uom, uom)
        return unit


class Values(_Bounded):
    """Free text -> as the event hash writes it: trimmed; CURIE, CBV URN, number, GS1 identifier in canonical form."""

    __slots__ = ("names",)

    def __init__(self, names: Names) -> None:
        self.names = names

    def __missing__(self, value: str) -> str:
        text = value.strip()
        if ":" in text:
            text = self.names.expand(text)
            if text.startswith("urn:epcglobal:cbv:"):
                text = _web_word(text)
            elif text.startswith(("http", "urn:epc", "HTTP")):
                try:
                    text = canonical_identifier(text)
                except Invalid:
                    pass  # a user's own field may hold any text; only the standard's fields must be right
        else:
            text = numeral_text(text)
        return self.keep(value, text) if len(value) <= 200 else text


def _web_word(urn: str) -> str:
    for vocabulary in VOCABULARIES:
        if vocabulary.urn and urn.startswith(vocabulary.urn):
            return vocabulary.web + urn[len(vocabulary.urn) :]
    return urn


class Lookups:
    """All the look-ups under one set of prefixes."""

    __slots__ = (
        "alerts",
        "business",
        "circumstances",
        "components",
        "dispositions",
        "growing",
        "identifiers",
        "measurements",
        "names",
        "parties",
        "reasons",
        "steps",
        "units",
        "values",
    )

    def __init__(self, names: Names, growing: bool = False) -> None:
        self.names = names
        self.growing = growing
        self.identifiers = Identifiers(names)
        self.values = Values(names)
        self.circumstances: dict[Any, Any] = {}  # filled by `scan`
        self.units = Units()
        self.steps = Words(BIZ_STEP, names)
        self.dispositions = Words(DISPOSITION, names)
        self.business = Words(BIZ_TRANSACTION_TYPE, names)
        self.parties = Words(SOURCE_DEST_TYPE, names)
        self.reasons = Words(ERROR_REASON, names)
        self.components = Words(COMPONENT, names)
        self.measurements = (GrowingWords if growing else Words)(MEASUREMENT_TYPE, names)
        self.alerts = Words(SENSOR_ALERT_TYPE, names)

    def value(self, value: Any) -> str:
        """A scalar as the event hash writes it."""
        if isinstance(value, str):
            text: str = self.values[value]
            return text
        if isinstance(value, bool):
            return "true" if value else "false"
        if value is None:
            return ""
        if isinstance(value, int | Decimal):
            return number_text(value)
        raise TypeError(f"not a scalar: {type(value).__name__}")


@lru_cache(maxsize=16)
def _lookups(prefixes: tuple[tuple[str, str], ...], growing: bool = False) -> Lookups:
    return Lookups(Names(dict(prefixes)), growing)


def lookups_for(context: Any, outer: Names = STANDARD_NAMES, *, growing: bool = False) -> Lookups:
    """The look-ups under `context` (inside `outer`); shared by documents that declare the same prefixes.

    `growing`: take any measurement type of the GS1 Web Vocabulary, as only hashing does."""
    return _lookups(tuple(sorted(outer.within(context).prefixes.items())), growing)


LOOKUPS = _lookups
"""The cache itself, for benchmarks that want to begin cold."""
