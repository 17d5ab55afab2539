"""Digital Link URIs: read, refused, built."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.core.gs1_strategies import KEYS, Key
from tests.core.test_gs1_elements import many

from lienvung.errors import Invalid
from lienvung.gs1 import DigitalLink, parse_bracketed
from lienvung.gs1.elements import AIs

GTIN = "08935001700005"
LINK = f"https://truyxuat.example.vn/a/b/01/{GTIN}/10/NEP%2F01/21/A1?17=271231&linkType=gs1:pip&x&99=a%2Bb#top"


def test_the_parts_of_a_link() -> None:
    link = DigitalLink.parse(LINK)
    assert link.stem == "https://truyxuat.example.vn/a/b"
    assert link.key == "01"
    assert link.path == (("01", GTIN), ("10", "NEP/01"), ("21", "A1"))
    assert link.attributes == (("17", "271231"), ("99", "a+b"))
    assert link.other == ("linkType=gs1:pip", "x")
    assert str(link) == f"https://truyxuat.example.vn/a/b/01/{GTIN}/10/NEP%2F01/21/A1?17=271231&99=a%2Bb"
    assert link.canonical() == f"https://id.gs1.org/01/{GTIN}/10/NEP%2F01/21/A1?17=271231&99=a%2Bb"


@pytest.mark.parametrize(
    "uri",
    [
        f"http://a/01/{GTIN}",
        f"HTTPS://a:8443/01/{GTIN}?",
        f"https://[2001:db8::1]/01/{GTIN}",
        f"https://a/00/x/01/{GTIN}",  # the last key counts
        f"https://a/01/{GTIN}/235/T?10=A",  # with a TPX the lot cannot stand in the path
        f"https://a/01/{GTIN}?&&99=A&&&",
        f"https://a/00/340123451111111111?02={GTIN}&37=20&10=A",
        "https://a/8004/8935001A?01=8935001700005",  # short GTINs only as an attribute
        f"https://a/01/{GTIN}/10/100%",
    ],
)
def test_right_links(uri: str) -> None:
    assert DigitalLink.parse(uri).ais


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("", "gs1.digital_link"),
        ("ftp://a/01/" + GTIN, "gs1.digital_link"),
        ("HtTp://a/01/" + GTIN, "gs1.digital_link"),
        ("https:///01/" + GTIN, "gs1.digital_link"),
        ("https://a", "gs1.digital_link"),
        (f"https://a_b/01/{GTIN}", "gs1.digital_link"),
        (f"https://a/01/{GTIN}/10/gạo", "gs1.digital_link"),
        (f"https://a/01/{GTIN}/10/A B", "gs1.digital_link"),
        (f"https://a/{'x' * 8200}/01/{GTIN}", "gs1.digital_link"),
        ("https://a/", "gs1.no_key"),
        ("https://a/lo/10/A", "gs1.no_key"),
        (f"https://a/01/{GTIN}/", "gs1.no_key"),
        (f"https://a/gtin/{GTIN}", "gs1.no_key"),
        (f"https://a/01/{GTIN}/89/A", "gs1.no_key"),
        ("https://a/01/8935001700005", "gs1.length"),
        ("https://a/01//10/A", "gs1.length"),
        (f"https://a/01/{GTIN}/21/A/10/B", "gs1.qualifier"),
        (f"https://a/01/{GTIN}/10/%00", "gs1.character"),
        (f"https://a/01/{GTIN}/10/%C3%A9", "gs1.character"),
        (f"https://a/01/{GTIN}/10/%5E", "gs1.character"),
        (f"https://a/01/{GTIN}?10=A", "gs1.attribute"),
        (f"https://a/01/{GTIN}?8200=https", "gs1.attribute"),
        (f"https://a/01/{GTIN}?89=A", "gs1.unknown_ai"),
        (f"https://a/01/{GTIN}?=A", "gs1.unknown_ai"),
        (f"https://a/01/{GTIN}?99=", "gs1.length"),
        (f"https://a/01/{GTIN}?99=a+b", "gs1.character"),  # + is a space in a query
        (f"https://a/01/{GTIN}?99=a&99=a", "gs1.repeated"),
        (f"https://a/01/{GTIN}?" + "&".join(["x"] * 64), "gs1.too_many"),
        ("https://a/415/8935001700005", "gs1.missing"),
        ("https://a/8018/893500170000000003?8017=893500170000000003", "gs1.excluded"),
    ],
)
def test_wrong_links_are_refused_with_their_reason(uri: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        DigitalLink.parse(uri)
    assert caught.value.code == code
    assert uri[:60] in caught.value.vi


def test_older_versions_of_the_standard_on_demand() -> None:
    old = DigitalLink.parse("https://a/gtin/8935001700005/lot/L/ser/S", short_names=True, short_gtins=True)
    assert old.path == (("01", GTIN), ("10", "L"), ("21", "S"))


@given(KEYS)
def test_a_built_link_says_what_went_in(key: Key) -> None:
    link = DigitalLink.build("https://truyxuat.example.vn/t/", key)
    again = DigitalLink.parse(str(link))
    assert again == link
    assert again.path == key
    assert str(again) == str(link)


@given(many())
def test_element_strings_become_links_and_come_back(ais: AIs) -> None:
    link = DigitalLink.build("https://x.vn", ais)
    assert sorted(DigitalLink.parse(str(link)).ais) == sorted(ais)


def test_building_puts_qualifiers_in_order_and_fixed_lengths_first() -> None:
    ais = parse_bracketed(f"(21)S(99)X(01){GTIN}(10)L(17)271231(22)V")
    assert str(DigitalLink.build("https://x.vn", ais)) == f"https://x.vn/01/{GTIN}/22/V/10/L/21/S?17=271231&99=X"


@pytest.mark.parametrize(
    ("stem", "ais"),
    [
        ("x.vn", [("01", GTIN)]),
        ("https://x.vn/?a=1", [("01", GTIN)]),
        ("https://x.vn", []),
        ("https://x.vn", [("10", "A")]),
        ("https://x.vn", [("01", GTIN[:-1] + "6")]),
        ("https://x.vn", [("01", GTIN), ("8200", "http")]),
        ("https://x.vn", [("99", "A")]),
    ],
)
def test_what_cannot_be_a_link_is_not_built(stem: str, ais: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid):
        DigitalLink.build(stem, ais)
