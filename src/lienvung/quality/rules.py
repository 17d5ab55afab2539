"""Pure decisions of a recall: what may be recalled, in which words, by which events."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from lienvung.epcis.build import Event, object_event
from lienvung.errors import Invalid
from lienvung.texts import Text

HANOI = "01"
EPCS_AN_EVENT = 1_000
NAMESPACE = "https://lienvung.vn/ns/"
CONTEXT: list[Any] = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"lv": NAMESPACE}]
LONGEST_TEXT = 2_000


def check_lot(candidates: Iterable[str]) -> str:
    """The one canonical lot URI (/01/GTIN/10/LOT) among what a text may mean."""
    for uri in candidates:
        if "/01/" in uri and "/10/" in uri and "/21/" not in uri:
            return uri
    raise Invalid(
        "quality.not_a_lot",
        vi="Thu hồi phải nêu một lô: GTIN và số lô, hoặc đường dẫn /01/…/10/… trên nhãn.",
        en="A recall names a lot: GTIN and lot number, or the address /01/…/10/… of the label.",
        path="lot",
    )


def check_words(text: str, *, path: str) -> str:
    """A text of 10 to 2,000 characters."""
    text = text.strip()
    if not 10 <= len(text) <= LONGEST_TEXT:
        raise Invalid(
            "quality.words",
            vi="Cần từ 10 đến 2.000 ký tự.",
            en="Between 10 and 2,000 characters are needed.",
            path=path,
        )
    return text


def bilingual(text: Text | str) -> Text:
    """A text given once stands for both languages; "tiếng Việt / English" in one string is taken apart."""
    if isinstance(text, Text):
        return text if text.en.strip() else Text(text.vi, text.vi)
    parts = text.split(" / ")
    return Text(parts[0], parts[1]) if len(parts) == 2 else Text(text, text)


class Named(Protocol):
    """Who has a name in both languages (an organisation)."""

    name: str
    name_en: str


def signed(text: Text, authority: Named | None) -> Text:
    """The public words with the name of the authority that decided."""
    if authority is None:
        return text
    return Text(
        f"{text.vi} Cơ quan quyết định: {authority.name}.",
        f"{text.en} Decided by: {authority.name_en or authority.name}.",
    )


def event_id(recall: uuid.UUID, number: int, *, closing: bool = False) -> str:
    """The eventID of the n-th event of a recall (or of its closing); always the same for the same recall."""
    return uuid.uuid5(recall, f"{'close' if closing else 'set'}:{number}").urn


def recall_events(
    *, recall: uuid.UUID, time: datetime, uris: Sequence[str], classes: Sequence[str], text: Text
) -> list[Event]:
    """OBSERVE events that set `recalled` on items (`uris`) and on lots (`classes`), at most 1,000 an event.

    They carry neither business step nor disposition (CBV 2.0 section 7): a recall says nothing about
    where a thing is, so a sold pack stays sold.
    """
    words = {"lv:recall": recall.urn, "lv:publicText": {"lv:vi": text.vi, "lv:en": text.en}}
    return [
        _event(recall, number, time, part, set_words=["recalled"], extensions=words)
        for number, part in enumerate(_parts(uris, classes))
    ]


def closing_events(*, recall: uuid.UUID, time: datetime, told: Sequence[Event]) -> list[Event]:
    """For each event that set `recalled` one that unsets it on the same things."""
    return [
        _event(
            recall,
            number,
            time,
            (event.get("epcList", []), [element["epcClass"] for element in event.get("quantityList", [])]),
            unset_words=["recalled"],
            extensions={"lv:recall": recall.urn},
        )
        for number, event in enumerate(told)
    ]


def without(told: Sequence[Event], kept: Sequence[Event]) -> list[Event]:
    """`told` without the things that the events `kept` name too; events that are left empty fall away."""
    items = {uri for event in kept for uri in event.get("epcList", [])}
    classes = {element["epcClass"] for event in kept for element in event.get("quantityList", [])}
    left = []
    for event in told:
        rest = {
            "epcList": [uri for uri in event.get("epcList", []) if uri not in items],
            "quantityList": [e for e in event.get("quantityList", []) if e["epcClass"] not in classes],
        }
        if any(rest.values()):
            left.append({**event, **rest})
    return left


def _parts(uris: Sequence[str], classes: Sequence[str]) -> list[tuple[Sequence[str], Sequence[str]]]:
    parts: list[tuple[Sequence[str], Sequence[str]]] = [
        ((), classes[start : start + EPCS_AN_EVENT]) for start in range(0, len(classes), EPCS_AN_EVENT)
    ]
    parts += [(uris[start : start + EPCS_AN_EVENT], ()) for start in range(0, len(uris), EPCS_AN_EVENT)]
    return parts


def _event(
    recall: uuid.UUID,
    number: int,
    time: datetime,
    things: tuple[Sequence[str], Sequence[str]],
    *,
    extensions: dict[str, Any],
    set_words: Sequence[str] = (),
    unset_words: Sequence[str] = (),
) -> Event:
    uris, classes = things
    return object_event(
        time=time,
        action="OBSERVE",
        event_id=event_id(recall, number, closing=bool(unset_words)),
        epcs=list(uris),
        quantities=[(uri, None, None) for uri in classes],
        persistent_set=list(set_words),
        persistent_unset=list(unset_words),
        extensions=extensions,
    )
