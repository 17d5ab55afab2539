"""Paths read: levels, slashes, faults named."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lienvung.errors import Invalid
from lienvung.gs1 import check_digit
from lienvung.gs1.address import Address, Sent, path_of, read_address, sent_path
from lienvung.gs1.checks import CSET82

GTIN = "0893000000001" + check_digit("0893000000001")
GLN = "893000000001" + check_digit("893000000001")
SSCC = "18930000000000001" + check_digit("18930000000000001")


@pytest.mark.parametrize(
    ("path", "level", "canonical", "up"),
    [
        (f"/01/{GTIN}", "product", f"/01/{GTIN}", []),
        (f"/01/{GTIN}/", "product", f"/01/{GTIN}", []),
        (f"/01/{GTIN[1:]}", "product", f"/01/{GTIN}", []),
        (f"/01/{GTIN}/10/A1", "lot", f"/01/{GTIN}/10/A1", [f"/01/{GTIN}"]),
        (f"/01/{GTIN}/21/S", "serial", f"/01/{GTIN}/21/S", [f"/01/{GTIN}"]),
        (f"/01/{GTIN}/10/A/21/S", "serial", f"/01/{GTIN}/21/S", [f"/01/{GTIN}/10/A", f"/01/{GTIN}"]),
        (f"/00/{SSCC}", "other", f"/00/{SSCC}", []),
        (f"/414/{GLN}", "place", f"/414/{GLN}", []),
        (f"/414/{GLN}/254/K1", "place", f"/414/{GLN}/254/K1", [f"/414/{GLN}"]),
    ],
)
def test_levels(path: str, level: str, canonical: str, up: list[str]) -> None:
    address = read_address(path)
    assert address.level == level
    assert address.canonical == "https://id.gs1.org" + canonical
    assert [a.path for a in address.up()] == up


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/99/123", "gs1.no_key"),
        ("/10/LOT", "gs1.no_key"),
        (f"/01/{GTIN}/10", "gs1.odd_path"),
        (f"/01/{GTIN}//10/A", "gs1.odd_path"),
        (f"/01/{GTIN[:-1]}{(int(GTIN[-1]) + 1) % 10}", "gs1.check_digit"),
        (f"/01/{GTIN}/21/S/10/A", "gs1.qualifier"),
        (f"/01/{GTIN}/10/{'A' * 21}", None),
        (f"/01/{GTIN}/10/%C3%A9", None),
        (f"/01/{GTIN}/01/{GTIN}", None),
        ("/01/12", None),
    ],
)
def test_faults_are_named_in_both_languages(path: str, code: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        read_address(path)
    assert refused.value.vi
    assert refused.value.en
    assert refused.value.vi != refused.value.en
    assert code is None or refused.value.code == code


words = st.text(alphabet=CSET82, min_size=1, max_size=20)


@given(words, words)
def test_any_lot_and_serial_come_back(lot: str, serial: str) -> None:
    address = Address((("01", GTIN), ("10", lot), ("21", serial)))
    assert read_address(address.path) == address


@given(words, words)
def test_a_server_that_decodes_slashes_is_survived(lot: str, serial: str) -> None:
    assume("/" not in serial and "/21/" not in f"{lot}/")
    assume(not lot.startswith("/") and not lot.endswith("/"))
    address = Address((("01", GTIN), ("10", lot), ("21", serial)))
    decoded = unquote(address.path)
    assert read_address(sent_path({}, decoded).path, decoded=decoded) == address


def test_the_sent_path_is_preferred_to_the_decoded_one() -> None:
    sent = path_of((("01", GTIN), ("10", "A/B")))
    assert sent_path({"REQUEST_URI": sent + "?x=1"}, unquote(sent)) == Sent(sent, exact=True)
    assert sent_path({"RAW_URI": sent}, unquote(sent)) == Sent(sent, exact=True)
    assert sent_path({}, unquote(sent), sent.encode()) == Sent(sent, exact=True)
    assert sent_path({"RAW_URI": "http://elsewhere/"}, "/01/1") == Sent("/01/1", exact=False)
