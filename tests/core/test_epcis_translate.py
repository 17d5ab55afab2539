"""Identifiers and words in the spelling asked for: every key both ways, and never another event hash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.epcis_strategies import CONTEXT, contexts, event, full_events
from tests.core.gs1_strategies import KEYS, Key

from lienvung.epcis import EpcFormat, Translator, WordFormat, event_hash, translate_event
from lienvung.epcis.lookups import lookups_for
from lienvung.epcis.translate import translate_identifier, translate_word
from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri
from lienvung.gs1.canonical import render
from lienvung.gs1.prefixes import KnownPrefixes, company_digits

SEVEN = KnownPrefixes(["8935001", "4012345"])
# The same thing as a URN and as the canonical Digital Link; the company prefix has seven digits.
TWINS = {
    "urn:epc:id:sgtin:8935001.070000.A1": "https://id.gs1.org/01/08935001700005/21/A1",
    "urn:epc:class:lgtin:8935001.070000.L%2F1": "https://id.gs1.org/01/08935001700005/10/L%2F1",
    "urn:epc:idpat:sgtin:8935001.070000.*": "https://id.gs1.org/01/08935001700005",
    "urn:epc:id:upui:8935001.070000.U1": "https://id.gs1.org/01/08935001700005/235/U1",
    "urn:epc:id:itip:8935001.070000.01.02.S": "https://id.gs1.org/8006/089350017000050102/21/S",
    "urn:epc:id:itip:8935001.070000.01.02..": "https://id.gs1.org/8006/089350017000050102/21/.",
    "urn:epc:id:sscc:8935001.0700000000": "https://id.gs1.org/00/089350017000000005",
    "urn:epc:id:sgln:8935001.70000.0": "https://id.gs1.org/414/8935001700005",
    "urn:epc:id:sgln:8935001.70000.dock%2F4": "https://id.gs1.org/414/8935001700005/254/dock%2F4",
    "urn:epc:id:pgln:8935001.70000": "https://id.gs1.org/417/8935001700005",
    "urn:epc:id:grai:8935001.70000.7": "https://id.gs1.org/8003/089350017000057",
    "urn:epc:idpat:grai:8935001.70000.*": "https://id.gs1.org/8003/08935001700005",
    "urn:epc:id:giai:8935001.G1": "https://id.gs1.org/8004/8935001G1",
    "urn:epc:id:gsrn:8935001.7000000000": "https://id.gs1.org/8018/893500170000000007",
    "urn:epc:id:gsrnp:8935001.7000000000": "https://id.gs1.org/8017/893500170000000007",
    "urn:epc:id:gdti:8935001.70000.D": "https://id.gs1.org/253/8935001700005D",
    "urn:epc:id:sgcn:8935001.70000.12": "https://id.gs1.org/255/893500170000512",
    "urn:epc:id:ginc:8935001.C-1": "https://id.gs1.org/401/8935001C-1",
    "urn:epc:id:gsin:8935001.700000000": "https://id.gs1.org/402/89350017000000006",
    "urn:epc:id:cpi:8935001.P.5": "https://id.gs1.org/8010/8935001P/8011/5",
    "urn:epc:idpat:cpi:8935001.P.*": "https://id.gs1.org/8010/8935001P",
}


@pytest.mark.parametrize("urn", TWINS)
def test_every_key_both_ways(urn: str) -> None:
    link = canonical_uri(urn)
    if "sscc" not in urn and "gsrn" not in urn and "gsin" not in urn:  # those have check digits of their own
        assert link == TWINS[urn]
    for epcs in (EpcFormat.DIGITAL_LINK, EpcFormat.NO_PREFERENCE):
        assert translate_identifier(urn, epcs) == link
        assert translate_identifier(link, epcs) == link
    assert translate_identifier(link, EpcFormat.URN, SEVEN) == urn
    assert translate_identifier(urn, EpcFormat.URN, SEVEN) == urn
    assert translate_identifier(urn, EpcFormat.NEVER, SEVEN) == urn
    assert translate_identifier(link, EpcFormat.NEVER, SEVEN) == link


@pytest.mark.parametrize("epcs", EpcFormat)
@pytest.mark.parametrize(
    "uri",
    [
        "https://farm.vn/lots/7", "urn:uuid:0c1b5c1a-0000-4000-8000-000000000001", "urn:epc:raw:64.0", "mailto:a@b.vn",
        "urn:epcglobal:cbv:bt:8935001700005:1", "https://id.gs1.org/01/08935001700004/21/wrong-check-digit",
        "not a uri", "https://id.gs1.org/8013/8935001ABCX7",
    ],
)  # fmt: skip
def test_what_is_no_epc_stays(uri: str, epcs: EpcFormat) -> None:
    assert translate_identifier(uri, epcs, SEVEN) == uri


def test_a_link_of_another_domain() -> None:
    link = "https://shop.vn/a/01/08935001700005/10/L1/21/A1?lang=vi"
    assert translate_identifier(link, EpcFormat.DIGITAL_LINK, SEVEN) == link
    assert translate_identifier(link, EpcFormat.URN, SEVEN) == "urn:epc:id:sgtin:8935001.070000.A1"


def test_an_unknown_company_prefix_leaves_the_link() -> None:
    link = "https://id.gs1.org/01/08936009990005/21/A1"
    assert translate_identifier(link, EpcFormat.URN, SEVEN) == link
    assert translate_identifier(link, EpcFormat.URN) == link


def test_an_extension_that_urns_read_as_none_stays_a_link() -> None:
    """An SGLN's extension "0" means that there is none (Tag Data Standard): another thing than /254/0."""
    link = "https://id.gs1.org/414/8935001700005/254/0"
    assert translate_identifier(link, EpcFormat.URN, SEVEN) == link


@settings(max_examples=300, deadline=None)
@given(key=KEYS, length=st.integers(6, 12))
def test_links_become_urns_and_links_again(key: Key, length: int) -> None:
    link = render(key)
    urn = translate_identifier(link, EpcFormat.URN, lambda digits: length)
    assert canonical_uri(urn) == canonical_uri(link)
    if urn != link:
        assert translate_identifier(urn, EpcFormat.DIGITAL_LINK) == canonical_uri(link)
        known = KnownPrefixes()
        known.learn(urn)
        assert translate_identifier(link, EpcFormat.URN, known) == urn
    else:
        assert len(company_digits(key)) < length


def test_known_prefixes() -> None:
    known = KnownPrefixes(["8935001", "893600999", "12345", "1234567890123", "89x5001", ""])
    assert len(known) == 2
    assert known("893500170000") == 7
    assert known("893600999000") == 9
    assert known("893600998000") is None
    assert known("8935") is None
    known.learn("https://id.gs1.org/01/08935001700005")
    assert len(known) == 2
    with pytest.raises(Invalid):
        known.learn("urn:epc:id:sgtin:12.3.4")


@pytest.mark.parametrize("given_", ["shipping", "urn:epcglobal:cbv:bizstep:shipping", "cbv:BizStep-shipping"])
def test_words(given_: str) -> None:
    steps = lookups_for(CONTEXT).steps
    assert translate_word(given_, steps, "bare") == "shipping"
    assert translate_word(given_, steps, WordFormat.URN) == "urn:epcglobal:cbv:bizstep:shipping"
    assert translate_word(given_, steps, WordFormat.WEB_URI) == "https://ref.gs1.org/cbv/BizStep-shipping"
    assert translate_word(given_, steps, WordFormat.NEVER) == given_


def test_words_of_one_s_own_and_words_without_a_urn() -> None:
    look = lookups_for(CONTEXT)
    assert translate_word("example:drying", look.steps, "bare") == "example:drying"
    assert translate_word("no such word", look.steps, "bare") == "no such word"
    assert translate_word("Temperature", look.measurements, WordFormat.URN) == "https://gs1.org/voc/Temperature"
    assert translate_word("gs1:Temperature", look.measurements, "bare") == "Temperature"


def test_every_place_of_an_event() -> None:
    """A URN in each member that may hold an EPC, a CBV URN in each that holds a word."""
    thing, place, lot = (
        "urn:epc:id:sgtin:8935001.070000.A1",
        "urn:epc:id:sgln:8935001.70000.0",
        "urn:epc:class:lgtin:8935001.070000.L",
    )
    device, cbv = "urn:epc:id:giai:8935001.G1", "urn:epcglobal:cbv:"
    amounts = [{"epcClass": lot, "quantity": 1}]
    made: dict[str, Any] = {name: [thing] for name in ("epcList", "childEPCs", "inputEPCList", "outputEPCList")}
    made |= {name: amounts for name in ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")}
    made |= {
        "type": "ObjectEvent", "parentID": thing, "transformationID": thing, "eventID": thing,
        "readPoint": {"id": place, "example:x": thing}, "bizLocation": {"id": place},
        "bizStep": "urn:epcglobal:cbv:bizstep:shipping", "disposition": "urn:epcglobal:cbv:disp:in_transit",
        "persistentDisposition": {"set": [cbv + "disp:recalled"], "unset": [cbv + "disp:expired"]},
        "bizTransactionList": [{"type": "urn:epcglobal:cbv:btt:po", "bizTransaction": thing}],
        "sourceList": [{"type": "urn:epcglobal:cbv:sdt:location", "source": place}],
        "destinationList": [{"type": "urn:epcglobal:cbv:sdt:owning_party", "destination": place}],
        "errorDeclaration": {"declarationTime": "x", "reason": cbv + "er:incorrect_data", "example:x": thing},
        "certificationInfo": thing, "ilmd": {"example:x": thing}, "example:x": thing,
        "sensorElementList": [
            {
                "sensorMetadata": {"deviceID": device, "rawData": device},
                "sensorReport": [
                    {
                        "type": "gs1:Speed", "component": "cbv:Comp-x", "exception": "gs1:ALARM_CONDITION",
                        "deviceID": device,
                    }
                ],
            }
        ],
    }  # fmt: skip
    said = translate_event(made, CONTEXT)
    kept = {"eventID": thing, "certificationInfo": thing, "ilmd": {"example:x": thing}, "example:x": thing}
    assert {name: said.pop(name) for name in kept} == kept
    assert said["readPoint"]["example:x"] == said["errorDeclaration"]["example:x"] == thing
    assert said["sensorElementList"][0]["sensorMetadata"] == {"deviceID": TWINS[device], "rawData": device}
    assert said["sensorElementList"][0]["sensorReport"] == [
        {"type": "Speed", "component": "x", "exception": "ALARM_CONDITION", "deviceID": TWINS[device]}
    ]
    left = str({name: value for name, value in said.items() if name != "sensorElementList"})
    assert left.count("urn:") == 2  # the two extensions above
    assert (said["bizStep"], said["disposition"]) == ("shipping", "in_transit")
    assert said["persistentDisposition"] == {"set": ["recalled"], "unset": ["expired"]}
    assert [said[name][0]["type"] for name in ("bizTransactionList", "sourceList", "destinationList")] == [
        "po", "location", "owning_party",
    ]  # fmt: skip
    assert made["bizStep"].startswith("urn:"), "the event that was given is not changed"
    back = translate_event(said, CONTEXT, epcs=EpcFormat.URN, words=WordFormat.URN, prefix_length=SEVEN)
    again = {name: value for name, value in back.items() if name != "sensorElementList"}
    assert again == {name: made[name] for name in again}


def test_a_list_with_a_thing_in_two_spellings_stays() -> None:
    """Translated, the list would name one thing twice, which no list may."""
    both = ["urn:epc:id:sgtin:8935001.070000.A1", "https://id.gs1.org/01/08935001700005/21/A1"]
    assert translate_event(event(epcList=both), CONTEXT)["epcList"] == both
    said = translate_event(event(epcList=both), CONTEXT, epcs=EpcFormat.URN, prefix_length=SEVEN)
    assert said["epcList"] == both


def test_a_thing_that_a_list_repeats_is_said_in_another_spelling() -> None:
    """XML may name a thing twice in the same words; JSON may not, and the event hash counts both. What has no other
    spelling stands once; in XML all stays."""
    many = event(epcList=["urn:x:1"] * 2)
    assert translate_event(many, CONTEXT, words=WordFormat.NEVER) == many
    urn, link = "urn:epc:id:sgtin:8935001.070000.A1", "https://id.gs1.org/01/08935001700005/21/A1"
    assert translate_event(event(epcList=[urn, urn]), CONTEXT)["epcList"] == [urn, link]
    assert translate_event(event(epcList=[urn, "urn:x:1", urn, urn]), CONTEXT)["epcList"] == [
        urn, "urn:x:1", link, link.replace("https", "http"),
    ]  # fmt: skip
    assert translate_event(event(epcList=[link, link]), CONTEXT)["epcList"] == [link, link.replace("https", "http")]
    assert translate_event(event(epcList=["urn:x:1"] * 2), CONTEXT)["epcList"] == ["urn:x:1"]
    assert translate_event(event(epcList=[urn] * 2), CONTEXT, epcs=EpcFormat.NEVER)["epcList"] == [urn, link]


def test_a_curie_is_written_out_only_where_it_is_an_epc() -> None:
    context = [*CONTEXT, {"pack": "urn:epc:id:sgtin:8935001.070000."}]
    said = translate_event(event(epcList=["pack:A1", "example:thing"]), context)
    assert said["epcList"] == ["https://id.gs1.org/01/08935001700005/21/A1", "example:thing"]


forms = st.sampled_from(["bare", *WordFormat])


@settings(max_examples=100, deadline=None)
@given(made=full_events, context=contexts, epcs=st.sampled_from(EpcFormat), words=forms)
def test_no_translation_changes_the_hash(made: dict[str, Any], context: Any, epcs: EpcFormat, words: Any) -> None:
    translator = Translator(epcs=epcs, words=words, prefix_length=SEVEN)
    said = translator.event(made, context)
    assert event_hash(said, context) == event_hash(made, context)
    assert translator.event(said, context) == said, "translating twice changes nothing more"
