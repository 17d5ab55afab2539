"""What the exchange offers to the resolver: where the events of a thing are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from django.urls import reverse

from lienvung.ledger.trace_names import lookup
from lienvung.registry import Identifier, LinkProvider, OfferedLink
from lienvung.texts import Text

TITLE = Text("Sự kiện EPCIS 2.0 (cần khoá API)", "EPCIS 2.0 events (needs an API token)")


def events(identifier: Identifier) -> Sequence[OfferedLink]:
    """The EPCIS resource of a thing that the ledger knows; what it answers depends on who asks."""
    if not len(lookup(identifier.uri)):
        return []
    place = f"{reverse('epcis:top')}epcs/{quote(identifier.uri, safe='')}/events"
    return [OfferedLink("epcis", place, TITLE, (), "application/ld+json")]


PROVIDER = LinkProvider("exchange.events", frozenset({"epcis"}), events, order=50)
