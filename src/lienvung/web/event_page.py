"""An event explained field by field, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from lienvung.epcis import encode_json
from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri
from lienvung.ledger.events import StoredEvent
from lienvung.texts import Text
from lienvung.web.naming import Names
from lienvung.web.parts import Fact
from lienvung.web.templatetags.words import amount, moment
from lienvung.web.vocabulary import ACTIONS, BIZ_STEPS, DISPOSITIONS, EVENT_TYPES, FIELDS, TONES, unit, word

EPC_FIELDS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
QUANTITY_FIELDS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
SHOWN = 100  # values of one field; the JSON below the facts has them all
NOTHING = Text("", "")


def canonical(uri: str) -> str:
    try:
        return canonical_uri(uri)
    except Invalid:  # an old event may carry what would not be captured today
        return uri


def things_of(event: StoredEvent) -> list[str]:
    """Canonical URIs of everything an event is about: containers, things, lots; no places."""
    return things_in(event.value())


def things_in(body: dict[str, Any]) -> list[str]:
    given = [body["parentID"]] if body.get("parentID") else []
    for name in EPC_FIELDS:
        given += body.get(name) or []
    for name in QUANTITY_FIELDS:
        given += [element["epcClass"] for element in body.get(name) or []]
    return list(dict.fromkeys(canonical(uri) for uri in given))


def places_in(body: dict[str, Any]) -> list[str]:
    found = [body[name]["id"] for name in ("readPoint", "bizLocation") if isinstance(body.get(name), dict)]
    for listed, name in (("sourceList", "source"), ("destinationList", "destination")):
        found += [entry[name] for entry in body.get(listed) or []]
    return [canonical(uri) for uri in found]


def facts(event: StoredEvent) -> list[Fact]:
    """Every field as it was sent, in the order of the standard, extensions last."""
    body = event.value()
    names = Names(things_in(body) + places_in(body))
    order = [*FIELDS, *sorted(set(body) - set(FIELDS))]
    return [fact(name, body[name], names) for name in order if name in body and name != "@context"]


def fact(name: str, value: Any, names: Names) -> Fact:
    label, hint = FIELDS.get(name, (Text(name, name), Text("trường mở rộng của bên gửi", "the sender's extension")))
    explain = EXPLAINERS.get(name, plain)
    shown = list(explain(value, names))
    if len(shown) > SHOWN:
        rest = len(shown) - SHOWN
        shown = [*shown[:SHOWN], said(Text(f"và {rest} nữa", f"and {rest} more"))]
    return Fact(label, hint=hint, values=shown)


def said(text: str | Text, **more: Any) -> Fact:
    return Fact(NOTHING, text, **more)


Explainer = Callable[[Any, Names], Iterable[Fact]]


def json_text(value: Any) -> str:
    """JSON on one line, with every digit of its numbers."""
    return msgspec.json.format(encode_json(value), indent=0).decode()


def plain(value: Any, names: Names) -> Iterable[Fact]:
    if isinstance(value, str):
        yield said(value, mono=":" in value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            text = inner if isinstance(inner, str) else json_text(inner)
            yield said(f"{key}: {text}")
    elif isinstance(value, list):
        for inner in value:
            yield from plain(inner, names)
    else:
        yield said(json_text(value), mono=True)


def event_type(value: Any, names: Names) -> Iterable[Fact]:
    yield said(word(EVENT_TYPES, value))


def action(value: Any, names: Names) -> Iterable[Fact]:
    yield said(word(ACTIONS, value))


def time(value: Any, names: Names) -> Iterable[Fact]:
    try:
        yield said(moment(datetime.fromisoformat(str(value))))
    except ValueError:  # e.g. more decimals than Python reads
        pass
    yield said(str(value), mono=True)


def biz_step(value: Any, names: Names) -> Iterable[Fact]:
    yield said(word(BIZ_STEPS, value))


def disposition(value: Any, names: Names) -> Iterable[Fact]:
    bare = str(value).rsplit("/", 1)[-1]
    yield said(word(DISPOSITIONS, value), tone=TONES.get(bare, "grey"))


def persistent(value: Any, names: Names) -> Iterable[Fact]:
    for key, verb in (("set", Text("đặt", "set")), ("unset", Text("gỡ", "unset"))):
        for entry in value.get(key) or []:
            state = word(DISPOSITIONS, entry)
            yield said(Text(f"{verb.vi}: {state.vi}", f"{verb.en}: {state.en}"), tone=TONES.get(entry, "grey"))


def place(value: Any, names: Names) -> Iterable[Fact]:
    uri = canonical(value["id"] if isinstance(value, dict) else str(value))
    yield said(names.place_name(uri), href=names.thing(uri).href)
    yield said(uri, mono=True)


def epcs(value: Any, names: Names) -> Iterable[Fact]:
    for uri in value if isinstance(value, list) else [value]:
        named = names.thing(canonical(uri))
        yield said(named.both, href=named.href)


def quantities(value: Any, names: Names) -> Iterable[Fact]:
    for element in value:
        named = names.thing(canonical(element["epcClass"]))
        measure = unit(element.get("uom"))
        size = amount(element.get("quantity"))
        text = [f"{size} {m}" if size else "" for m in measure]
        yield said(Text(*(f"{t} · {n}" if t else n for t, n in zip(text, named.both, strict=True))), href=named.href)


def typed_pairs(key: str) -> Explainer:
    def explain(value: Any, names: Names) -> Iterable[Fact]:
        for entry in value:
            kind = str(entry.get("type") or "")
            if key == "bizTransaction":
                yield said(f"{kind}: {entry[key]}".removeprefix(": "), mono=True)
            else:
                uri = canonical(entry[key])
                name = names.place_name(uri)
                yield said(Text(f"{kind}: {name.vi}", f"{kind}: {name.en}"), href=names.thing(uri).href)

    return explain


def sensors(value: Any, names: Names) -> Iterable[Fact]:
    for element in value:
        when = (element.get("sensorMetadata") or {}).get("time", "")
        for report in element.get("sensorReport") or []:
            kind = str(report.get("type", "")).rsplit(":", 1)[-1]
            number = next((report[k] for k in ("value", "meanValue", "maxValue") if k in report), None)
            measure = unit(report["uom"]).vi if report.get("uom") else ""
            size = f"{amount(number)} {measure}" if number is not None else report.get("stringValue", "")
            yield said(" · ".join(filter(None, (kind, str(size).strip(), when))))


def error(value: Any, names: Names) -> Iterable[Fact]:
    yield from plain(value, names)


EXPLAINERS: dict[str, Explainer] = {
    "type": event_type,
    "action": action,
    "eventTime": time,
    "recordTime": time,
    "bizStep": biz_step,
    "disposition": disposition,
    "persistentDisposition": persistent,
    "readPoint": place,
    "bizLocation": place,
    "parentID": epcs,
    "bizTransactionList": typed_pairs("bizTransaction"),
    "sourceList": typed_pairs("source"),
    "destinationList": typed_pairs("destination"),
    "sensorElementList": sensors,
    "errorDeclaration": error,
    **dict.fromkeys(EPC_FIELDS, epcs),
    **dict.fromkeys(QUANTITY_FIELDS, quantities),
}


def summary(event: StoredEvent) -> list[Fact]:
    """What the ledger adds: local time, hash, when it was recorded."""
    return [
        Fact(Text("Sổ cái nhận lúc", "Taken by the ledger"), moment(event.recorded_ms)),
        Fact(
            Text("Mã băm CBV 2.0", "CBV 2.0 hash"),
            event.ni,
            mono=True,
            hint=Text("sửa một chữ là mã khác", "one changed letter changes it"),
        ),
    ]
