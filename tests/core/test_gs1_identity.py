"""What a text is, what the command prints, and that junk gets nothing but a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.gs1_strategies import KEYS, Key

from lienvung import cli, gs1
from lienvung.errors import Invalid
from lienvung.gs1 import DigitalLink, bracketed, element_string, identify, to_urn

GTIN = "08935001700005"
HOME = f"https://id.gs1.org/01/{GTIN}"

READINGS = {
    "8935001700005": ("number", "GTIN", HOME),
    " 893 5001 70000-5 ": ("number", "GTIN", HOME),
    GTIN: ("number", "GTIN", HOME),
    "96385074": ("number", "GTIN", "https://id.gs1.org/01/00000096385074"),
    "614141210220": ("number", "GTIN", "https://id.gs1.org/01/00614141210220"),
    "340123451111111111": ("number", "SSCC", "https://id.gs1.org/00/340123451111111111"),
    "40123452223334442": ("number", "GSIN", "https://id.gs1.org/402/40123452223334442"),
    f"{GTIN} NEP-01": ("gtin_and_lot", "GTIN", f"{HOME}/10/NEP-01"),
    "8935001700005  2611": ("gtin_and_lot", "GTIN", f"{HOME}/10/2611"),
    "URN:EPC:ID:SGTIN:8935001.070000.A1": ("epc_urn", "GTIN", f"{HOME}/21/A1"),
    "]E08935001700005": ("number", "GTIN", HOME),
    "]E496385074": ("number", "GTIN", "https://id.gs1.org/01/00000096385074"),
    f"(01){GTIN}(10)NEP-01": ("bracketed", "GTIN", f"{HOME}/10/NEP-01"),
    f"^01{GTIN}21A1^10NEP-01": ("element_string", "GTIN", f"{HOME}/21/A1"),
    f"]Q301{GTIN}10NEP-01": ("element_string", "GTIN", f"{HOME}/10/NEP-01"),
    f"01{GTIN}10NEP-01\x1d21A1": ("element_string", "GTIN", f"{HOME}/21/A1"),
    f"01{GTIN}10NEP-01": ("element_string", "GTIN", f"{HOME}/10/NEP-01"),
    f"https://x.vn/01/{GTIN}/10/NEP-01?17=271231": ("digital_link", "GTIN", f"{HOME}/10/NEP-01"),
    f"]Q1https://x.vn/01/{GTIN}": ("digital_link", "GTIN", HOME),
    "urn:epc:id:sgtin:8935001.070000.A1": ("epc_urn", "GTIN", f"{HOME}/21/A1"),
    "urn:epc:id:sgln:8935001.70000.0": ("epc_urn", "GLN", "https://id.gs1.org/414/8935001700005"),
    f"(02){GTIN}(37)20(00)340123451111111111": ("bracketed", "SSCC", "https://id.gs1.org/00/340123451111111111"),
    f"(01){GTIN}(8200)http": ("bracketed", "GTIN", HOME),
    "(8002)0912345678": ("bracketed", "", ""),
}


@pytest.mark.parametrize("text", READINGS)
def test_readings(text: str) -> None:
    found = identify(text)
    assert (found.form, found.key, found.canonical) == READINGS[text]


def test_a_number_of_13_digits_may_be_a_product_or_a_place() -> None:
    found = identify("8935001700005", prefix_length=7)
    assert [other.key for other in found.others] == ["GLN"]
    assert found.others[0].canonical == "https://id.gs1.org/414/8935001700005"
    assert found.urn == "urn:epc:idpat:sgtin:8935001.070000.*"
    assert found.others[0].urn == "urn:epc:id:sgln:8935001.70000.0"
    assert found.ais == (("01", GTIN),)


def test_a_urn_brings_its_own_prefix_length() -> None:
    assert identify("urn:epc:class:lgtin:8935001.070000.NEP%2F01").urn == "urn:epc:class:lgtin:8935001.070000.NEP%2F01"
    assert identify(HOME).urn is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "gs1.unknown"),
        ("gạo nếp", "gs1.unknown"),
        ("893500170000", "gs1.check_digit"),
        ("8935001700006", "gs1.check_digit"),
        ("123", "gs1.length"),
        ("１２３４５６７８", "gs1.unknown"),
        ("]E08935001700006", "gs1.check_digit"),
        ("]E0abc", "gs1.length"),
        ("urn:uuid:0d4f1f0c-2f39-4c1e-9a3a-0f4a7c3f1a10", "gs1.unknown"),
        ("urn:epc:id:gid:1.2.3", "gs1.unknown"),
        ("https://example.vn/", "gs1.no_key"),
        ("(01)123", "gs1.length"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        identify(text)
    assert caught.value.code == code


@given(KEYS, st.integers(6, 12))
def test_all_forms_of_one_thing_are_the_same_thing(key: Key, prefix_length: int) -> None:
    link = str(DigitalLink.build("https://x.vn", key))
    known = identify(link, prefix_length=prefix_length)
    assert known.urn == to_urn(link, prefix_length=prefix_length)
    for text in (bracketed(key), element_string(key), known.urn, known.digital_link):
        found = identify(text)
        assert (found.key, found.ais, found.canonical) == (known.key, known.ais, known.canonical)


@pytest.mark.parametrize("length", [-1, 0, 5, 13, 1000])
def test_a_company_prefix_has_6_to_12_digits(length: int) -> None:
    with pytest.raises(Invalid) as caught:
        to_urn(HOME, prefix_length=length)
    assert caught.value.code == "gs1.prefix_length"


def test_keys_without_a_urn_say_so() -> None:
    for uri in ("https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2K", "https://id.gs1.org/8006/089350017000050102/10/L"):
        with pytest.raises(Invalid) as caught:
            to_urn(uri, prefix_length=7)
        assert caught.value.code == "gs1.no_urn"
    with pytest.raises(Invalid):
        to_urn("https://example.vn/", prefix_length=7)


PIECES = [
    "^", "\x1d", "]C1", "]E0", "]Q1", "(01)", "(10)", "(8110)", "(8007)", "(", ")", "\\", "|", "urn:epc:id:sgtin:",
    "urn:epc:class:lgtin:", "urn:epc:idpat:", "urn:epc:id:cpi:", "urn:epc:id:itip:", "https://", "https://id.gs1.org",
    "http://a", "/01/", "/00/", "/21/", "/8010/", "/8013/", "?", "#", "&", "=", "%", "%00", "%FF", "%c3%a9", ".", "*",
    "01", "10", "17", "00", "8003", "893500170000", "8935001", GTIN, "340123451111111111", "0", "9" * 40, "\ud800", "é",
    "²", "٣", "\u0000", " ", "\n",
]  # fmt: skip
JUNK = st.one_of(st.text(), st.text("0123456789^()/.%|]"), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
READERS = [
    gs1.identify,
    gs1.canonical_uri,
    gs1.lot_of_uri,
    gs1.check_digit,
    gs1.check_pair,
    gs1.parse_bracketed,
    gs1.parse_element_string,
    gs1.parse_urn,
    gs1.DigitalLink.parse,
    lambda text: gs1.DigitalLink.parse(text, short_names=True, short_gtins=True),
    lambda text: gs1.DigitalLink.build(text, [("01", GTIN)]),
    lambda text: gs1.DigitalLink.build("https://x.vn", [("01", GTIN), (text, text)]),
    lambda text: gs1.to_urn(text, prefix_length=len(text)),
    lambda text: gs1.identify(text, prefix_length=len(text) % 20),
]


def _refusal(act: Callable[[], object]) -> Invalid | None:
    try:
        act()
    except Invalid as problem:
        return problem
    return None


@settings(max_examples=400)
@given(JUNK)
def test_junk_is_refused_and_breaks_nothing(text: str) -> None:
    for read in READERS:
        problem = _refusal(partial(read, text))
        assert problem is None or (problem.code.startswith("gs1.") and problem.vi and problem.en)


@settings(max_examples=300)
@given(st.sampled_from(sorted(gs1.AIS)), JUNK)
def test_junk_in_any_ai_is_refused_and_breaks_nothing(ai: str, text: str) -> None:
    problem = _refusal(partial(gs1.check_value, ai, text))
    assert problem is None or problem.path == f"({ai})"


def test_the_command_explains_each_text_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["gs1", "--prefix-length", "7", "8935001700005", f"(01){GTIN}(10)NEP-01"]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["input"] == "8935001700005"
    assert first["others"][0]["key"] == "GLN"
    assert second["form"] == "bracketed"
    assert second["ais"][1] == {"ai": "10", "title": "BATCH/LOT", "value": "NEP-01"}
    assert second["canonical"] == second["digitalLink"] == f"{HOME}/10/NEP-01"
    assert second["urn"] == "urn:epc:class:lgtin:8935001.070000.NEP-01"
    assert second["hri"] == f"(01) {GTIN} (10) NEP-01"
    assert second["elementString"] == f"^01{GTIN}10NEP-01"


def test_the_command_says_what_is_wrong_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["gs1", "8935001700006", "8935001700005"]) == 1
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 1, "what is right is still explained"
    assert "gs1.check_digit" in shown.err
    assert "phải là 5" in shown.err
    assert "must be 5" in shown.err


def test_a_lot_beside_a_mistyped_gtin_is_refused_for_the_gtin() -> None:
    with pytest.raises(Invalid) as caught:
        identify("08935001700006 NEP-01")
    assert caught.value.code == "gs1.check_digit"


def test_a_urn_knows_its_own_prefix_length() -> None:
    urn = "urn:epc:id:sgtin:8935001.070000.A1"
    assert identify(urn, prefix_length=7).urn == urn
    with pytest.raises(Invalid) as caught:
        identify(urn, prefix_length=9)
    assert caught.value.code == "gs1.prefix_length"
    assert "7" in caught.value.en


@pytest.mark.parametrize("qualifier", ["21", "10", "22/A/10"])
@pytest.mark.parametrize("domain", ["https://id.gs1.org", "https://x.vn/qr"])
def test_a_qualifier_without_a_value_is_refused(domain: str, qualifier: str) -> None:
    with pytest.raises(Invalid) as caught:
        gs1.canonical_uri(f"{domain}/01/{GTIN}/{qualifier}/")
    assert caught.value.code == "gs1.length"


def test_a_slash_at_the_end_of_a_whole_link_changes_nothing() -> None:
    assert gs1.canonical_uri(f"{HOME}/21/A1/") == f"{HOME}/21/A1"
    assert gs1.canonical_uri("https://x.vn/shop/12/01/") == "https://x.vn/shop/12/01/"


def test_a_message_shows_the_letter_that_was_percent_encoded() -> None:
    with pytest.raises(Invalid) as caught:
        gs1.canonical_uri(f"{HOME}/10/l%C3%BAa")
    assert "«ú» ở vị trí 2" in caught.value.vi
    assert "'ú' at position 2" in caught.value.en
