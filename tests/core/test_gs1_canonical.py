"""One thing, one canonical form, however it is written."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.gs1_strategies import KEYS, Key

from lienvung.errors import Invalid
from lienvung.gs1 import DigitalLink, canonical, canonical_uri, lot_of_uri, to_urn
from lienvung.gs1.canonical import render

GTIN = "08935001700005"
HOME = f"https://id.gs1.org/01/{GTIN}"

SAME = {
    f"{HOME}/21/A1": [
        f"https://truyxuat.example.vn/01/{GTIN}/21/A1",
        f"http://example.vn:8000/stem/01/{GTIN}/10/LO-7/21/A1?17=271231&linkType=gs1:pip#x",
        f"HTTPS://example.vn/01/{GTIN}/22/2A/21/A1",
        f"https://example.vn/01/{GTIN}/21/%41%31",
        f"https://example.vn/01/{GTIN}/21/A1/",
        "https://example.vn/gtin/8935001700005/ser/A1",
        "urn:epc:id:sgtin:893500170.0000.A1",
        "urn:epc:id:sgtin:8935001.070000.A1",
        "URN:EPC:id:sgtin:8935001.070000.A1",
    ],
    f"{HOME}/10/LO-7%2FB": [
        f"https://example.vn/01/{GTIN}/10/LO-7%2FB?11=260901",
        "urn:epc:class:lgtin:8935001.070000.LO-7%2FB",
        "urn:epc:class:lgtin:8935001.070000.LO-7/B",
    ],
    HOME: ["urn:epc:idpat:sgtin:8935001.070000.*", f"https://example.vn/01/{GTIN}/22/2A", "https://x.vn/gtin/8935001700005"],
    f"{HOME}/235/t'p%28x": [f"https://example.vn/01/{GTIN}/235/t%27p(x", "urn:epc:id:upui:8935001.070000.t'p(x"],
    "https://id.gs1.org/414/8935001700005": [
        "urn:epc:id:sgln:8935001.70000.0",
        "urn:epc:idpat:sgln:8935001.70000.*",
        "https://example.vn/414/8935001700005?x=1",
    ],
    "https://id.gs1.org/417/8935001700005": ["urn:epc:id:pgln:8935001.70000", "https://x.vn/417/8935001700005/7040/1ABC"],
    "https://id.gs1.org/8017/893500170000000003": ["https://x.vn/8017/893500170000000003/8019/12"],
}  # fmt: skip


@pytest.mark.parametrize(("form", "written"), [(form, w) for form, all_ in SAME.items() for w in (form, *all_)])
def test_every_way_of_writing_gives_the_one_form(form: str, written: str) -> None:
    assert canonical_uri(written) == form
    assert canonical_uri(written) == form, "and so does asking again, out of what was remembered"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "u",
        "urn:",
        "urn:epc:id:gid:100.12.400",
        "urn:epc:id:usdod:CAGEY.5678",
        "urn:epc:tag:sgtin-96:3.0614141.812345.6789",
        "urn:epc:idpat:sgtin:8935001.*.*",
        "urn:epcglobal:cbv:bt:8935001700005:PO-9",
        "urn:uuid:0d4f1f0c-2f39-4c1e-9a3a-0f4a7c3f1a10",
        "https://example.vn/san-pham/gao",
        "https://example.vn/blog/01/02",
        "https://example.vn/01/gao",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "ni:///sha-256;abc?ver=CBV2.0",
        "8935001700005",
        "đường/01/x",
    ],
)
def test_what_is_no_gs1_identifier_stays_as_it_is(uri: str) -> None:
    assert canonical_uri(uri) == uri


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("https://x.vn/01/08935001700006/21/A1", "gs1.check_digit"),
        ("https://id.gs1.org/01/893500170000", "gs1.check_digit"),
        ("https://x.vn/01/089350017000050", "gs1.length"),
        ("https://x.vn/01/0893500170000x", "gs1.character"),
        (f"{HOME}/21/" + "A" * 21, "gs1.length"),
        (f"{HOME}/21/m%E1%BA%ADt", "gs1.character"),
        (f"{HOME}/21/A%00B", "gs1.character"),
        (f"{HOME}/21/A B", "gs1.character"),
        (f"{HOME}/21/A1/10/L", "gs1.qualifier"),
        (f"{HOME}/235/A1/21/B", "gs1.qualifier"),
        ("https://x.vn/00/340123451111111112", "gs1.check_digit"),
        ("https://x.vn/8010/8935001abc", "gs1.character"),
        ("https://x.vn/8010/8935001AB/8011/01", "gs1.zero"),
        ("urn:epc:id:sgtin:89350017.070000.A1", "gs1.urn"),
        ("urn:epc:id:sgtin:8935001.070000", "gs1.urn"),
        ("urn:epc:id:sgtin:8935001.070000.", "gs1.urn"),
        ("urn:epc:id:sgtin:8935001.07000x.A1", "gs1.urn"),
        ("urn:epc:id:sgtin:12345.07000000.A1", "gs1.urn"),
        ("urn:epc:id:sscc:8935001.0000000333.1", "gs1.urn"),
        ("urn:epc:id:cpi:8935001.ABC.", "gs1.urn"),
        ("urn:epc:id:itip:8935001.070000.03.02.1", "gs1.piece"),
        ("urn:epc:class:lgtin:8935001.070000." + "L" * 21, "gs1.length"),
        ("urn:epc:id:sgtin:8935001.070000.gạo", "gs1.character"),
    ],
)
def test_a_wrong_identifier_is_refused_with_its_reason(uri: str, code: str) -> None:
    for _ in range(2):  # a refusal is never remembered as something else
        with pytest.raises(Invalid) as caught:
            canonical_uri(uri)
        assert caught.value.code == code
        assert caught.value.vi
        assert caught.value.en


@given(KEYS)
def test_canonical_forms_are_their_own_canonical_form(key: Key) -> None:
    form = render(key)
    assert canonical_uri(form) == form


@given(KEYS, st.integers(6, 12))
def test_urn_and_digital_link_lead_to_each_other(key: Key, prefix_length: int) -> None:
    form = render(key)
    urn = to_urn(form, prefix_length=prefix_length)
    assert urn.isascii()
    assert canonical_uri(urn) == form
    assert to_urn(urn, prefix_length=prefix_length) == urn


@given(KEYS, st.sampled_from(["", "!'()*,;=", "!'()*,;=:@$"]))
def test_the_writers_choice_of_escapes_does_not_matter(key: Key, raw: str) -> None:
    written = "https://example.vn/stem" + "".join(f"/{ai}/{quote(value, safe=raw)}" for ai, value in key)
    assert canonical_uri(written) == render(key)
    assert DigitalLink.parse(written).path == key


@given(st.lists(KEYS, min_size=2, max_size=8), st.lists(st.text("0123456789ABcd-._%/?#=é", max_size=22), max_size=8))
def test_what_was_remembered_never_shows_in_another_answer(keys: list[Key], lasts: list[str]) -> None:
    heads = [render(key).rpartition("/")[0] for key in keys]
    uris = [render(key) for key in keys] + [f"{head}{sign}{last}" for head in heads for last in lasts for sign in "/?"]
    warm = [_answer(uri) for uri in uris]
    for uri, known in zip(uris, warm, strict=True):
        canonical._PREFIXES.clear()
        canonical._SSCC_HEADS.clear()
        canonical._canonical.cache_clear()
        assert _answer(uri) == known


def _answer(uri: str) -> str:
    try:
        return canonical_uri(uri)
    except Invalid as problem:
        return problem.code


def test_a_slash_in_the_query_does_not_mislead_the_memory() -> None:
    assert canonical_uri(f"{HOME}/21/S?y=/S") == f"{HOME}/21/S"
    assert canonical_uri(f"{HOME}/21/S?y=/T") == f"{HOME}/21/S"
    assert canonical_uri(f"{HOME}/21/S#/S") == f"{HOME}/21/S"
    assert canonical_uri(f"{HOME}/21/S#/T") == f"{HOME}/21/S"


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "_MOST_SHARED", 3)
    for number in range(20):
        canonical_uri(f"{HOME}/22/{number}/21/A")
        assert len(canonical._PREFIXES) <= max(3, 1)


def test_sscc_of_one_company_are_told_apart() -> None:
    assert canonical_uri("urn:epc:id:sscc:4012345.3111111111") == "https://id.gs1.org/00/340123451111111111"
    assert canonical_uri("urn:epc:id:sscc:4012345.3111111112") == "https://id.gs1.org/00/340123451111111128"
    assert canonical_uri("https://x.vn/00/340123451111111111") == "https://id.gs1.org/00/340123451111111111"
    with pytest.raises(Invalid):
        canonical_uri("https://x.vn/00/340123451111111129")
    with pytest.raises(Invalid):
        canonical_uri("urn:epc:id:sscc:4012345.31111111123")


def test_the_lot_beside_a_serial() -> None:
    assert lot_of_uri(f"https://x.vn/01/{GTIN}/10/LO%2F7/21/A1?17=271231") == f"{HOME}/10/LO%2F7"
    assert lot_of_uri("https://x.vn/gtin/8935001700005/lot/L/ser/A1") == f"{HOME}/10/L"
    for without in (f"{HOME}/21/A1", f"{HOME}/10/L", "urn:epc:id:sgtin:8935001.070000.A1", "https://x.vn/a/10/b/21/c"):
        assert lot_of_uri(without) is None
