"""What a path on our own domain asks for: GS1 Digital Link paths read, checked, and put in one form.

The resolver and the page behind a code read the same paths, so they read them here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from lienvung.errors import Invalid
from lienvung.gs1.ais import AIS
from lienvung.gs1.canonical import canonical_uri
from lienvung.gs1.digital_link import DigitalLink
from lienvung.gs1.percent import encode_strict

CANONICAL = "https://id.gs1.org"
# A server that gives only the decoded path has lost the difference between "/" and "%2F" in a lot
# number; for the one key whose qualifiers may hold a slash in practice the path is taken apart again.
_DECODED = re.compile(r"/01/(?P<a01>\d{8,14})(?:/22/(?P<a22>[^/]+))?(?:/10/(?P<a10>.+?))?(?:/21/(?P<a21>.+))?")


@dataclass(frozen=True, slots=True)
class Address:
    """A valid Digital Link path. `canonical` is the ledger's name for the thing, at the finest level."""

    ais: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        """All that was given, in path order, in one percent-encoding."""
        return path_of(self.ais)

    @property
    def canonical(self) -> str:
        return canonical_uri(CANONICAL + self.path)

    @property
    def given(self) -> dict[str, str]:
        return dict(self.ais)

    @property
    def gtin(self) -> str:
        return self.given.get("01", "")

    @property
    def lot(self) -> str:
        return self.given.get("10", "") if self.gtin else ""

    @property
    def serial(self) -> str:
        return self.given.get("21", "") if self.gtin else ""

    @property
    def level(self) -> str:
        """'serial', 'lot', 'product', 'place', 'party' or 'other'."""
        if self.gtin:
            return "serial" if self.serial else "lot" if self.lot else "product"
        return {"414": "place", "417": "party"}.get(self.ais[0][0], "other")

    @property
    def hri(self) -> tuple[str, ...]:
        """Human-readable lines: '(01) 0893…', '(10) …' (GS1 General Specifications 4.15)."""
        return tuple(f"({ai}) {value}" for ai, value in self.ais)

    def up(self) -> list[Address]:
        """Coarser addresses, finest first: of an item its lot and its product, of a lot its product."""
        keep = [pair for pair in self.ais if pair[0] != "22"]
        return [Address(tuple(keep[:n])) for n in range(len(keep) - 1, 0, -1)]


def path_of(ais: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"/{ai}/{encode_strict(value)}" for ai, value in ais)


def lot_uri(gtin: str, lot: str) -> str:
    """The ledger's name of a lot."""
    return canonical_uri(CANONICAL + path_of((("01", gtin), ("10", lot))))


@dataclass(frozen=True, slots=True)
class Sent:
    """A path as it was asked for, percent-encoded. `exact`: the server told how it was sent; else it was decoded and
    is encoded again, so that a `%2F` in a lot number cannot be told from a `/`.
    """

    path: str
    exact: bool


def sent_path(meta: Mapping[str, Any], path_info: str, raw: bytes | None = None) -> Sent:
    """The path of a request. WSGI servers may tell how it was sent as REQUEST_URI or RAW_URI, ASGI ones as `raw`."""
    sent = raw.decode("latin-1") if raw else str(meta.get("REQUEST_URI") or meta.get("RAW_URI") or "")
    if sent.startswith("/"):
        return Sent(sent.partition("?")[0], True)
    return Sent(quote(path_info, safe="/!$&'()*+,;=:@-._~"), False)


@lru_cache(maxsize=4096)  # a viral label; a refusal is not remembered
def read_address(path: str, *, decoded: str = "") -> Address:
    """The address of an encoded path; `decoded` is tried where the encoded one has lost its slashes.

    Raises Invalid naming the fault (GS1 Digital Link URI Syntax 1.6, section 4).
    """
    path = path.rstrip("/")
    try:
        return _read(path)
    except Invalid as fault:
        match = _DECODED.fullmatch(decoded.rstrip("/"))
        if match is None:
            raise
        pairs = tuple((name[1:], value) for name, value in match.groupdict().items() if value)
        try:
            return _read(path_of(pairs))
        except Invalid:
            raise fault from None


def _read(path: str) -> Address:
    segments = path.strip("/").split("/")
    if segments[0] not in AIS or not AIS[segments[0]].is_key:
        raise Invalid(
            "gs1.no_key",
            vi=f"Địa chỉ không bắt đầu bằng một khoá GS1: AI ({segments[0][:8]}) không phải là khoá chính.",
            en=f"The address does not begin with a GS1 key: AI ({segments[0][:8]}) is not a primary key.",
        )
    if len(segments) % 2 or "" in segments:
        raise Invalid(
            "gs1.odd_path",
            vi="Địa chỉ thiếu giá trị sau một mã phân biệt (AI).",
            en="The address lacks a value after an application identifier (AI).",
        )
    link = DigitalLink.parse(CANONICAL + path, short_gtins=True)
    if link.stem != CANONICAL:
        raise Invalid("gs1.two_keys", vi="Địa chỉ có hai khoá GS1.", en="The address has two GS1 keys.")
    return Address(link.path)
