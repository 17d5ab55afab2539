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
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20)
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

# --- everything that EPCIS 2.0 has, and extensions of every form ---

contexts: st.SearchStrategy[Any] = st.sampled_from(
    [
        CONTEXT,
        STANDARD,
        {"example": "https://ns.example.com/epcis/"},
        [STANDARD, {"example": {"@id": "https://ns.example.com/other#", "@type": "@id"}, "@vocab": "urn:x:"}],
        [STANDARD, {"example": "urn:example:ns"}, {"own+": "https://own.example.com/", "xml2": "urn:two:"}],
        [STANDARD, {"epcis": "https://mine.example.com/", "example": "https://mine.example.com/", "note": "urn:n:"}],
    ]
)
words_of_texts = st.sampled_from(
    ["example:thing", "note: fragile", "cbv:BizStep-shipping", " gs1:x ", "007", "1.50", "-0", "https://a.vn/?a=1&b=<"]
)
numbers = st.integers(-(10**9), 10**9) | st.decimals(-(10**6), 10**6, places=4)
scalars = texts | words_of_texts | numbers | st.booleans() | st.none()
inner_keys = st.sampled_from(["b", "example:c", "@type", "1st", "a b", "gs1:d", "_x0041_", "ghi chú", "xml:lang"])
values = st.recursive(
    scalars, lambda more: st.lists(more, max_size=3) | st.dictionaries(inner_keys, more, max_size=3), max_leaves=6
)
own_keys = st.sampled_from(
    [
        "example:a", "example:ruộng", "example:1st", "example:a/b#c", "gs1:certificationURI", "undeclared:field",
        "https://ns.example.com/full/name", "own+:plus", "xml2:b", "epcis:x", "rdfs:comment", "cbvmda:lotNumber",
    ]
)  # fmt: skip
own_members = st.dictionaries(own_keys, values, max_size=3)
uris = st.sampled_from(
    ["urn:epc:id:giai:8935001.G1", "https://id.gs1.org/8004/8935001G2", "https://e.vn/x?a=1&b=2", "urn:example:thing"]
)
parties = st.sampled_from(
    [PLACE, "urn:epc:id:sgln:8935001.70000.0", "urn:epc:id:pgln:8935001.70000", "https://shop.vn/417/8935001700005"]
)


reports = st.builds(
    lambda standard, extra: {**standard, **extra},
    st.fixed_dictionaries(
        {"type": st.sampled_from(["Temperature", "gs1:Mass", "https://gs1.org/voc/Speed", "example:own"])},
        optional={
            "exception": st.just("ALARM_CONDITION"), "component": st.sampled_from(["x", "cbv:Comp-y"]),
            "deviceID": uris, "rawData": uris, "uriValue": uris, "time": st.just("2026-11-02T01:02:03Z"),
            "value": numbers, "minValue": numbers, "percRank": st.integers(0, 100), "uom": st.just("CEL"),
            "stringValue": texts, "booleanValue": st.booleans(), "hexBinaryValue": st.just("f0F0"),
        },
    ),
    st.dictionaries(st.sampled_from(["example:r", "undeclared:r"]), texts | numbers, max_size=1),
)  # fmt: skip
metadata = st.fixed_dictionaries(
    {},
    optional={"time": st.just("2026-11-02T01:02:03.5+07:00"), "deviceID": uris, "bizRules": uris, "rawData": uris},
)
sensor_elements = st.lists(
    st.builds(
        lambda standard, extra: {**standard, **extra},
        st.fixed_dictionaries(
            {"sensorReport": st.lists(reports, min_size=1, max_size=2)},
            optional={"sensorMetadata": metadata},
        ),
        st.dictionaries(own_keys, values, max_size=1),
    ),
    min_size=1,
    max_size=2,
)
dispositions = st.lists(
    st.sampled_from(["recalled", "urn:epcglobal:cbv:disp:expired", "cbv:Disp-damaged", "https://e.vn/own"]),
    min_size=1, max_size=2, unique=True,
)  # fmt: skip
circumstances = st.fixed_dictionaries(
    {},
    optional={
        "recordTime": st.sampled_from(["2026-11-02T08:00:00.000Z", "2026-11-02t08:00:00z"]),
        "bizStep": st.sampled_from(
            ["shipping", "urn:epcglobal:cbv:bizstep:packing", "https://ref.gs1.org/cbv/BizStep-holding", "https://e.vn/s"]
        ),
        "readPoint": st.builds(lambda place, extra: {**place, **extra}, places, own_members),
        "bizLocation": places,
        "persistentDisposition": st.fixed_dictionaries({"set": dispositions}, optional={"unset": dispositions}),
        "destinationList": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["location", "cbv:SDT-owning_party"]), "destination": parties}
            ),
            max_size=2,
        ),
        "sensorElementList": sensor_elements,
        "certificationInfo": uris | st.lists(uris, min_size=1, max_size=2, unique=True),
        "errorDeclaration": st.builds(
            lambda standard, extra: {**standard, **extra},
            st.fixed_dictionaries(
                {"declarationTime": st.just("2026-11-03T00:00:00.000Z")},
                optional={
                    "reason": st.sampled_from(["incorrect_data", "urn:epcglobal:cbv:er:did_not_occur"]),
                    "correctiveEventIDs": st.lists(st.just("urn:uuid:0c1b5c1a-0000-4000-8000-00001"), max_size=1),
                },
            ),
            own_members,
        ),
    },
)  # fmt: skip
full_events = st.builds(lambda made, more, extra: {**made, **more, **extra}, events, circumstances, own_members)


def exact(number: int | float) -> Decimal:
    return Decimal(repr(number))
