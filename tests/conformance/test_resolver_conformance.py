"""The statements of the GS1-Conformant Resolver Standard 1.2.0, and the checks of GS1's own test suite, against a
running server over HTTP.

One test a statement; the number is that of the standard's conformance section (5.n). GS1's suite is a web page that
asks a public https address; its checks are said again here, in our words. Not tested here: 5.3 (TLS is the proxy's,
docs/reference/resolver.md), 5.5 and 5.6 (EPC binary strings are not handled), handledBy (nothing is forwarded).
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from tests.conformance.linkset_check import DESCRIPTION, LINKSET, faults
from tests.world import number

from lienvung.resolver.link_types import LINK_TYPES

ROOT = Path(__file__).resolve().parents[2]
VOC = "https://ref.gs1.org/voc/"
START_SECONDS = 60
LEVELS = ("lot", "pack", "item", "rice", "paddy", "place", "slashed")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    version: int

    @property
    def place(self) -> str:
        return self.headers.get("location", "")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Resolver:
    """The server, asked without any library that follows or adds anything."""

    port: int
    known: dict[str, str]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            got = connection.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read(), got.version)
        finally:
            connection.close()

    def linkset(self, path: str) -> list[dict[str, Any]]:
        answer = self.ask(path, Accept="application/linkset+json")
        assert answer.status == 200
        return answer.json()["linkset"]


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resolver]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("LIENVUNG_", "DATABASE_"))},
        "LIENVUNG_HOME": str(tmp_path_factory.mktemp("resolver")),
        "LIENVUNG_ORIGIN": f"http://127.0.0.1:{port}",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
    }
    built = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("resolver_world.py"))],
        env=environment, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    command = [sys.executable, "-m", "lienvung.cli", "serve", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL) as server:
        try:
            asked = Resolver(port, json.loads(built.stdout.splitlines()[-1]))
            wait_for(asked, server)
            yield asked
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(asked: Resolver, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, "the server stopped"
        try:
            asked.ask("/.well-known/gs1resolver")
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the server did not answer")


def test_5_01_every_qualifier_of_a_supported_key_is_supported(resolver: Resolver) -> None:
    gtin = resolver.known["rice"]
    for tail in (
        "/22/V1",
        "/10/L1",
        "/21/S1",
        "/22/V1/10/L1",
        "/22/V1/21/S1",
        "/10/L1/21/S1",
        "/22/V1/10/L1/21/S1",
        "/235/T1",
    ):
        assert resolver.ask(gtin + tail).status == 307, tail
    assert resolver.ask(f"{resolver.known['place']}/254/K1").status in (307, 404)


def test_5_02_get_head_and_options_over_http_1_1(resolver: Resolver) -> None:
    get, head = (resolver.ask(resolver.known["lot"], method) for method in ("GET", "HEAD"))
    assert get.version == 11
    assert (get.status, get.place) == (head.status, head.place)
    assert head.body == b""
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = resolver.ask(resolver.known["lot"], method)
        allowed = {word.strip() for word in answer.headers["access-control-allow-methods"].split(",")}
        assert allowed == {"GET", "HEAD", "OPTIONS"}  # the suite reads the methods from every answer


def test_5_04_cors(resolver: Resolver) -> None:
    for query in ("", "?linkType=linkset", "?linkType=gs1:nosuchlt", "?linkType=gs1:hasRetailers"):
        answer = resolver.ask(resolver.known["rice"] + query, Origin="https://ref.gs1.org")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "Link" in answer.headers["access-control-expose-headers"]
    preflight = resolver.ask(
        resolver.known["rice"],
        "OPTIONS",
        Origin="https://ref.gs1.org",
        Access_Control_Request_Method="GET",
        Access_Control_Request_Headers="accept",
    )
    assert preflight.status == 204
    assert "Accept" in preflight.headers["access-control-allow-headers"]


@pytest.mark.parametrize("level", LEVELS)
def test_5_07_what_is_no_digital_link_is_400(resolver: Resolver, level: str) -> None:
    assert resolver.ask(resolver.known[level] + "/foo").status == 400  # the suite's own way to make a fault


def test_5_07_wrong_digits_order_and_attributes_are_400(resolver: Resolver) -> None:
    rice = resolver.known["rice"]
    wrong = rice[:-1] + str((int(rice[-1]) + 1) % 10)
    for path in (
        wrong,
        rice + "/21/S/10/L",
        rice + "/17/271231",
        rice + "/10/" + "x" * 21,
        rice + "?17=271350",
        "/01/1",
    ):
        assert resolver.ask(path).status == 400, path


def test_5_08_a_good_identifier_nobody_knows_is_404(resolver: Resolver) -> None:
    for path in (
        f"/01/{number('0400638133393')}",
        f"/00/{number('40063810000000001')}",
        f"/414/{number('400638100000')}",
    ):
        assert resolver.ask(path).status == 404


def test_5_09_no_error_is_told_with_200(resolver: Resolver) -> None:
    rice = resolver.known["rice"]
    for path in (rice + "/foo", f"/01/{number('0400638133393')}", rice + "?linkType=gs1:nosuchlt", "/01/x"):
        for accept in ("text/html", "application/json", "application/linkset+json", "*/*"):
            assert resolver.ask(path, Accept=accept).status >= 400 or "linkType" in path


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("how", ["linkset", "all", "accept", "both"])
def test_5_10_a_link_set_is_given_without_redirect(resolver: Resolver, level: str, how: str) -> None:
    path, headers = resolver.known[level], {}
    if how != "accept":
        path += "?linkType=" + ("all" if how == "all" else "linkset")
    if how in ("accept", "both"):
        headers["Accept"] = "application/linkset+json"
    answer = resolver.ask(path, **headers)
    assert answer.status == 200
    assert not answer.place
    assert answer.headers["content-type"] == "application/linkset+json"
    assert not faults(answer.json(), LINKSET)
    assert answer.json()["linkset"][0]["anchor"] == resolver.origin + resolver.known[level]


def test_5_10_every_level_up_to_the_key_is_in_it(resolver: Resolver) -> None:
    known = resolver.known
    anchors = [level["anchor"] for level in resolver.linkset(known["item"])]
    assert anchors == [resolver.origin + known[name] for name in ("item", "lot", "rice")]
    kinds = {kind for level in resolver.linkset(known["item"]) for kind in level}
    assert {VOC + "recipeInfo", VOC + "certificationInfo", VOC + "pip"} <= kinds


def test_5_11_links_have_target_type_and_title_and_media_types_are_iana_ones(resolver: Resolver) -> None:
    for level in LEVELS:
        for context in resolver.linkset(resolver.known[level]):
            for kind, links in context.items():
                if kind in ("anchor", "itemDescription"):
                    continue
                assert kind.removeprefix(VOC) in {*LINK_TYPES, "defaultLink", "defaultLinkMulti"}
                for link in links:
                    assert urlsplit(link["href"]).scheme in ("http", "https")
                    assert link["title"]
                    assert link.get("type", "text/html") in {"text/html", "application/pdf", "application/ld+json"}


@pytest.mark.parametrize("level", LEVELS)
def test_5_12_and_5_14_one_default_link_with_a_title_only_that_has_a_type_of_its_own(
    resolver: Resolver, level: str
) -> None:
    for context in resolver.linkset(resolver.known[level]):
        [default] = context[VOC + "defaultLink"]
        assert set(default) == {"href", "title"}
        own = [links for kind, links in context.items() if kind.startswith(VOC) and "defaultLink" not in kind]
        assert default["href"] in {link["href"] for links in own for link in links}
        for multi in context.get(VOC + "defaultLinkMulti", []):
            assert multi["href"] in {link["href"] for links in own for link in links}
        assert len(context.get(VOC + "defaultLinkMulti", [{}, {}])) > 1


def test_5_13_the_link_set_names_its_json_ld_context(resolver: Resolver) -> None:
    answer = resolver.ask(resolver.known["lot"], Accept="application/linkset+json")
    [context] = [part for part in answer.headers["link"].split(",") if "json-ld#context" in part]
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in context
    assert 'type="application/ld+json"' in context
    assert "vary" in answer.headers


@pytest.mark.parametrize("level", LEVELS)
def test_5_15_and_5_16_the_answer_is_a_redirect_to_the_default_link(resolver: Resolver, level: str) -> None:
    [context, *_] = resolver.linkset(resolver.known[level])
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "text/html"}):
        answer = resolver.ask(resolver.known[level], **headers)
        assert answer.status == 307
        assert answer.place == context[VOC + "defaultLink"][0]["href"]


def test_5_16_an_unknown_value_of_a_good_qualifier_has_a_default_too(resolver: Resolver) -> None:
    for tail in ("/10/UNKNOWN", "/21/UNKNOWN", "/10/U/21/U"):
        assert resolver.ask(resolver.known["rice"] + tail).status == 307
        assert resolver.ask(resolver.known["paddy"] + tail).status == 307


@pytest.mark.parametrize("level", LEVELS)
def test_5_17_each_link_type_is_led_to(resolver: Resolver, level: str) -> None:
    """As the suite does: the finest level that has a type, each link by its own language, media type and context."""
    seen = set()
    for context in resolver.linkset(resolver.known[level]):
        for kind, links in context.items():
            if not kind.startswith(VOC) or kind.endswith("defaultLink") or kind in seen:
                continue
            seen.add(kind)
            for link in links:
                answer = ask_for(resolver, resolver.known[level], kind, link)
                twins = [one for one in links if attributes(one) == attributes(link)]
                if len(twins) > 1:
                    assert answer.status == 300
                else:
                    assert answer.status == 307
                    assert without_question(answer.place) == link["href"], kind


def attributes(link: dict[str, Any]) -> tuple[Any, ...]:
    return link.get("type"), tuple(link.get("hreflang", ())), tuple(link.get("context", ()))


def ask_for(resolver: Resolver, path: str, kind: str, link: dict[str, Any]) -> Answer:
    query = [] if kind.endswith("defaultLinkMulti") else [f"linkType=gs1:{kind.removeprefix(VOC)}"]
    query += [f"context={one}" for one in link.get("context", [])[:1]]
    headers = {"Accept": link["type"]} if "type" in link else {}
    if "hreflang" in link:
        headers["Accept-Language"] = link["hreflang"][0]
    return resolver.ask(path + ("?" + "&".join(query) if query else ""), **headers)


def without_question(place: str) -> str:
    """The target as it stands in the link set: what the request asked is cut off, as the suite does."""
    for mark in ("?linkType=", "&linkType="):
        place = place.partition(mark)[0]
    return place


def test_5_18_a_link_type_that_is_not_there_is_404(resolver: Resolver) -> None:
    for level in LEVELS:
        assert resolver.ask(resolver.known[level] + "?linkType=gs1:nosuchlt").status == 404


@pytest.mark.parametrize("query", ["foo=bar", "17=271231&3103=000195", "a=%2F%20b;c&d", "linkType=gs1:homepage&x=1"])
def test_5_19_the_whole_query_string_is_passed_on(resolver: Resolver, query: str) -> None:
    place = resolver.ask(f"{resolver.known['rice']}?{query}").place
    assert place.endswith(("?" if "homepage" not in query else "&") + query)


def test_5_19_a_target_with_a_query_of_its_own_keeps_it(resolver: Resolver) -> None:
    place = resolver.ask(resolver.known["rice"] + "?linkType=gs1:homepage&foo=bar").place
    assert place == "https://dich.example/trang-chu?muc=1&linkType=gs1:homepage&foo=bar"


def test_5_20_languages_media_types_and_context_choose(resolver: Resolver) -> None:
    path = resolver.known["lot"] + "?linkType=gs1:recipeInfo"

    def name(extra: str = "", **headers: str) -> str:
        return resolver.ask(path + extra, **headers).place.removeprefix("https://dich.example/").partition("?")[0]

    assert name(Accept_Language="vi-VN,vi;q=0.9,en;q=0.8", Accept="text/html") == "nau-vi"
    assert name(Accept_Language="en-US,en;q=0.9,vi;q=0.1", Accept="text/html") == "cook-en"
    assert name(Accept_Language="en", Accept="application/pdf") == "cook-en.pdf"
    assert name("&context=VN", Accept_Language="vi", Accept="text/html") == "nau-vn"


def test_2_5_8_several_defaults_are_chosen_by_language(resolver: Resolver) -> None:
    for header, name in (("fr", "paddy-fr"), ("en;q=0.5", "paddy"), ("de", "thoc")):
        assert resolver.ask(resolver.known["paddy"], Accept_Language=header).place == f"https://dich.example/{name}"


def test_2_6_3_equal_links_are_listed_with_300(resolver: Resolver) -> None:
    answer = resolver.ask(resolver.known["rice"] + "?linkType=gs1:hasRetailers")
    assert answer.status == 300
    assert not faults(answer.json(), LINKSET)
    assert len(answer.json()["linkset"][0][VOC + "hasRetailers"]) == 2


def test_5_21_and_5_22_the_resolver_describes_itself(resolver: Resolver) -> None:
    answer = resolver.ask("/.well-known/gs1resolver", Accept="application/json")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    told = answer.json()
    assert not faults(told, DESCRIPTION)
    assert told["resolverRoot"] == resolver.origin
    assert {"01", "00", "414"} <= set(told["supportedPrimaryKeys"])
    assert told["supportedLinkType"] == [{"namespace": VOC, "prefix": "gs1:"}]
    assert told["linkTypeDefaultCanBeLinkset"] is False
    assert told["jsonLdContextLocation"].startswith("https://ref.gs1.org/")


@pytest.mark.parametrize("word", ["gs1:homepage", VOC + "homepage", "https://gs1.org/voc/homepage", "homepage"])
def test_5_24_the_namespace_of_the_vocabulary_is_known(resolver: Resolver, word: str) -> None:
    answer = resolver.ask(f"{resolver.known['rice']}?linkType={quote(word, safe=':/')}")
    assert answer.place.startswith("https://dich.example/trang-chu?muc=1&linkType=")


@pytest.mark.parametrize("level", LEVELS)
def test_5_25_a_trailing_slash_is_tolerated(resolver: Resolver, level: str) -> None:
    plain, slash = resolver.ask(resolver.known[level]), resolver.ask(resolver.known[level] + "/")
    assert (plain.status, plain.place) == (slash.status, slash.place)


def test_the_link_header_shows_the_link_set_but_no_links(resolver: Resolver) -> None:
    for level in LEVELS:
        header = resolver.ask(resolver.known[level]).headers["link"]
        assert 'rel="linkset"' in header
        assert f"<{resolver.origin}{resolver.known[level]}?linkType=linkset>" in header
        assert 'rel="gs1:' not in header  # listing them all was deprecated in version 1.0.0


def test_no_accept_header_at_all_fails_nothing(resolver: Resolver) -> None:
    for query in ("", "?linkType=linkset", "?linkType=gs1:pip", "?linkType=gs1:hasRetailers"):
        assert resolver.ask(resolver.known["rice"] + query).status in (200, 300, 307)


def test_escapes_in_any_case_and_slashes_in_a_lot_number(resolver: Resolver) -> None:
    slashed = resolver.known["slashed"]
    assert "%2F" in slashed
    want = resolver.ask(slashed).place
    assert want.endswith("/p" + slashed)
    assert resolver.ask(slashed.replace("%2F", "%2f")).place == want
    assert resolver.ask(slashed.replace("/10/A", "/10/%41")).place == want
