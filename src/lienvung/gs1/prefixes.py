"""How long a GS1 Company Prefix is: the one thing that an EPC URN says and a Digital Link does not.

GS1's table of all prefixes is no part of this product. A length is known where a URN has shown it or where an
organisation has registered its prefix; company prefixes never begin with one another, so the first that fits is it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lienvung.gs1.elements import AIs
from lienvung.gs1.urn import parse_urn

PrefixLength = Callable[[str], int | None]
"""Given the digits of a key from where its company prefix begins (`company_digits`), the prefix's length or None."""

#: keys whose first digit is an indicator, an extension digit or a filler
_LEADING = frozenset({"00", "01", "8003", "8006"})
SHORTEST, LONGEST = 6, 12


def company_digits(ais: AIs) -> str:
    """The first twelve digits (or fewer) of a checked key from where its company prefix begins.

    >>> company_digits((("01", "04012345111118"),))
    '401234511111'
    """
    ai, value = ais[0]
    start = 1 if ai in _LEADING else 0
    digits = value[start : start + LONGEST]
    for at, character in enumerate(digits):
        if not "0" <= character <= "9":
            return digits[:at]
    return digits


def unknown_prefix(digits: str) -> None:
    """A `PrefixLength` that knows none: every Digital Link stays one."""
    return None


class KnownPrefixes:
    """Company prefixes that are known; itself a `PrefixLength`."""

    def __init__(self, prefixes: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        for prefix in prefixes:
            self.add(prefix)

    def add(self, prefix: str) -> None:
        """Keep a prefix; what is none is left aside."""
        if SHORTEST <= len(prefix) <= LONGEST and prefix.isascii() and prefix.isdigit():
            self._known.add(prefix)

    def learn(self, urn: str) -> None:
        """Keep the company prefix that an EPC URN shows. Raises `Invalid` for a URN that is not built right."""
        found = parse_urn(urn)
        if found is not None:
            self.add(company_digits(found.ais)[: found.prefix_length])

    def __call__(self, digits: str) -> int | None:
        for length in range(min(LONGEST, len(digits)), SHORTEST - 1, -1):
            if digits[:length] in self._known:
                return length
        return None

    def __len__(self) -> int:
        return len(self._known)
