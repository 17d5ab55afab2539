"""The resolver's pure rules: levels, anchors, targets, choosing among links, link sets read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienvung.errors import Invalid, ManyInvalid
from lienvung.gs1 import check_digit
from lienvung.gs1.checks import CSET82
from lienvung.resolver import rules
from lienvung.resolver.drafts import Draft, check, read_link_set
from lienvung.resolver.link_types import VOC, bare
from lienvung.resolver.negotiate import Asked, choose, decides, weighted
from lienvung.resolver.rules import Link
from lienvung.texts import Text

GTIN = "0893000000001" + check_digit("0893000000001")
KEY = ("01", GTIN)
TITLE = Text("Tên", "Title")


def link(href: str, *, languages: str = "", media: str = "", contexts: str = "", default: str = "") -> Link:
    return Link("pip", href, TITLE, tuple(languages.split()), media, tuple(contexts.split()), default)


@pytest.mark.parametrize(
    ("qualifiers", "sets"),
    [
        ("", ["01"]),
        ("10", ["01 10", "01"]),
        ("21", ["01 21", "01"]),
        ("22", ["01 22", "01"]),
        ("235", ["01 235", "01"]),
        ("22 10", ["01 22 10", "01 10", "01 22", "01"]),
        ("10 21", ["01 21", "01 10", "01"]),
        ("22 10 21", ["01 21", "01 22 10", "01 10", "01 22", "01"]),
    ],
)
def test_the_sets_whose_links_belong_to_a_trade_item(qualifiers: str, sets: list[str]) -> None:
    ais = (KEY, *((ai, "X") for ai in qualifiers.split()))
    assert [" ".join(ai for ai, _ in one) for one in rules.sets_of(ais)] == sets


def test_other_keys_are_walked_up_step_by_step() -> None:
    assert rules.sets_of((("414", "1"), ("254", "2"))) == [(("414", "1"), ("254", "2")), (("414", "1"),)]


def test_a_serial_is_registered_alone() -> None:
    assert rules.anchor_of((KEY, ("21", "A/B"))) == f"/01/{GTIN}/21/A%2FB"
    with pytest.raises(Invalid, match="serial_alone"):
        rules.anchor_of((KEY, ("10", "L"), ("21", "S")))


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "//evil.example/x", "/01/1", "ftp://a.example/",
        "http://a.example/", "https://", "https:///x", "https://localhost/", "https://127.0.0.1/", "https://[::1]/",
        "https://2130706433/", "https://user@a.example/", "https://a.example@evil.example/", "https://a.example:99999/",
        "https://a.example:0/", "https://a.example\\@evil.example/", "https://a.example/\r\nSet-Cookie:x",
        "https://a.ex ample/",
        "https://{lot}.example/", "https://a.example{lot}/", "https://a.example:{lot}/", "https://a.example/{host}",
        "https://a.example/{", "https://a.example/}{", "https://a.example/{{lot}}", "https://a.example/../x",
        "https://a.example/%2e%2e/x", "https://id.own.example/01/12345", "https://-a.example/", "https://a..example/",
        "https://" + "a" * 64 + ".example/", "https://a.example/" + "x" * 2_000,
        "https://id.own.example/%30%31/12345", "https://id.own.example/%2530%2531/12345", "https://id.own.example//01/1",
        "https://id.own.example/{10}/12345", "https://id.own.example/0{10}/1", "https://ID.own.example:8443/01/{01}",
        "https://id.own.example/%2f01/1", "https://id.own.example/p/%252e%252e/01/1", "https://a.below.example/01/1",
        "https://id.own.example/people/sign-out", "https://id.own.example/resolver/", "https://id.own.example/epcis/v2/",
        "https://id.own.example/01", "https://id.own.example/%70eople/x",
    ],
)  # fmt: skip
def test_targets_that_lead_nowhere_good_are_refused(target: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_target(target, own_hosts=["id.own.example", ".below.example"])
    assert refused.value.path == "target"
    assert refused.value.vi != refused.value.en


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("https://a.example", "https://a.example"),
        ("  https://a.example:8443/x?y=1#z ", "https://a.example:8443/x?y=1#z"),
        ("https://a.example/{gtin}/{10}?s={serial}", "https://a.example/{gtin}/{10}?s={serial}"),
        ("https://vi.example/wiki/Gạo nếp".replace(" ", "_"), "https://vi.example/wiki/G%E1%BA%A1o_n%E1%BA%BFp"),
        ("https://id.own.example/quality/", "https://id.own.example/quality/"),
        ("https://xn--bnh-8na.example/%C3%A9", "https://xn--bnh-8na.example/%C3%A9"),
    ],
)
def test_good_targets_are_kept_in_one_form(target: str, kept: str) -> None:
    assert rules.check_target(target, own_hosts=["id.own.example"]) == kept


def test_http_only_where_it_is_allowed() -> None:
    assert rules.check_target("http://a.example/", plain_http=True) == "http://a.example/"


words = st.text(alphabet=CSET82, min_size=1, max_size=20)


@given(
    words,
    st.sampled_from(["https://a.example/{lot}", "https://a.example/x/{10}/y", "https://a.example/?l={lot}#{lot}"]),
)
def test_no_lot_number_changes_where_a_template_leads(lot: str, template: str) -> None:
    filled = rules.expand(template, (KEY, ("10", lot)))
    if filled is None:
        assert lot in (".", "..")
        return
    head = "https://a.example/"
    assert filled.startswith(head)
    assert rules.check_target(filled) == filled  # it is a safe target still
    assert filled.count("/") == template.count("/")
    assert filled.count("?") == template.count("?")
    assert filled.count("#") == template.count("#")


def test_a_template_needs_all_of_its_values() -> None:
    assert rules.expand("https://a.example/{lot}", (KEY,)) is None
    assert rules.expand("https://a.example/{gtin}", (KEY, ("10", "A"))) == f"https://a.example/{GTIN}"
    assert rules.expand("https://a.example/x", (KEY,)) == "https://a.example/x"


@pytest.mark.parametrize(
    ("target", "query", "led"),
    [
        ("https://a.example/x", "", "https://a.example/x"),
        ("https://a.example/x", "17=271231&a", "https://a.example/x?17=271231&a"),
        ("https://a.example/x?y=1", "a=b", "https://a.example/x?y=1&a=b"),
        ("https://a.example/x?y=1#z", "a=%2F;b", "https://a.example/x?y=1&a=%2F;b#z"),
        ("https://a.example/x#z", "a=b#c\r\n", "https://a.example/x?a=b%23c%0D%0A#z"),
    ],
)
def test_the_whole_query_is_passed_on_as_it_was_sent(target: str, query: str, led: str) -> None:
    assert rules.pass_on(target, query) == led


@pytest.mark.parametrize(
    ("headers", "context", "hrefs"),
    [
        ({}, "", ["any"]),
        ({"Accept-Language": "vi"}, "", ["vi"]),
        ({"Accept-Language": "vi-VN,vi;q=0.9,en;q=0.8"}, "", ["vi"]),
        ({"Accept-Language": "fr, en;q=0.3, vi;q=0.2"}, "", ["en"]),
        ({"Accept-Language": "vi;q=0, en;q=0.1"}, "", ["en"]),
        ({"Accept-Language": "pt-BR"}, "", ["any"]),
        ({"Accept-Language": "nonsense;q=x,,;"}, "", ["any"]),
        ({"Accept": "application/pdf"}, "", ["pdf"]),
        ({"Accept": "text/html, */*;q=0.1"}, "", ["any"]),
        ({}, "VN", ["vn"]),
        ({}, "vn-hn", ["vn"]),
        ({"Accept-Language": "en"}, "VN", ["vn"]),
        ({}, "DE", ["any"]),
    ],
)
def test_the_best_link(headers: dict[str, str], context: str, hrefs: list[str]) -> None:
    links = [
        link("any"),
        link("vi", languages="vi"),
        link("en", languages="en"),
        link("pdf", media="application/pdf"),
        link("vn", contexts="VN"),
    ]
    found = choose(links, Asked.of(headers, contexts=[context]))
    assert [one.href for one in found] == hrefs


def test_equal_links_stay_several_and_each_of_gs1s_attributes_tells_them_apart() -> None:
    twins = [link("a", languages="vi"), link("b", languages="vi")]
    assert choose(twins, Asked.of({"Accept-Language": "vi"})) == twins
    assert choose([], Asked()) == []


def test_what_decides_for_one_of_several_defaults() -> None:
    one = link("x", languages="vi", media="text/html")
    assert decides(one, Asked.of({"Accept-Language": "vi"}))
    assert decides(one, Asked.of({"Accept": "text/html"}))
    assert not decides(one, Asked.of({"Accept": "*/*", "Accept-Language": "fr"}))
    assert not decides(one, Asked())


@given(st.text(max_size=60))
def test_any_header_is_read(header: str) -> None:
    for word, weight in weighted(header):
        assert word
        assert 0 <= weight <= 1


@pytest.mark.parametrize(
    "word", ["pip", "gs1:pip", VOC + "pip", "https://gs1.org/voc/pip", "https://www.gs1.org/voc/pip"]
)
def test_spellings_of_a_link_type(word: str) -> None:
    assert bare(word) == "pip"
    assert rules.check_kind(word) == "pip"


@pytest.mark.parametrize("word", ["", "nosuch", "defaultLink", "gs1:linkset", "https://schema.org/pip", "handledBy"])
def test_what_is_no_link_type_of_an_owner(word: str) -> None:
    with pytest.raises(Invalid, match="link_type"):
        rules.check_kind(word)


def test_every_fault_of_a_draft_is_named_at_once() -> None:
    draft = Draft(
        "/01/1", "x", "http://a", languages=("vietnamese",), contexts=("Vietnam",), media_type="x", default="y"
    )
    with pytest.raises(ManyInvalid) as refused:
        check(draft)
    paths = {fault.path for fault in refused.value.faults}
    assert paths == {"anchor", "link_type", "target", "languages", "contexts", "media_type", "default"}


def test_a_target_may_ask_for_what_lies_below_but_not_for_another_key() -> None:
    assert check(Draft(f"/01/{GTIN}", "pip", "https://a.example/{lot}/{serial}")).draft.title_vi
    with pytest.raises(ManyInvalid, match="variable"):
        check(Draft(f"/01/{GTIN}", "pip", "https://a.example/{sscc}"))


def a_set(**context) -> dict:
    return {"linkset": [{"anchor": f"https://x.example/01/{GTIN}", **context}]}


def test_a_link_set_is_read_with_default_languages_and_both_titles() -> None:
    pip = {"href": "https://a.example/vi", "title": "Trang", "hreflang": ["vi"], "type": "text/html"}
    english = {**pip, "href": "https://a.example/en", "hreflang": "en", "title*": [{"value": "Page", "language": "en"}]}
    found = read_link_set(
        a_set(**{VOC + "defaultLink": [{"href": pip["href"], "title": "x"}], "gs1:pip": [pip, english],
                 VOC + "defaultLinkMulti": [english], "itemDescription": "Gạo"})
    )  # fmt: skip
    [(at, first), (_, second)] = found
    assert at == "/linkset/0/gs1:pip/0"
    assert (first.default, second.default) == ("default", "multi")
    assert (second.languages, second.title_en, second.position) == (("en",), "Page", 1)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "/linkset"),
        ({}, "/linkset"),
        ({"linkset": [{}]}, "/linkset/0/anchor"),
        (a_set(pip="x"), "/linkset/0/pip"),
        (a_set(pip=[{}]), "/linkset/0/pip/0/href"),
        (a_set(pip=[{"href": "https://a.example", "title": 1}]), "/linkset/0/pip/0/title"),
        (a_set(pip=[{"href": "https://a.example", "hreflang": [1]}]), "/linkset/0/pip/0/hreflang"),
        (a_set(**{"gs1:defaultLink": [{"href": "https://a.example"}]}), "/linkset/0/gs1:defaultLink"),
    ],
)
def test_faults_of_a_link_set_say_where(document: object, path: str) -> None:
    with pytest.raises(ManyInvalid) as refused:
        read_link_set(document)
    assert [fault.path for fault in refused.value.faults] == [path]
