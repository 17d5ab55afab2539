"""Events and documents for the tests of `lienvung.epcis`: plain builders and Hypothesis strategies."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from lienvung.epcis.vocabulary import BIZ_STEP, BIZ_TRANSACTION_TYPE, DISPOSITION, SOURCE_DEST_TYPE
from lienvung.gs1 import check_digit

STANDARD = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CONTEXT = [STANDARD, {"example": "https://ns.example.com/epcis/", "cbvmda": "urn:epcglobal:cbv:mda:"}]
PACK = "https://id.gs1.org/01/08935001700005/21/"
LOT = "https://id.gs1.org/01/08935001700005/10/"
PLACE = "https://id.gs1.org/414/8935001700005"
SSCC = "https://id.gs1.org/00/089350017000000005"


def event(**changes: Any) -> dict[str, Any]:
    """A right ObjectEvent; a change to None takes the member away."""
    made: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-02T07:30:00.000+07:00",
        "eventTimeZoneOffset": "+07:00",
        "epcList": [PACK + "A1", PACK + "A2"],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": {"id": PLACE},
    }
    made.update(changes)
    return {name: value for name, value in made.items() if value is not None}


def document(*events: Any, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-02T08:00:00.000Z",
        "epcisBody": {"eventList": list(events)},
    }
    made.update(changes)
    return {name: value for name, value in made.items() if value is not None}


def encoded(*events: Any, **changes: Any) -> bytes:
    return json.dumps(document(*events, **changes), ensure_ascii=False).encode()


def closed(digits: str) -> str:
    return digits + check_digit(digits)


serials = st.text("ABCDEFabcdef0123456789-._", min_size=1, max_size=12)
gtins = st.integers(0, 10**5).map(lambda n: closed(f"08935{n:08}"))
packs = st.builds(lambda gtin, serial: f"https://id.gs1.org/01/{gtin}/21/{serial}", gtins, serials)
pallets = st.integers(0, 10**9).map(lambda n: "https://id.gs1.org/00/" + closed(f"08935{n:012}"))
urns = st.builds(lambda item, serial: f"urn:epc:id:sgtin:8935001.{item:06}.{serial}", st.integers(0, 99999), serials)
epcs = st.lists(packs | pallets | urns, min_size=1, max_size=6, unique=True)
lots = st.builds(lambda gtin, lot: f"https://id.gs1.org/01/{gtin}/10/{lot}", gtins, serials)
amounts = st.integers(0, 10**6) | st.decimals(0, 10**6, places=3).map(float)
quantities = st.lists(
    st.fixed_dictionaries(
        {"epcClass": lots}, optional={"quantity": amounts, "uom": st.sampled_from(["KGM", "LTR", "H87"])}
    ),
    min_size=1,
    max_size=4,
)
places = st.integers(0, 9999).map(lambda n: {"id": "https://id.gs1.org/414/" + closed(f"89350017{n:04}")})
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
extensions = st.dictionaries(
    st.sampled_from(["example:a", "example:b", "example:ruộng"]),
    texts
    | st.integers(-1000, 1000)
    | st.booleans()
    | st.lists(texts, max_size=3)
    | st.dictionaries(st.just("example:c"), texts),
    max_size=2,
)
times = st.datetimes().filter(lambda t: 1970 < t.year < 2100).map(lambda t: t.isoformat(timespec="microseconds"))
common = st.fixed_dictionaries(
    {
        "eventTime": st.builds(lambda t, zone: t + zone, times, st.sampled_from(["Z", "+07:00", "-05:30"])),
        "eventTimeZoneOffset": st.sampled_from(["+07:00", "-05:30", "+14:00", "+00:00"]),
    },
    optional={
        "eventID": st.uuids().map(lambda u: f"urn:uuid:{u}"),
        "bizStep": st.sampled_from(sorted(BIZ_STEP.words)),
        "disposition": st.sampled_from(sorted(DISPOSITION.words)),
        "readPoint": places,
        "bizLocation": places,
        "bizTransactionList": st.lists(
            st.fixed_dictionaries(
                {"bizTransaction": st.integers(0, 999).map(lambda n: f"urn:epcglobal:cbv:bt:8935001700005:{n}")},
                optional={"type": st.sampled_from(sorted(BIZ_TRANSACTION_TYPE.words))},
            ),
            min_size=1,
            max_size=3,
        ),
        "sourceList": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(sorted(SOURCE_DEST_TYPE.words)), "source": places.map(lambda p: p["id"])}
            ),
            max_size=2,
        ),
    },
)
actions = st.sampled_from(["ADD", "OBSERVE", "DELETE"])


def _made(kind: str, own: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda shared, special, extra: {"type": kind, **shared, **special, **extra},
        common, st.fixed_dictionaries(own), extensions,
    )  # fmt: skip


events = st.one_of(
    _made("ObjectEvent", {"action": actions, "epcList": epcs, "quantityList": quantities}),
    _made("ObjectEvent", {"action": st.just("ADD"), "epcList": epcs, "ilmd": st.just({"cbvmda:lotNumber": "L1"})}),
    _made("AggregationEvent", {"action": actions, "parentID": pallets, "childEPCs": epcs}),
    _made("AssociationEvent", {"action": actions, "parentID": pallets, "childEPCs": epcs}),
    _made("TransformationEvent", {"inputQuantityList": quantities, "outputEPCList": epcs}),
    _made("TransactionEvent", {"action": actions, "epcList": epcs}).flatmap(
        lambda e: st.just({**e, "bizTransactionList": [{"bizTransaction": "urn:epcglobal:cbv:bt:8935001700005:1"}]})
    ),
)


def exact(number: int | float) -> Decimal:
    return Decimal(repr(number))
