"""Own events of every kind for the tests of queries: every field that a parameter may ask for, in some of them."""

from __future__ import annotations

import random
from typing import Any

from tests.ledger_world import CONTEXT, FARM, GTIN, MILL, OTHER_GTIN, at, case, event, keyed, lot, pack

EX = "https://ns.example.vn/epcis/"
EVENT_CONTEXT = [*CONTEXT, {"ex": EX}]
SITE = f"https://id.gs1.org/414/{keyed('893500000009')}"
ROOMS = [f"{SITE}/254/{n}" for n in range(4)]
PLACES = [FARM, MILL, *ROOMS]
DEVICE = "https://id.gs1.org/8004/4000001111"
METHOD, RULES = "https://example.vn/method/1", "https://example.vn/rules/1"
ORDERS = [f"urn:epcglobal:cbv:bt:0614141111114:PO-{n}" for n in range(3)]
PARTIES = [f"urn:epc:id:pgln:0614141.{n:05d}" for n in range(3)]
MADE = [f"urn:uuid:33333333-3333-4333-8333-00000000000{n}" for n in range(3)]
CLASSIC = [f"urn:epc:id:sgtin:0614141.107346.{n}" for n in range(5)]


def extras(chance: random.Random, n: int) -> dict[str, Any]:
    """User extensions at the top of an event."""
    found: dict[str, Any] = {}
    if chance.random() < 0.4:
        found["ex:grade"] = chance.choice(["A", "B", "0012", "12", 12, 5, "5", 5.5, True, "true"])
    if chance.random() < 0.4:
        found["ex:weight"] = chance.choice([1, 2.5, "3.50", 4, 100, [1, 9]])
    if chance.random() < 0.3:
        found["ex:maker"] = chance.choice([*CLASSIC, "https://id.gs1.org/01/10614141073464/21/0"])
    if chance.random() < 0.3:
        found["ex:checked"] = chance.choice([at(100), at(500), at(900), "2026-03-02"])
    if chance.random() < 0.3:
        found["ex:box"] = {
            "ex:depth": chance.choice([1, 2, 3]),
            "ex:inside": {"ex:note": chance.choice(["x", "y_%", "y%2F"]), "ex:seen": at(n)},
            "ex:item": chance.choice([CLASSIC[0], pack(1)]),
        }
    return found


def sensor(chance: random.Random) -> dict[str, Any]:
    metadata: dict[str, Any] = {"time": at(chance.randrange(900)), "ex:cold": chance.choice([1, 2, 3]),
                                "ex:chain": {"ex:link": chance.choice([1, 2, 3])}}  # fmt: skip
    if chance.random() < 0.5:
        metadata |= {
            "startTime": at(chance.randrange(5, 15)),
            "endTime": at(chance.randrange(20, 500)),
            "deviceID": DEVICE,
        }
    if chance.random() < 0.5:
        metadata |= {"dataProcessingMethod": METHOD, "bizRules": RULES}
    unit, value = chance.choice([("CEL", 4), ("CEL", 15.5), ("FAH", 59.9), ("FAH", 39.2), ("KEL", 277.15), ("KGM", 2)])
    report: dict[str, Any] = {"type": "Mass" if unit == "KGM" else "Temperature", "uom": unit, "value": value}
    report |= {"minValue": value - 1, "maxValue": value + 1, "meanValue": value, "sDev": 0.5 + value / 100}
    report |= {"percRank": chance.choice([5, 50, 95]), "percValue": value, "ex:spot": chance.choice([1, 2, 3])}
    report |= {"ex:near": {"ex:door": chance.choice([1, 2, 3])}}
    other: dict[str, Any] = {"type": chance.choice(["AbsoluteHumidity", "https://ns.example.vn/epcis/Taste"])}
    match chance.randrange(6):
        case 0:
            other |= {"stringValue": chance.choice(["SomeString", "a_b%"])}
        case 1:
            other |= {"booleanValue": chance.choice([True, False])}
        case 2:
            other |= {"hexBinaryValue": chance.choice(["F0F0F0", "0a"])}
        case 3:
            other |= {"uriValue": chance.choice([CLASSIC[0], METHOD])}
        case 4:
            other |= {"microorganism": "https://example.vn/microorganism/1126"}
        case _:
            other |= {"chemicalSubstance": "https://example.vn/substance/CZ"}
    element = {"sensorMetadata": metadata, "sensorReport": [report, other], "ex:rack": chance.choice([1, 2, 3])}
    return {**element, "ex:slot": {"ex:shelf": chance.choice([1, 2, 3])}}


def quantities(chance: random.Random) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"epcClass": lot(chance.choice("AB")), "quantity": chance.choice([1, 5, 60, 2.5])}]
    if chance.random() < 0.6:
        made[0]["uom"] = chance.choice(["KGM", "GRM", "TNE"])
    if chance.random() < 0.3:
        made.append({"epcClass": f"https://id.gs1.org/01/{OTHER_GTIN}"})
    return made


def one(chance: random.Random, n: int) -> dict[str, Any]:
    fields: dict[str, Any] = {"minute": chance.randrange(2_000), "readPoint": chance.choice(PLACES)}
    things = [
        chance.choice([pack(chance.randrange(9)), pack(chance.randrange(9), OTHER_GTIN), *CLASSIC]) for _ in "123"
    ]
    things = list(dict.fromkeys(things))
    if chance.random() < 0.8:
        fields["bizStep"] = chance.choice(["shipping", "receiving", "https://ns.example.vn/epcis/drying"])
        fields["disposition"] = chance.choice(["in_transit", "active", "urn:epcglobal:cbv:disp:in_progress"])
    if chance.random() < 0.7:
        fields["bizLocation"] = chance.choice(PLACES)
    if chance.random() < 0.3:
        fields["bizTransactionList"] = [{"type": chance.choice(["po", "inv"]), "bizTransaction": chance.choice(ORDERS)}]
    if chance.random() < 0.3:
        fields["sourceList"] = [{"type": "possessing_party", "source": chance.choice(PARTIES)}]
        fields["destinationList"] = [{"type": chance.choice(["owning_party", "location"]), "destination": PARTIES[0]}]
    if chance.random() < 0.2:
        fields["persistentDisposition"] = {chance.choice(["set", "unset"]): [chance.choice(["recalled", "damaged"])]}
    if chance.random() < 0.3:
        fields["sensorElementList"] = [sensor(chance) for _ in range(chance.randrange(1, 3))]
    fields["eventID"] = f"urn:uuid:44444444-4444-4444-8444-{n:012d}"
    match n % 6:
        case 0 | 1:
            made = event(action=chance.choice(["ADD", "OBSERVE", "DELETE"]), epcList=things, **fields)
        case 2:
            made = event("AggregationEvent", action=chance.choice(["ADD", "DELETE"]), parentID=case(n % 4),
                         childEPCs=things, childQuantityList=quantities(chance), **fields)  # fmt: skip
        case 3:
            made = event("TransformationEvent", inputEPCList=things[:1], inputQuantityList=quantities(chance),
                         outputEPCList=[pack(f"new{n}")], outputQuantityList=quantities(chance),
                         transformationID=chance.choice(MADE), **fields)  # fmt: skip
        case 4:
            fields.setdefault("bizTransactionList", [{"type": "po", "bizTransaction": ORDERS[0]}])
            made = event("TransactionEvent", action="ADD", parentID=case(n % 4), epcList=things, **fields)
        case _:
            made = event("AssociationEvent", action="ADD", parentID=case(n % 4), childEPCs=things, **fields)
    if made["type"] in ("ObjectEvent", "TransformationEvent") and chance.random() < 0.6:
        made |= {"action": "ADD"} if "action" in made else {}
        made["ilmd"] = {
            "cbvmda:lotNumber": chance.choice(["0012", "12", "L_1"]),
            "cbvmda:itemExpirationDate": chance.choice(["2026-08-20", "2026-09-01"]),
            "ex:moisture": chance.choice([10, 12.5, 14]),
            "ex:dryer": {
                "ex:celsius": chance.choice([40, 45]),
                "ex:at": at(n),
                "ex:name": chance.choice(["one", "two"]),
            },
        }
    for place in ("readPoint", "bizLocation"):
        if place in made and chance.random() < 0.4:
            made[place]["ex:zone"] = chance.choice(["north", "south", 7])
            made[place]["ex:gate"] = {"ex:lane": chance.choice([1, 2])}
    return {**made, **extras(chance, n)}


def events(count: int = 260) -> list[dict[str, Any]]:
    chance = random.Random(7)
    made = [one(chance, n) for n in range(count)]
    for n in range(0, 60, 5):
        declaration: dict[str, Any] = {"declarationTime": at(1_000 + 10 * n)}
        if n % 2:
            declaration |= {"reason": "incorrect_data", "correctiveEventIDs": [f"urn:uuid:corrected-{n % 4}"]}
        declaration |= {"ex:why": chance.choice([1, 2, 3]), "ex:who": {"ex:level": chance.choice([1, 2, 3])}}
        made.append({**made[n], "errorDeclaration": declaration})
    own_type = {"type": "https://ns.example.vn/epcis/DryingEvent", "eventTime": at(5), "eventTimeZoneOffset": "+07:00"}
    return [*made, {**own_type, "ex:grade": "A"}]


VTYPE = "urn:epcglobal:epcis:vtype:"


def master_data() -> dict[str, Any]:
    """The site has two rooms, a room has another, which holds the site again: a circle."""
    name = "urn:epcglobal:cbv:mda#name"

    def element(uri: str, children: list[str], **attributes: Any) -> dict[str, Any]:
        return {
            "id": uri,
            "attributes": [{"id": key.replace("__", ":"), "attribute": value} for key, value in attributes.items()],
            **({"children": children} if children else {}),
        }

    places = [
        element(SITE, ROOMS[:2], cbvmda__city="Cao Lanh", cbvmda__name="site"),
        element(ROOMS[1], [ROOMS[2]], cbvmda__city="Can Tho"),
        element(ROOMS[2], [SITE], ex__cold="yes"),
        {"id": FARM, "attributes": [{"id": name, "attribute": "farm"}]},
    ]
    listed = [{"type": f"{VTYPE}{kind}", "vocabularyElementList": places} for kind in ("BusinessLocation", "ReadPoint")]
    goods = [element(lot("A"), [], cbvmda__additionalTradeItemIdentification="A1")]
    others = {
        "BusinessStep": [element("https://ns.example.vn/epcis/drying", [], ex__energy="sun")],
        "Disposition": [element("urn:epcglobal:cbv:disp:active", [], ex__fresh="yes")],
        "EPCClass": goods,
        "BusinessTransaction": [element(ORDERS[1], [], ex__buyer="b")],
        "SourceDest": [element(PARTIES[1], [], ex__vip="yes"), element(PARTIES[0], [], ex__vip="no")],
        "Own": [element(CLASSIC[0], [], ex__size="big")],
    }
    listed += [{"type": VTYPE + kind, "vocabularyElementList": elements} for kind, elements in others.items()]
    return {"epcisHeader": {"epcisMasterData": {"vocabularyList": listed}}}


__all__ = ["EVENT_CONTEXT", "GTIN", "events", "master_data"]
