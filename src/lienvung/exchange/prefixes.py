"""Company prefixes that are known, so that a Digital Link can be said as an EPC URN (GS1-EPC-Format: Always_EPC_URN).

GS1's list of all prefixes is no part of this product. Two sources tell a prefix's length: what organisations have
registered here, which counts more, and the EPC URNs that stand in the ledger. Those are learned when URNs are asked
for: each such answer reads on in the ledger from where the last one stopped, and what it finds stays known.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterable

from django.db import DatabaseError, transaction

from lienvung.errors import Invalid
from lienvung.exchange.models import CompanyPrefix, Progress
from lienvung.gs1.prefixes import KnownPrefixes, PrefixLength, company_digits
from lienvung.gs1.urn import parse_urn
from lienvung.ledger.reading import rows
from lienvung.people.models import Organisation

log = logging.getLogger(__name__)
NAME = "company prefixes"
EVENTS = 10_000  # read at once
_URN = re.compile(rb"urn:epc:(?:id|class|idpat):[a-z]+:\d{6,12}\.[^\s\"\\]{0,200}")


def known_prefixes() -> PrefixLength:
    """The prefixes that are known by now."""
    try:
        learn()
    except DatabaseError as fault:  # another is writing, or nothing can be written: what is known is enough
        log.info("company prefixes were not read: %s", fault)
    registered = KnownPrefixes(Organisation.objects.exclude(company_prefix="").values_list("company_prefix", flat=True))
    shown = KnownPrefixes(CompanyPrefix.objects.values_list("prefix", flat=True))

    def length(digits: str) -> int | None:
        return registered(digits) or shown(digits)

    return length


def learn(limit: int = EVENTS) -> int:
    """Read the next events of the ledger for URNs; how many were read."""
    position = Progress.objects.filter(name=NAME).values_list("rid", flat=True).first() or 0
    found = rows("SELECT rid, body FROM ledger_event WHERE rid > %s ORDER BY rid LIMIT %s", (position, limit))
    if not found:
        return 0
    prefixes = set(prefixes_in(bytes(body) for _, body in found))
    with transaction.atomic():
        CompanyPrefix.objects.bulk_create([CompanyPrefix(prefix=prefix) for prefix in prefixes], ignore_conflicts=True)
        Progress.objects.update_or_create(name=NAME, defaults={"rid": found[-1][0]})
    return len(found)


def prefixes_in(bodies: Iterable[bytes]) -> Iterable[str]:
    """The company prefixes of the well-formed URNs in these texts."""
    urns = {urn for body in bodies for urn in _URN.findall(body)}
    for urn in urns:
        with contextlib.suppress(Invalid, UnicodeDecodeError):
            parsed = parse_urn(urn.decode())
            if parsed is not None and parsed.prefix_length:
                yield company_digits(parsed.ais)[: parsed.prefix_length]
