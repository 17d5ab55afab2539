"""What else an event says, read only where it is there: lots of serials, error declarations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lienvung.epcis.kinds import Role
from lienvung.epcis.lookups import Lookups
from lienvung.epcis.model import ErrorDeclaration
from lienvung.epcis.times import parse_time
from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri, lot_of_uri
from lienvung.gs1.percent import encode_canonical

_LOT_NUMBER = "{urn:epcglobal:cbv:mda:}lotNumber"
_SERIAL = "https://id.gs1.org/01/"


def lots_in_links(uris: Iterable[str], lookups: Lookups) -> list[tuple[str, str]]:
    """(serial, lot) for each identifier as given that carries a lot number beside its serial number."""
    lots = []
    for uri in uris:
        lot = lot_of_uri(uri)
        if lot is not None:
            lots.append((lookups.identifiers[uri], lot))
    return lots


def lots_in_ilmd(
    ilmd: dict[str, Any], things: Iterable[tuple[Role, list[str]]], lookups: Lookups
) -> list[tuple[str, str]]:
    """(serial, lot) for each instance that an event with `cbvmda:lotNumber` brings into being."""
    number = next((value for key, value in ilmd.items() if lookups.names.fields[key] == _LOT_NUMBER), None)
    if not isinstance(number, str) or not number.strip():
        return []
    ending = "/10/" + encode_canonical(number.strip())
    lots = []
    for role, uris in things:
        if role is not Role.EPC and role is not Role.OUTPUT:
            continue
        for uri in uris:
            if uri.startswith(_SERIAL) and uri[36:40] == "/21/":
                try:
                    lots.append((uri, canonical_uri(uri[:36] + ending)))
                except Invalid:
                    return []
    return lots


def error_declaration(given: dict[str, Any], lookups: Lookups) -> ErrorDeclaration:
    """EPCIS 2.0 section 7.4.1.4."""
    reason = given.get("reason")
    return ErrorDeclaration(
        parse_time(given["declarationTime"])[0],
        None if reason is None else lookups.reasons[reason][0],
        tuple(given.get("correctiveEventIDs") or ()),
    )
