"""Saying an event in the spelling that its reader wants: identifiers as EPC URN or Digital Link, words bare or as URI.

The words of GS1's headers (EPCIS 2.0 section 12): `GS1-EPC-Format` for identifiers, `GS1-CBV-XML-Format` for words.
No translation changes what an event says, nor its event hash; what cannot be said in the wanted spelling stays as it
was sent (a Digital Link whose company prefix is unknown, a key that has no URN).

Translated are the members that hold EPCs or, by CBV 2.0 section 8, may hold another GS1 key: things and classes,
parents and children, places, business transactions, sources and destinations, transformationID, and the deviceID of
sensors. User extensions, ilmd, certificationInfo, the other links of sensors and eventID are never touched. A lot or
a query string that a Digital Link carries beside the serial number has no place in a URN and goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import count
from typing import Any, Literal

from lienvung.epcis.context import STANDARD_NAMES
from lienvung.epcis.lookups import Lookups, Words, lookups_for
from lienvung.epcis.model import Context
from lienvung.epcis.vocabulary import Vocabulary
from lienvung.errors import Invalid
from lienvung.gs1.canonical import canonical_uri, finest, key_of
from lienvung.gs1.elements import AIs
from lienvung.gs1.prefixes import PrefixLength, company_digits, unknown_prefix
from lienvung.gs1.urn import build_urn

Event = dict[str, Any]


class EpcFormat(StrEnum):
    """The values of GS1-EPC-Format. No_Preference and no header at all mean Always_GS1_Digital_Link."""

    NO_PREFERENCE = "No_Preference"
    DIGITAL_LINK = "Always_GS1_Digital_Link"
    URN = "Always_EPC_URN"
    NEVER = "Never_Translates"


class WordFormat(StrEnum):
    """The values of GS1-CBV-XML-Format. No_Preference means web URIs in 2.0 and URNs in 1.2."""

    NO_PREFERENCE = "No_Preference"
    WEB_URI = "Always_Web_URI"
    URN = "Always_URN"
    NEVER = "Never_Translates"


WordForm = Literal["bare"] | WordFormat
_MAX_KEPT = 50_000


def translate_identifier(uri: str, epcs: EpcFormat, prefix_length: PrefixLength = unknown_prefix) -> str:
    """One identifier in the wanted spelling; unchanged where it is none of GS1's, or cannot be said so."""
    if epcs is EpcFormat.NEVER:
        return uri
    if epcs is not EpcFormat.URN:
        if uri[:8].lower() != "urn:epc:":
            return uri
        try:
            return canonical_uri(uri)
        except Invalid:
            return uri
    if uri[:4].lower() == "urn:":
        return uri
    try:
        ais = key_of(uri)
        if ais is None:
            return uri
        length = prefix_length(company_digits(ais))
        if length is None:
            return uri
        urn = build_urn(finest(ais), length)
        return urn if canonical_uri(urn) == canonical_uri(uri) else uri
    except Invalid:
        return uri


def translate_word(value: str, words: Words, form: WordForm) -> str:
    """A word of the vocabulary in the wanted spelling; a URI of a user's own vocabulary stays."""
    if form is WordFormat.NEVER:
        return value
    try:
        word: str = words[value][0]
    except Invalid:
        return value
    vocabulary: Vocabulary = words.vocabulary
    if not vocabulary.has(word):
        return value
    if form == "bare":
        return word
    if form is WordFormat.URN and vocabulary.urn:
        return vocabulary.urn + word
    return vocabulary.web + word


def distinct(uris: list[Any]) -> list[Any]:
    """The list as JSON must have it, each entry once. XML may name a thing twice, and the event hash counts it: so what
    is repeated gets another spelling (its Digital Link, that with http, that with a query string, which says nothing).
    What is no GS1 identifier has but one spelling; its repetition goes, and with it the event's hash."""
    said: set[Any] = set()
    made = []
    for uri in uris:
        if uri in said:
            spelling = next((other for other in _spellings(uri) if other not in said), None)
            if spelling is None:
                continue
            uri = spelling
        said.add(uri)
        made.append(uri)
    return made


def _spellings(uri: Any) -> Iterator[str]:
    link = translate_identifier(uri, EpcFormat.DIGITAL_LINK) if isinstance(uri, str) else ""
    if link and key_of_or_none(link):
        yield link
        yield link.replace("https:", "http:", 1)
        mark = "&" if "?" in link else "?"
        for number in count(2):
            yield f"{link}{mark}again={number}"


def key_of_or_none(uri: str) -> AIs | None:
    """`key_of`, None for a wrong identifier too."""
    try:
        return key_of(uri)
    except Invalid:
        return None


class Translator:
    """Translates events; keeps what it has translated, for the events of one answer share most of it."""

    def __init__(
        self,
        *,
        epcs: EpcFormat = EpcFormat.NO_PREFERENCE,
        words: WordForm = "bare",
        prefix_length: PrefixLength = unknown_prefix,
    ) -> None:
        self.epcs = epcs
        self.words = words
        self.prefix_length = prefix_length
        self._identifiers: dict[str, str] = {}
        self._shared: tuple[Context, Lookups] | None = None  # of the last document, which the next event shares

    def identifier(self, uri: Any) -> Any:
        """The identifier translated; what is no text stays."""
        if not isinstance(uri, str):
            return uri
        found = self._identifiers.get(uri)
        if found is None:
            if len(self._identifiers) >= _MAX_KEPT:
                self._identifiers.clear()
            found = self._identifiers[uri] = translate_identifier(uri, self.epcs, self.prefix_length)
        return found

    def event(self, event: Event, context: Context) -> Event:
        """The event in the wanted spelling: a copy where something changes. `context`: of its document."""
        lookups = self._lookups(event.get("@context"), context)
        changed = {}
        for name, translate in _MEMBERS.items():
            value = event.get(name)
            if value is not None:
                changed[name] = translate(self, value, lookups)
        return {**event, **changed} if changed else event

    def _lookups(self, own: Any, context: Context) -> Lookups:
        if own is not None:
            return lookups_for(own, STANDARD_NAMES.within(context))
        if self._shared is None or self._shared[0] is not context:
            self._shared = context, lookups_for(context)
        return self._shared[1]

    def word(self, value: Any, words: Words) -> Any:
        return translate_word(value, words, self.words) if isinstance(value, str) else value

    def curie(self, uri: Any, lookups: Lookups) -> Any:
        """An identifier that may be a CURIE: written out only where it then is a GS1 identifier."""
        if not isinstance(uri, str):
            return uri
        full = lookups.names.expand(uri)
        if full == uri:
            return self.identifier(uri)
        translated = self.identifier(full)
        return uri if translated == full else translated

    def epc_list(self, uris: Any, lookups: Lookups) -> Any:
        """A JSON list must not have the same identifier twice, which may have been sent so, or in two spellings."""
        if not isinstance(uris, list):
            return uris
        found = [self.curie(uri, lookups) for uri in uris]
        return found if self.words != "bare" or len(set(found)) == len(found) else distinct(uris)

    def members(self, value: Any, lookups: Lookups, **fields: Callable[[Any, Lookups], Any]) -> Any:
        """An object with some members translated."""
        if not isinstance(value, dict):
            return value
        return {name: fields[name](inner, lookups) if name in fields else inner for name, inner in value.items()}

    def entries(self, value: Any, lookups: Lookups, **fields: Callable[[Any, Lookups], Any]) -> Any:
        if not isinstance(value, list):
            return value
        return [self.members(entry, lookups, **fields) for entry in value]

    def sensor_element(self, element: Any, lookups: Lookups) -> Any:
        if not isinstance(element, dict):
            return element
        made = dict(element)
        if "sensorMetadata" in made:
            made["sensorMetadata"] = self.members(made["sensorMetadata"], lookups, deviceID=self.curie)
        if "sensorReport" in made:
            made["sensorReport"] = self.entries(
                made["sensorReport"],
                lookups,
                deviceID=self.curie,
                type=lambda value, look: self.word(value, look.measurements),
                component=lambda value, look: self.word(value, look.components),
                exception=lambda value, look: self.word(value, look.alerts),
            )
        return made


def _curie(self: Translator, value: Any, lookups: Lookups) -> Any:
    return self.curie(value, lookups)


def _epcs(self: Translator, value: Any, lookups: Lookups) -> Any:
    return self.epc_list(value, lookups)


def _quantities(self: Translator, value: Any, lookups: Lookups) -> Any:
    return self.entries(value, lookups, epcClass=self.curie)


def _place(self: Translator, value: Any, lookups: Lookups) -> Any:
    return self.members(value, lookups, id=self.curie)


def _step(self: Translator, value: Any, lookups: Lookups) -> Any:
    return self.word(value, lookups.steps)


def _disposition(self: Translator, value: Any, lookups: Lookups) -> Any:
    return self.word(value, lookups.dispositions)


def _persistent(self: Translator, value: Any, lookups: Lookups) -> Any:
    def side(words: Any, look: Lookups) -> Any:
        if not isinstance(words, list):
            return words
        found = [self.word(word, look.dispositions) for word in words]
        return found if len(set(found)) == len(found) else words

    return self.members(value, lookups, set=side, unset=side)


def _business(self: Translator, value: Any, lookups: Lookups) -> Any:
    return self.entries(
        value, lookups, bizTransaction=self.curie, type=lambda word, look: self.word(word, look.business)
    )


def _parties(self: Translator, value: Any, lookups: Lookups) -> Any:
    return self.entries(
        value,
        lookups,
        source=self.curie,
        destination=self.curie,
        type=lambda word, look: self.word(word, look.parties),
    )


def _error(self: Translator, value: Any, lookups: Lookups) -> Any:
    return self.members(value, lookups, reason=lambda word, look: self.word(word, look.reasons))


def _sensors(self: Translator, value: Any, lookups: Lookups) -> Any:
    return [self.sensor_element(element, lookups) for element in value] if isinstance(value, list) else value


_MEMBERS: dict[str, Callable[[Translator, Any, Lookups], Any]] = {
    "epcList": _epcs,
    "childEPCs": _epcs,
    "inputEPCList": _epcs,
    "outputEPCList": _epcs,
    "parentID": _curie,
    "transformationID": _curie,
    "quantityList": _quantities,
    "childQuantityList": _quantities,
    "inputQuantityList": _quantities,
    "outputQuantityList": _quantities,
    "readPoint": _place,
    "bizLocation": _place,
    "bizStep": _step,
    "disposition": _disposition,
    "persistentDisposition": _persistent,
    "bizTransactionList": _business,
    "sourceList": _parties,
    "destinationList": _parties,
    "errorDeclaration": _error,
    "sensorElementList": _sensors,
}


def translate_event(
    event: Event,
    context: Context,
    *,
    epcs: EpcFormat = EpcFormat.NO_PREFERENCE,
    words: WordForm = "bare",
    prefix_length: PrefixLength = unknown_prefix,
) -> Event:
    """One event in the wanted spelling; for many, keep a `Translator`. The given event is not changed."""
    return Translator(epcs=epcs, words=words, prefix_length=prefix_length).event(event, context)
