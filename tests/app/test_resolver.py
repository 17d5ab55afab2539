"""What answers at a Digital Link path: redirects, link sets, choices, errors; owner's links and the rooms' links."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.conformance.linkset_check import LINKSET, faults
from tests.world import CASE, GS1, World, number

from lienvung.catalogue import actions as catalogue
from lienvung.catalogue.models import IssuedSerial
from lienvung.quality.actions import declare_recall
from lienvung.resolver.actions import register_link
from lienvung.resolver.drafts import Draft
from lienvung.resolver.models import LinkRecord
from lienvung.texts import Text

pytestmark = pytest.mark.django_db
VOC = "https://ref.gs1.org/voc/"
SITE = "http://testserver"
BROWSER = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8", "HTTP_ACCEPT_LANGUAGE": "vi-VN,vi;q=0.9"}


def ask(path: str, query: str = "", **headers: str) -> Any:
    return Client().get(path, QUERY_STRING=query, **headers)


def led(path: str, query: str = "", **headers: str) -> str:
    answer = ask(path, query, **headers)
    assert answer.status_code == 307, answer.content
    assert answer.content == b""
    return str(answer["Location"])


def told(path: str, **headers: str) -> list[dict[str, Any]]:
    answer = ask(path, "linkType=linkset", **headers)
    assert answer.status_code == 200
    body = json.loads(answer.content)
    assert not faults(body, LINKSET)
    return body["linkset"]


def add(world: World, anchor: str, kind: str, target: str, **more: Any) -> LinkRecord:
    return register_link(by=None, owner=world.grower, draft=Draft(anchor, kind, target, **more))


def test_a_scan_leads_to_the_page_whatever_the_client_accepts(world: World) -> None:
    for headers in ({}, {"HTTP_ACCEPT": ""}, {"HTTP_ACCEPT": "*/*"}, BROWSER, {"HTTP_ACCEPT": "image/png;q=x"}):
        for path in (world.lot.path, world.pack_path, world.rice.path, world.places["mill"].path, CASE[len(GS1) :]):
            assert led(path, **headers) == f"{SITE}/p{path}"


def test_the_answer_is_small_says_where_the_link_set_is_and_knows_nobody(world: World) -> None:
    client = Client()
    client.cookies["lang"] = "en"
    answer = client.get(world.lot.path)
    assert f'<{SITE}{world.lot.path}?linkType=linkset>; rel="linkset"' in answer["Link"]
    assert "gs1:" not in answer["Link"]
    assert answer["Vary"] == "Accept, Accept-Language"
    assert not answer.cookies
    assert answer["Cache-Control"] == "public, max-age=60"


def test_a_link_set_has_every_level_and_one_default_at_each(world: World) -> None:
    catalogue.issue_serials(by=None, product=world.rice, lot=world.lot, count=1)
    path = f"{world.lot.path}/21/{world.packs[0].rpartition('/')[2]}"
    levels = told(path)
    assert [level["anchor"] for level in levels] == [SITE + p for p in (path, world.lot.path, world.rice.path)]
    for level in levels:
        [default] = level[VOC + "defaultLink"]
        assert set(default) == {"href", "title"}
        described = {link["href"] for kind, links in level.items() if kind.startswith(VOC + "p") for link in links}
        assert default["href"] in described
        assert led(level["anchor"].removeprefix(SITE)) == default["href"]


def test_the_rooms_links_lead_to_answers(world: World) -> None:
    [lot, _] = told(world.lot.path)
    kinds = {kind.removeprefix(VOC) for kind in lot if kind.startswith(VOC)}
    assert {"pip", "traceability", "recallStatus", "epcis"} <= kinds
    for kind in ("pip", "traceability", "recallStatus"):
        assert Client().get(lot[VOC + kind][0]["href"].removeprefix(SITE)).status_code in (200, 307)
    assert Client().get(lot[VOC + "epcis"][0]["href"].removeprefix(SITE)).status_code == 401  # events need a token


def test_titles_follow_the_reader(world: World) -> None:
    assert told(world.rice.path)[0]["itemDescription"] == world.rice.name
    assert told(world.rice.path, HTTP_ACCEPT_LANGUAGE="en-GB,en")[0]["itemDescription"] == world.rice.name_en


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/linkset+json", "application/linkset+json"),
        ("application/json", "application/json"),
        ("application/ld+json", "application/ld+json"),
        ("text/html", "text/html; charset=utf-8"),
        ("*/*", "application/linkset+json"),
        ("", "application/linkset+json"),
    ],
)
def test_forms_of_a_link_set(world: World, accept: str, kind: str) -> None:
    answer = ask(world.lot.path, "linkType=linkset", HTTP_ACCEPT=accept)
    assert answer.status_code == 200
    assert answer["Content-Type"] == kind
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in answer["Link"]
    if kind == "application/ld+json":
        assert json.loads(answer.content)["@context"].startswith("https://ref.gs1.org/")
    if kind.startswith("text/html"):
        page = answer.content.decode()
        assert f'href="/p{world.lot.path}"' in page
        embedded = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
        assert json.loads(embedded)["linkset"][0]["anchor"] == SITE + world.lot.path


def test_accept_alone_asks_for_the_link_set_but_a_link_type_comes_first(world: World) -> None:
    mixed = "text/html;q=0.2, application/linkset+json;q=0.9"
    assert ask(world.lot.path, HTTP_ACCEPT=mixed)["Content-Type"] == "application/linkset+json"
    assert led(world.lot.path, HTTP_ACCEPT="text/html, application/linkset+json;q=0.9").startswith(f"{SITE}/p/")
    assert led(world.lot.path, "linkType=gs1:pip", HTTP_ACCEPT="application/linkset+json").startswith(f"{SITE}/p/")


@pytest.mark.parametrize("word", ["pip", "gs1:pip", "gs1%3Apip", VOC + "pip", "https://gs1.org/voc/pip"])
def test_a_link_type_in_any_spelling(world: World, word: str) -> None:
    assert led(world.lot.path, f"linkType={word}") == f"{SITE}/p{world.lot.path}?linkType={word}"


@pytest.mark.parametrize("word", ["gs1:recipeInfo", "gs1:nosuchlt", "https://schema.org/pip", "%00", "x" * 3_000])
def test_a_link_type_that_is_not_there_is_404_never_200(world: World, word: str) -> None:
    answer = ask(world.lot.path, f"linkType={word}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    page = ask(world.lot.path, f"linkType={word}", **BROWSER)
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "/01/{gtin}/foo",
        "/01/{gtin}/21/S/10/L",
        "/01/{gtin}/17/271231",
        "/01/12",
        "/00/x",
        "/99/1234",
        "/01/{gtin}/10",
        "/01/{gtin}?17=999999",
        "/01/{gtin}?999=1",
        "/01/{gtin}?10=A;22=B",
        "/01/{gtin}?01=1",
    ],
)
def test_what_is_no_digital_link_is_400(world: World, path: str) -> None:
    path, _, query = path.format(gtin=world.rice.gtin).partition("?")
    for headers in ({}, BROWSER, {"HTTP_ACCEPT": "application/linkset+json"}):
        assert ask(path, query, **headers).status_code == 400, path


def test_unknown_identifiers_are_404(world: World) -> None:
    for path in (f"/01/{number('0400638133393')}", f"/00/{number('40063810000000001')}", "/8004/8999999X"):
        assert ask(path).status_code == 404
        assert ask(path, "linkType=linkset").status_code == 404


def test_slashes_escapes_and_short_numbers_lead_to_the_same(world: World) -> None:
    lot = catalogue.register_lot(by=None, product=world.rice, number="A/B")
    want = f"{SITE}/p/01/{world.rice.gtin}/10/A%2FB"
    for asked in (lot.path, lot.path + "/", lot.path.replace("%2F", "%2f"), f"/01/{world.rice.gtin[1:]}/10/A%2FB"):
        assert led(asked) == want


def test_a_server_that_decodes_paths_does_not_take_a_lot_with_a_slash_for_a_fault(world: World) -> None:
    unknown = f"/01/{world.rice.gtin}/10/A%2FC"
    assert led(unknown) == f"{SITE}/p{unknown}"  # the warning, as for any lot that was never issued
    assert ask(f"/01/{number('0400638133393')}/10/A%2FC").status_code == 404
    add(world, unknown, "recipeInfo", "https://nau.example/")
    assert led(unknown, "linkType=recipeInfo") == "https://nau.example/?linkType=recipeInfo"
    add(world, f"{world.lot.path}%2FX", "recipeInfo", "https://nau.example/x")
    assert led(f"{world.lot.path}%2FX", "linkType=recipeInfo").startswith("https://nau.example/x")
    add(world, f"/01/{world.rice.gtin}/21/S%2F1", "recipeInfo", "https://nau.example/s")
    assert led(f"/01/{world.rice.gtin}/10/L/21/S%2F1", "linkType=recipeInfo").startswith("https://nau.example/s")
    for fault in ("/foo", "/foo/bar", "/22/V"):  # behind what is known: the fault that it looks like
        assert ask(world.lot.path + fault).status_code == 400
        assert ask(world.pack_path + fault).status_code == 400


def test_a_code_that_was_never_issued_leads_to_the_warning_and_walks_up(world: World) -> None:
    path = f"/01/{world.rice.gtin}/21/FAKE"
    assert led(path) == f"{SITE}/p{path}"
    add(world, world.rice.path, "recipeInfo", "https://nauan.example/")
    assert led(path, "linkType=gs1:recipeInfo").startswith("https://nauan.example/?")
    fake, product = told(path)
    assert fake[VOC + "pip"][0]["href"] == f"{SITE}/p{path}"
    assert "chưa từng được cấp" in fake[VOC + "pip"][0]["title"]
    assert product["anchor"] == SITE + world.rice.path


def test_the_owners_default_of_a_product_stands_for_its_lots(world: World) -> None:
    add(world, world.rice.path, "homepage", "https://gao.example/{gtin}", default="default")
    add(world, world.rice.path, "homepage", "https://gao.example/lo/{lot}", position=1)
    assert led(world.rice.path) == f"https://gao.example/{world.rice.gtin}"
    assert led(world.lot.path) == f"https://gao.example/{world.rice.gtin}"
    assert ask(world.lot.path)["Cache-Control"] == "public, max-age=0, must-revalidate"
    lot, product = told(world.lot.path)
    assert lot[VOC + "defaultLink"][0]["href"] == led(world.lot.path)
    assert led(world.lot.path) in [link["href"] for link in lot[VOC + "homepage"]]
    assert lot[VOC + "pip"][0]["href"] == f"{SITE}/p{world.lot.path}"  # the page is there still, under its own name
    assert len(product[VOC + "homepage"]) == 1  # the lot's address makes no sense for the product
    assert f"https://gao.example/lo/{world.lot.number}" in [link["href"] for link in lot[VOC + "homepage"]]
    add(world, world.lot.path, "pip", "https://gao.example/lot", default="default")
    assert led(world.lot.path) == "https://gao.example/lot"
    lot, _ = told(world.lot.path)
    assert [link["href"] for link in lot[VOC + "pip"]] == ["https://gao.example/lot"]


def test_a_products_link_with_a_variable_stands_where_its_value_is_known(world: World) -> None:
    add(world, world.rice.path, "recipeInfo", "https://nau.example/{lot}")
    add(world, world.rice.path, "support", "https://hotro.example/{gtin}/{lot}/{serial}")
    item = f"{world.lot.path}/21/{world.packs[0].rpartition('/')[2]}"
    for path in (world.lot.path, item):
        assert led(path, "linkType=recipeInfo") == f"https://nau.example/{world.lot.number}?linkType=recipeInfo"
    assert ask(world.rice.path, "linkType=recipeInfo").status_code == 404
    assert ask(world.lot.path, "linkType=support").status_code == 404
    serial = item.rpartition("/")[2]
    assert led(item, "linkType=support").startswith(
        f"https://hotro.example/{world.rice.gtin}/{world.lot.number}/{serial}?"
    )
    first, lot, product = told(item)
    assert VOC + "support" in first
    assert VOC + "recipeInfo" in lot
    assert VOC + "recipeInfo" not in product


def test_an_owners_page_beside_ours_does_not_make_a_tie(world: World) -> None:
    add(world, world.rice.path, "pip", "https://gao.example/")
    assert led(world.rice.path) == f"{SITE}/p{world.rice.path}"  # nobody named another default
    assert led(world.rice.path, "linkType=pip") == "https://gao.example/?linkType=pip"
    [product] = told(world.rice.path)
    assert product[VOC + "registryEntry"][0]["href"] == product[VOC + "defaultLink"][0]["href"]


def test_links_of_a_key_that_nobody_registered_have_a_default_too(world: World) -> None:
    world.grower.company_prefix = "8937777"
    gtin = number("0893777700001")
    add(world, f"/01/{gtin}", "homepage", "https://gao.example/1")
    add(world, f"/01/{gtin}", "support", "https://gao.example/2", position=1)
    for path in (f"/01/{gtin}", f"/01/{gtin}/10/L1", f"/01/{gtin}/21/S1"):
        assert led(path) == "https://gao.example/1"
    [product] = told(f"/01/{gtin}/10/L1")
    assert product[VOC + "defaultLink"][0]["href"] == "https://gao.example/1"


def test_while_a_recall_is_in_force_every_scan_leads_to_the_page(world: World) -> None:
    add(world, world.rice.path, "pip", "https://gao.example/", default="default")
    assert led(world.lot.path) == "https://gao.example/"
    words = Text("Không dùng lô này; mang trả nơi mua.", "Do not use this lot; return it.")
    declare_recall(by=None, lot_uri=world.lot.uri, reason="Mẫu kiểm nghiệm không đạt.", public_text=words)
    for path in (world.lot.path, world.pack_path):
        assert led(path) == f"{SITE}/p{path}"
        assert led(path, "linkType=gs1:pip").startswith(f"{SITE}/p{path}")
        assert "/quality/recalls/" in led(path, "linkType=gs1:recallStatus")
    assert led(world.rice.path) == "https://gao.example/"
    add(world, world.lot.path, "pip", "https://gao.example/lo")
    assert led(world.lot.path, "linkType=gs1:pip").startswith(f"{SITE}/p{world.lot.path}")
    ours, theirs = told(world.lot.path)[0][VOC + "pip"]
    assert ours["title"].startswith("Đang bị thu hồi")
    assert theirs["href"] == "https://gao.example/lo"  # it is told, but nobody is led there


def test_language_context_and_media_type_choose(world: World) -> None:
    at = world.rice.path
    add(world, at, "recipeInfo", "https://nau.example/vi", languages=("vi",), media_type="text/html")
    add(world, at, "recipeInfo", "https://nau.example/en", languages=("en",), media_type="text/html")
    add(world, at, "recipeInfo", "https://nau.example/en.pdf", languages=("en",), media_type="application/pdf")
    add(world, at, "recipeInfo", "https://nau.example/vn", contexts=("VN",))
    ask_for = "linkType=gs1:recipeInfo"

    def place(query: str = "", **headers: str) -> str:
        return led(at, ask_for + query, **headers).partition("?")[0].removeprefix("https://nau.example/")

    assert place(**BROWSER) == "vi"
    assert place(HTTP_ACCEPT_LANGUAGE="en;q=0.9, vi;q=0.1", HTTP_ACCEPT="text/html") == "en"
    assert place(HTTP_ACCEPT_LANGUAGE="en", HTTP_ACCEPT="application/pdf") == "en.pdf"
    assert place("&context=VN", HTTP_ACCEPT_LANGUAGE="en") == "vn"
    assert (
        place("&lang=en", HTTP_ACCEPT_LANGUAGE="vi", HTTP_ACCEPT="text/html") == "en"
    )  # what the address says is stronger


def test_an_inherited_default_serves_as_the_default_only(world: World) -> None:
    registered = catalogue.register_lot(by=None, product=world.rice, number="L9")
    issued = catalogue.issue_serials(by=None, product=world.rice, lot=registered, count=1)
    serial = IssuedSerial.objects.get(job=issued).serial
    product, lot, item = world.rice.path, f"{world.rice.path}/10/L9", f"{world.rice.path}/10/L9/21/{serial}"
    add(world, product, "pip", "https://gao.example/vi", languages=("vi",), default="default")
    add(world, product, "pip", "https://gao.example/en", languages=("en",))
    assert led(lot, "linkType=gs1:pip", HTTP_ACCEPT_LANGUAGE="en").startswith("https://gao.example/en?")
    assert led(lot, "linkType=gs1:pip", HTTP_ACCEPT_LANGUAGE="vi").startswith("https://gao.example/vi?")
    add(world, lot, "pip", "https://gao.example/l9")
    for path in (lot, item):
        for language in ("", "vi", "en"):
            headers = {"HTTP_ACCEPT_LANGUAGE": language}
            assert led(path, "linkType=gs1:pip", **headers).startswith("https://gao.example/l9?"), (path, language)
    assert led(lot) == "https://gao.example/vi"
    first, *_ = told(lot)
    assert [link["href"] for link in first[VOC + "pip"]] == ["https://gao.example/l9", "https://gao.example/vi"]
    assert first[VOC + "defaultLink"][0]["href"] == "https://gao.example/vi"


def test_a_default_of_one_type_does_not_stand_in_the_way_of_others(world: World) -> None:
    add(world, world.rice.path, "recipeInfo", "https://nau.example/", default="default", contexts=("VN",))
    add(world, world.lot.path, "support", "https://hotro.example/")
    assert led(world.lot.path, "linkType=support").startswith("https://hotro.example/")
    assert led(world.lot.path, "linkType=recipeInfo").startswith("https://nau.example/")
    assert led(world.lot.path, "linkType=pip").startswith(f"{SITE}/p/")
    assert led(world.lot.path) == "https://nau.example/"


def test_the_owners_own_page_of_a_code_that_was_never_issued_is_told_but_is_no_default(world: World) -> None:
    path = f"{world.rice.path}/10/FAKE"
    add(world, path, "pip", "https://gao.example/fake", default="default")
    assert led(path) == f"{SITE}/p{path}"
    assert led(path, "linkType=gs1:pip") == "https://gao.example/fake?linkType=gs1:pip"
    fake = told(path)[0]
    assert fake[VOC + "defaultLink"][0]["href"] == f"{SITE}/p{path}"
    assert [link["href"] for link in fake[VOC + "pip"]] == ["https://gao.example/fake"]
    assert f"{SITE}/p{path}" in [link["href"] for link in fake[VOC + "registryEntry"]]


def test_equal_links_are_offered_with_300(world: World) -> None:
    for name in "ab":
        add(world, world.rice.path, "hasRetailers", f"https://{name}.example/", title_vi=f"Quầy <{name}>")
    answer = ask(world.lot.path, "linkType=gs1:hasRetailers")
    assert answer.status_code == 300
    body = json.loads(answer.content)
    assert not faults(body, LINKSET)
    assert [link["href"] for link in body["linkset"][0][VOC + "hasRetailers"]] == [
        "https://a.example/",
        "https://b.example/",
    ]
    page = ask(world.lot.path, "linkType=gs1:hasRetailers", **BROWSER)
    assert page.status_code == 300
    assert "Quầy &lt;a&gt;" in page.content.decode()
    assert "Quầy <a>" not in page.content.decode()


def test_different_links_between_which_nothing_decides_give_the_default_one(world: World) -> None:
    add(world, world.rice.path, "pip", "https://gao.example/en", languages=("en",))
    add(world, world.rice.path, "pip", "https://gao.example/vi", languages=("vi",), default="default")
    assert led(world.rice.path, "linkType=pip") == "https://gao.example/vi?linkType=pip"
    assert led(world.rice.path, HTTP_ACCEPT_LANGUAGE="de") == "https://gao.example/vi"  # the default is the default
    for path in (world.rice.path, world.lot.path):  # unless the same stands there in the reader's language
        assert led(path, HTTP_ACCEPT_LANGUAGE="en-GB, vi;q=0.5") == "https://gao.example/en"
        assert led(path, HTTP_ACCEPT_LANGUAGE="vi, en;q=0.5") == "https://gao.example/vi"
    add(world, world.rice.path, "homepage", "https://gao.example/ja", languages=("ja",))
    add(world, world.rice.path, "pip", "https://gao.example/ko.pdf", languages=("ko",), media_type="application/pdf")
    for tongue in ("ja", "ko"):  # another type, another form: no variants of the default
        assert led(world.rice.path, HTTP_ACCEPT_LANGUAGE=tongue) == "https://gao.example/vi"


def test_defaults_by_language(world: World) -> None:
    at = world.rice.path
    add(world, at, "pip", "https://gao.example/vi", languages=("vi",), default="default")
    add(world, at, "pip", "https://gao.example/en", languages=("en",), default="multi")
    add(world, at, "pip", "https://gao.example/fr", languages=("fr",), default="multi")
    for header, name in (("en-GB,en", "en"), ("fr", "fr"), ("de", "vi"), ("", "vi"), ("vi, en;q=0.5", "vi")):
        for path in (at, world.lot.path):  # lots inherit both
            assert led(path, HTTP_ACCEPT_LANGUAGE=header) == f"https://gao.example/{name}"
    [product] = told(at)
    assert [link["hreflang"] for link in product[VOC + "defaultLinkMulti"]] == [["en"], ["fr"]]


def test_the_query_is_passed_on_as_it_was_sent_also_to_a_target_with_its_own(world: World) -> None:
    add(world, world.rice.path, "pip", "https://gao.example/x?id=7#top", default="default")
    assert (
        led(world.rice.path, "17=271231&utm=%C3%A9;flag") == "https://gao.example/x?id=7&17=271231&utm=%C3%A9;flag#top"
    )
    assert led(world.rice.path, "linkType=pip&a=b").endswith("?id=7&linkType=pip&a=b#top")
    odd = "a='x'&b[0]=1|2&c={d}&e=%7c%2F~!$*(),;:@/?"
    assert led(world.rice.path, odd) == f"https://gao.example/x?id=7&{odd}#top"
    sent = "a=é b".encode().decode("latin-1")  # so does WSGI hand over bytes
    assert led(world.rice.path, sent) == "https://gao.example/x?id=7&a=%C3%A9%20b#top"  # bytes no header may hold


def test_links_have_their_time(world: World) -> None:
    now = timezone.now()
    add(world, world.rice.path, "promotion", "https://tet.example/", active_from=now + timedelta(hours=1))
    add(world, world.rice.path, "support", "https://hotro.example/", active_to=now - timedelta(seconds=1))
    add(
        world,
        world.rice.path,
        "review",
        "https://khen.example/",
        active_from=now - timedelta(1),
        active_to=now + timedelta(1),
    )
    kinds = {kind.removeprefix(VOC) for kind in told(world.rice.path)[0]}
    assert "review" in kinds
    assert not {"promotion", "support"} & kinds


def test_methods_and_cors(world: World) -> None:
    for method, status in (("GET", 307), ("HEAD", 307), ("OPTIONS", 204), ("POST", 405), ("PUT", 405), ("DELETE", 405)):
        for path in (world.lot.path, "/.well-known/gs1resolver", "/01/nonsense"):
            answer = Client(enforce_csrf_checks=True).generic(method, path, HTTP_ORIGIN="https://elsewhere.example")
            expected = status if status != 307 or path == world.lot.path else 400 if "nonsense" in path else 200
            assert answer.status_code == expected, (method, path)
            assert answer.get("Allow", "GET, HEAD, OPTIONS") == "GET, HEAD, OPTIONS"
            assert ("Allow" in answer) == (status in (204, 405))
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
            assert "Link" in answer["Access-Control-Expose-Headers"]
            assert not answer.cookies
    preflight = Client().options(world.lot.path)
    assert "Accept-Language" in preflight["Access-Control-Allow-Headers"]


@override_settings(ALLOWED_HOSTS=["id.mau.example"])
def test_the_host_of_a_request_leads_nobody_elsewhere(world: World) -> None:
    assert ask(world.lot.path, HTTP_HOST="evil.example").status_code == 400
    assert led(world.lot.path, HTTP_HOST="id.mau.example") == f"http://id.mau.example/p{world.lot.path}"


def test_what_an_event_links_to_is_looked_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from lienvung.registry import ToldProof
    from lienvung.scan import details

    facts = details.Facts(
        told=[
            ToldProof("VietGAP", number="1", link="https://chungnhan.example/1"),
            ToldProof("Giả", link="https://a@127.0.0.1/"),
            ToldProof("Giả", link="javascript:alert(1)"),
        ]
    )
    monkeypatch.setattr(details, "gather", lambda steps: facts)
    lot = told(world.lot.path)[0]
    assert [link["href"] for link in lot[VOC + "certificationInfo"]] == ["https://chungnhan.example/1"]


def test_the_number_of_queries_does_not_grow_with_lots(world: World) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            led(world.lot.path)
        return len(seen)

    before = [cost() for _ in range(2)][-1]
    LinkRecord.objects.bulk_create(
        LinkRecord(
            owner=world.grower,
            anchor=f"/01/{world.rice.gtin}/10/L{n}",
            link_type="pip",
            target="https://x.example/",
            title_vi="x",
        )
        for n in range(300)
    )
    assert cost() == before <= 12
