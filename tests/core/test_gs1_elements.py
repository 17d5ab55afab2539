"""Element strings and the combinations of AIs that may stand on one thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.gs1_strategies import KEYS, Key, text

from lienvung.errors import Invalid
from lienvung.gs1 import (
    AIS,
    bracketed,
    check_value,
    element_string,
    hri,
    parse_bracketed,
    parse_element_string,
)
from lienvung.gs1.elements import AIs

GTIN = "08935001700005"


@pytest.mark.parametrize(
    ("written", "ais"),
    [
        (f"^01{GTIN}", {"01": GTIN}),
        (f"^01{GTIN}10NEP-01", {"01": GTIN, "10": "NEP-01"}),
        (f"^01{GTIN}10NEP-01^17271231", {"01": GTIN, "10": "NEP-01", "17": "271231"}),
        (f"^01{GTIN}1727123110NEP-01", {"01": GTIN, "17": "271231", "10": "NEP-01"}),
        (f"^01{GTIN}^10NEP-01^", {"01": GTIN, "10": "NEP-01"}),  # FNC1 where none is needed
        (f"\x1d01{GTIN}10A^B".replace("^", "\x1d21"), {"01": GTIN, "10": "A", "21": "B"}),
        (f"]C101{GTIN}10A\x1d3103002000", {"01": GTIN, "10": "A", "3103": "002000"}),
        (f"]d201{GTIN}", {"01": GTIN}),
        (f"]Q301{GTIN}", {"01": GTIN}),
        (f"01{GTIN}10A", {"01": GTIN, "10": "A"}),
        (f"^01{GTIN}|^10A", {"01": GTIN, "10": "A"}),  # composite symbol
        ("^00340123451111111111", {"00": "340123451111111111"}),
    ],
)
def test_element_strings_are_taken_apart(written: str, ais: dict[str, str]) -> None:
    assert dict(parse_element_string(written)) == ais


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "gs1.element_string"),
        ("^", "gs1.element_string"),
        ("]C1", "gs1.element_string"),
        (f"^01{GTIN}^^10A", "gs1.unknown_ai"),
        (f"^01{GTIN[:-1]}", "gs1.length"),
        (f"^01{GTIN[:-1]}^10A", "gs1.length"),
        (f"^01{GTIN[:-1]}6", "gs1.check_digit"),
        (f"^01{GTIN}10", "gs1.length"),
        (f"^01{GTIN}10" + "A" * 21, "gs1.length"),
        (f"^01{GTIN}10gạo", "gs1.character"),
        (f"^01{GTIN}10A\x1d21B", "gs1.character"),  # GS does not separate after ^
        (f"]C101{GTIN}10A^21B", "gs1.character"),  # nor ^ after a symbology identifier
        (f"^01{GTIN}8912", "gs1.unknown_ai"),
        (f"^01{GTIN}1", "gs1.unknown_ai"),
        (f"^01{GTIN}17271331", "gs1.date"),
        (f"^01{GTIN}17270229", "gs1.date"),
        (f"^01{GTIN}422999", "gs1.country"),
        (f"^01{GTIN}|10A", "gs1.element_string"),
        (f"^01{GTIN}" + "99A^" * 64, "gs1.too_many"),
        ("^10A", "gs1.missing"),
        (f"^01{GTIN}250X", "gs1.missing"),  # both conditions must hold: (01), and (21) too
        (f"^01{GTIN}39220299", "gs1.missing"),
        (f"^01{GTIN}3720", "gs1.excluded"),
        (f"^01{GTIN}21A^235B", "gs1.excluded"),
        (f"^01{GTIN}10A^10B", "gs1.repeated"),
        (f"^01{GTIN}31030000013102000001", "gs1.excluded"),
        ("^2538935001700005^8030ab", "gs1.missing"),
        (f"^01{GTIN}8040123456789012345", "gs1.missing"),
    ],
)
def test_a_wrong_element_string_is_refused_with_its_reason(written: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_element_string(written)
    assert caught.value.code == code


def test_the_same_value_twice_is_no_contradiction() -> None:
    assert parse_element_string(f"^01{GTIN}01{GTIN}10A") == (("01", GTIN), ("01", GTIN), ("10", "A"))


def test_day_00_and_the_leap_day() -> None:
    for date in ("270200", "280229", "000229"):
        check_value("17", date)
    with pytest.raises(Invalid):
        check_value("7006", "270200")


@pytest.mark.parametrize(
    ("written", "ais"),
    [
        (f"(01){GTIN}", {"01": GTIN}),
        (f"(01){GTIN}(10)A\\(B)C", {"01": GTIN, "10": "A(B)C"}),
        (f"(01){GTIN}(10)\\(", {"01": GTIN, "10": "("}),
        (f"(10)A(01){GTIN}", {"10": "A", "01": GTIN}),
    ],
)
def test_brackets(written: str, ais: dict[str, str]) -> None:
    assert dict(parse_bracketed(written)) == ais


@pytest.mark.parametrize(
    "written",
    [
        "",
        "(",
        "(01",
        "()",
        "(01)",
        "(10)A",
        f"01){GTIN}",
        f"(01){GTIN}(10)",
        f"(1){GTIN}",
        f"( 01){GTIN}",
        f"(01) {GTIN}",
        f"(01){GTIN}(89)A",
        f"(01){GTIN}(10)A^B",
        f"(01){GTIN}(10)A\\B",
        f"(01){GTIN}(10)A(",
        f"x(01){GTIN}",
    ],
)
def test_wrong_brackets_are_refused(written: str) -> None:
    with pytest.raises(Invalid):
        parse_bracketed(written)


COMPANIONS = st.fixed_dictionaries(
    {}, optional={"17": st.sampled_from(["271231", "270200"]), "99": text(90), "90": text(30), "400": text(30)}
)


@st.composite
def many(draw: st.DrawFn) -> AIs:
    """A key and AIs that may stand beside it, in any order."""
    key: Key = draw(KEYS)
    more = draw(COMPANIONS)
    if key[0][0] not in ("01", "8006", "255"):
        more.pop("17", None)
    needs = {"8011": "8010", "254": "414"}
    pairs = [*key, *more.items()]
    assert all(needs.get(ai, ai) in dict(pairs) for ai, _ in pairs)
    return tuple(draw(st.permutations(pairs)))


@given(many())
def test_writing_and_reading_are_inverse(ais: AIs) -> None:
    assert parse_bracketed(bracketed(ais)) == ais
    assert parse_element_string(element_string(ais)) == ais
    assert parse_element_string("]C1" + element_string(ais, fnc1="\x1d")[1:]) == ais


def test_fnc1_stands_only_where_the_length_is_open() -> None:
    assert element_string([("01", GTIN), ("10", "A"), ("17", "271231")]) == f"^01{GTIN}10A^17271231"
    assert element_string([("10", "A"), ("01", GTIN)]) == f"^10A^01{GTIN}"


def test_text_for_people() -> None:
    ais = [("01", GTIN), ("10", "NEP-01")]
    assert hri(ais) == f"(01) {GTIN} (10) NEP-01"
    assert hri(ais, titles=True) == f"GTIN (01) {GTIN} BATCH/LOT (10) NEP-01"


#: a right and a wrong value for each check that the table names
CHECKED = {
    "8003": ("08935001700005A", "18935001700005A"),
    "8013": ("1987654Ad4X4bL5ttr2310c2K", "1987654Ad4X4bL5ttr2310c2X"),
    "8014": ("1987654Ad4X4bL5ttr2310c2K", "1987654Ad4X4bL5ttr2310cIK"),
    "8004": ("8935X", "893X"),
    "7007": ("260901260930", "260901260931"),
    "7250": ("19600229", "19610229"),
    "7251": ("196002292359", "196002292360"),
    "4324": ("2609302359", "2609302400"),
    "8008": ("26093023", "26093024"),
    "421": ("704HN", "999HN"),
    "7030": ("999A", "998A"),
    "4307": ("VN", "VV"),
    "3910": ("704125000", "705125000"),
    "4309": ("11088310002859876543", "18000000012859876543"),
    "8007": ("DE91100000000123456789", "DE92100000000123456789"),
    "7040": ("1AB_", "1AB="),
    "7241": ("80", "11"),
    "7041": ("CT", "C0"),
    "8001": ("12341234512311", "12341234512321"),
    "4321": ("1", "2"),
    "7252": ("9", "3"),
    "4330": ("000100-", "000100+"),
    "8006": ("089350017000050102", "089350017000050301"),
    "7258": ("1/2", "2/1"),
    "8011": ("0", "01"),
    "4300": ("Gạo%20".replace("ạ", "a"), "Gao%2"),
    "8030": ("ab=", "ab=="),
    "8010": ("8935A#-/", "8935a"),
    "8110": ("012345612345611110123", "012345612345611115123"),
    "8112": ("001234561234560123456", "201234561234560123456"),
}


@pytest.mark.parametrize("ai", CHECKED)
def test_every_check_accepts_and_refuses(ai: str) -> None:
    right, wrong = CHECKED[ai]
    check_value(ai, right)
    with pytest.raises(Invalid) as caught:
        check_value(ai, wrong)
    assert f"({ai})" in caught.value.vi
    assert f"({ai})" in caught.value.en
    assert caught.value.path == f"({ai})"


COUPON = "012345612345611110123"
COUPONS = {
    COUPON + "101101239" + "21101230123456" + "3261231" + "4260901": True,
    COUPON + "50123456" + "611234567" + "90000": True,
    COUPON + "101151239": False,
    COUPON + "211012371": False,
    COUPON + "3261231" + "4270101": False,  # starts after it ends
    COUPON + "3261331": False,
    COUPON + "6812345678901234": False,
    COUPON + "93101": False,
    COUPON + "7": False,
    "0123456": False,
    "01234561234561111012a": False,
}


@pytest.mark.parametrize("text", COUPONS)
def test_coupons_with_their_optional_fields(text: str) -> None:
    if COUPONS[text]:
        check_value("8110", text)
    else:
        with pytest.raises(Invalid):
            check_value("8110", text)


def test_the_table_is_complete_and_sound() -> None:
    assert len(AIS) > 500
    for entry in AIS.values():
        assert 0 < entry.shortest <= entry.longest <= 90
        for template in (*entry.excludes, *(t for c in entry.needs for group in c for t in group)):
            assert any(len(ai) == len(template) and ai.startswith(template.rstrip("n")) for ai in AIS), template
        if entry.fixed:
            assert entry.shortest == entry.longest
