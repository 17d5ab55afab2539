"""MATCH_ patterns: every EPC type against a brute force over URNs, odd text, limits that are told and never silent."""

from __future__ import annotations

import contextlib
import itertools
import random
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger_world import GTIN, document, event, lot, pack, seen

from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri
from lienvung.gs1.canonical import key_of
from lienvung.gs1.urn import build_urn
from lienvung.ledger import patterns, query_budget, query_parameters
from lienvung.ledger.capture import capture
from lienvung.ledger.patterns import fits
from lienvung.ledger.query import QueryProblem, QueryTooComplex, run_query

pytestmark = pytest.mark.django_db
COMPANIES = ("061414", "0614141", "95060001", "952000000012")
SERIALS = ("1", "12", "0", "A-1", "a.b", "x%2Fy", "A*B", "5%25")
SIZES = {
    "sgtin": 13, "upui": 13, "itip": 13, "sscc": 17, "sgln": 12, "pgln": 12, "grai": 12, "gsrn": 17, "gsrnp": 17,
    "gdti": 12, "sgcn": 12, "gsin": 16, "lgtin": 13,
}  # fmt: skip


def urns() -> list[str]:
    """Of every key several, with company prefixes of different lengths, none the beginning of another's."""
    chance, made = random.Random(5), []
    for name, size in SIZES.items():
        for company in ("061415", "0614141", "95060001", "952000000012"):
            for _ in range(3):
                length = size - len(company)
                reference = "".join(chance.choice("0123456789") for _ in range(length))
                serial = chance.choice(SERIALS)
                kind = "class" if name == "lgtin" else "id"
                head = f"urn:epc:{kind}:{name}:{company}.{reference}"
                match name:
                    case "itip":
                        made.append(f"{head}.01.02.{serial}")
                    case "sscc" | "pgln" | "gsrn" | "gsrnp" | "gsin":
                        made.append(head)
                    case "sgcn":
                        made.append(f"{head}.{chance.randrange(1000)}")
                    case "sgln":
                        made.append(f"{head}.{chance.choice([serial, '0'])}")
                    case _:
                        made.append(f"{head}.{serial}")
    for company in ("061415", "0614141", "95060001"):
        made += [f"urn:epc:id:giai:{company}.{serial}" for serial in SERIALS]
        made += [f"urn:epc:id:ginc:{company}.{serial}" for serial in ("1", "12", "A-1")]
        made += [f"urn:epc:id:cpi:{company}.{part}.{n}" for part, n in (("5PQ7%2FZ43", "12"), ("AB-1", "1"))]
    made += ["urn:epc:id:gid:95100000.12345.400", "urn:epc:id:gid:95100000.12.7", "urn:epc:id:usdod:CAGEY.5678"]
    return [urn for urn in dict.fromkeys(made) if _is_right(urn)]


def _is_right(urn: str) -> bool:
    try:
        canonical_uri(urn)
    except Invalid:
        return False
    return True


def captured(things: list[str]) -> None:
    """Each thing in an event of its own."""
    for start in range(0, len(things), 50):
        capture(document(*(_naming(thing, n) for n, thing in enumerate(things[start : start + 50], start))))


def _naming(thing: str, minute: int) -> dict[str, Any]:
    if ":class:" in thing or "idpat" in thing:
        return event(minute=minute, quantityList=[{"epcClass": thing, "quantity": 1}])
    return seen(thing, minute=minute)


def found(pattern: str, *others: str) -> set[str]:
    """The things that MATCH_anyEPC or MATCH_anyEPCClass finds, in canonical form."""
    things: set[str] = set()
    for name in ("MATCH_anyEPC", "MATCH_anyEPCClass"):
        for one in run_query({name: [pattern, *others]}, per_page=1000).events:
            said = one.as_dict()
            listed = said.get("epcList", []) + [item["epcClass"] for item in said.get("quantityList", [])]
            things.update(canonical_uri(thing) for thing in listed)
    return things


def canonical(things: Iterator[str] | list[str]) -> set[str]:
    return {canonical_uri(thing) for thing in things}


def starred(urn: str) -> Iterator[str]:
    """The URN with its last 0 … all components starred, as `id` and as `idpat`, and with a star in the middle."""
    head, _, body = urn.rpartition(":")
    parts = body.split(".") if ":a.b" in urn or body.count(".") < 3 else body.split(".", 4)
    for stars in range(len(parts) + 1):
        whole = ".".join([*parts[: len(parts) - stars], *["*"] * stars])
        yield f"{head}:{whole}"
        if stars and ":id:" in head:
            yield f"{head.replace(':id:', ':idpat:')}:{whole}"
    yield f"{head}:{body[:5]}*"
    yield f"{head}:{body[:-1]}*"
    for at in range(1, len(parts)):
        cut = parts[at][: len(parts[at]) // 2]
        if "%" not in parts[at]:
            yield f"{head}:{'.'.join([*parts[:at], cut + '*', *parts[at + 1 :]])}"
    yield f"{head}:*.{'.'.join(parts[1:])}"


def test_a_urn_pattern_finds_what_a_brute_force_over_urns_finds() -> None:
    known = urns()
    captured(known)
    assert len({urn.split(":")[3] for urn in known}) == 18
    for pattern in dict.fromkeys(itertools.chain.from_iterable(starred(urn) for urn in known)):
        if "*" not in pattern or re.search("%(?![0-9A-F]{2})", pattern):
            continue
        pieces = pattern.replace(":idpat:", ":id:").split("*")
        wanted = canonical([urn for urn in known if fits(urn, pieces)])
        if re.match(r"urn:epc:\w+:\w+:[0-9]*\*\.", pattern) and pieces[-1]:
            # beyond the standard's patterns: nobody knows where the company prefix of a Digital Link ends
            assert wanted <= found(pattern) <= canonical([urn for urn in known if _could_fit(urn, pieces)]), pattern
        else:
            assert found(pattern) == wanted, pattern


def _could_fit(urn: str, pieces: list[str]) -> bool:
    ais = key_of(urn)
    if ais is None:
        return fits(urn, pieces)
    for length in range(6, 13):
        with contextlib.suppress(Invalid):
            if fits(build_urn(ais, length), pieces):
                return True
    return False


def test_a_class_pattern_finds_the_class_itself_too() -> None:
    written = "urn:epc:idpat:sgtin:0614141.107346.*"
    captured([written, "urn:epc:id:sgtin:0614141.107346.5"])
    assert found(written) == canonical([written, "urn:epc:id:sgtin:0614141.107346.5"])


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("https://example.com/some/where/01/{gtin}/21/A*", "ab"),
        ("HTTP://EXAMPLE.com/gtin/{gtin}/ser/A*", "ab"),
        ("https://id.gs1.org/01/*/21/A1", "a"),
        ("https://*/21/A1", "a"),
        ("https*A1", "a"),
        ("/01/{gtin}/21/*1", "a"),
        ("https://id.gs1.org/01/{short}/21/A*?17=261231", "ab"),
        ("https://id.gs1.org/01/{gtin}/*/A2", "b"),
        ("https://id.gs1.org/01/{gtin}/10/*/21/A2", "b"),
        ("https://id.gs1.org/*", "abl"),
        ("https://example.com/o*", "o"),
        ("https://EXAMPLE.com/o*s", "o"),
        ("https://*", "ablo"),
    ],
)
def test_digital_link_patterns(pattern: str, meant: str) -> None:
    things = {"a": pack("A1"), "b": pack("A2"), "l": lot("L"), "o": "https://example.com/others"}
    capture(
        document(*(seen(thing, minute=n) for n, thing in enumerate([things["a"], things["b"], things["o"]])),
                 event(minute=9, quantityList=[{"epcClass": things["l"], "quantity": 1}]))
    )  # fmt: skip
    asked = pattern.format(gtin=GTIN, short=GTIN.lstrip("0"))
    assert found(asked) == {things[letter] for letter in meant}


@pytest.mark.parametrize(
    "pattern",
    [
        "*", "*5", "urn:*", "urn:epc:*", "urn:epc:id:*", "urn:epc:id:sg*", "urn:epc:id:lgtin:*", "(01)*", "0614*",
        "urn:epc:id:sgtin:061.*.*", "urn:epc:id:sgtin:0614141.10734.*", "urn:epc:id:sgtin:0614141.1x*.*",
        "urn:epc:id:sgtin:*.5", "urn:epc:id:sgtin:0614141.107346.5%2*", pack("5%*"), "https://shop.example/x/*/21/5",
        "https://id.gs1.org/01/09506000134352/10/L/21/*", "urn:x:" + "a*" * 3_000,
    ],
)  # fmt: skip
def test_what_cannot_be_translated_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(QueryProblem) as caught:
        run_query({"MATCH_epc": [pattern]})
    assert caught.value.path == "MATCH_epc"


def test_a_star_in_a_serial_is_found_and_an_address_is_never_a_pattern() -> None:
    captured([pack("A%2AB"), pack("AxB")])
    assert found(pack("A*B")) == {pack("A%2AB"), pack("AxB")}
    assert found(pack("A%2AB")) == {pack("A%2AB")}
    assert found(pack("A%2AB*")) == {pack("A%2AB")}
    named = run_query({}, naming=pack("A*B")).events
    assert [one.as_dict()["epcList"] for one in named] == [[pack("A%2AB")]]


def test_wildcards_of_the_database_are_plain_text() -> None:
    things = [f"urn:example:{text}" for text in ("a_b", "axb", "a%25b", "a[x]b", "a?b", "A_b", "a!b")]
    captured(things)
    for thing in things:
        assert found(thing + "*") == {thing}
        assert found("urn:example*" + thing.rpartition(":")[2]) == {thing}


def test_nothing_is_left_out_where_much_stands_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    captured([pack(f"A{n}") for n in range(30)] + [pack("ZZ-END")])
    monkeypatch.setattr(patterns, "MOST_THINGS", 10)
    assert found(pack("*-END")) == {pack("ZZ-END")}
    with pytest.raises(QueryTooComplex, match="10"):
        run_query({"MATCH_epc": [pack("A*")]})
    with pytest.raises(QueryTooComplex):
        run_query({"MATCH_epc": ["urn:epc:id:sgtin:89350*"]})


def test_the_number_of_values_and_patterns_is_bounded() -> None:
    limit = query_parameters.MOST_PATTERNS
    fine = [f"https://id.gs1.org/0*N{n}*" for n in range(limit)]
    run_query({"MATCH_anyEPC": fine})
    for parameters in (
        {"MATCH_anyEPC": [*fine, "https://id.gs1.org/0*X*"]},
        {"MATCH_anyEPC": fine, "MATCH_epcClass": ["https://id.gs1.org/0*X*"]},
    ):
        with pytest.raises(QueryTooComplex, match=str(limit)):
            run_query(parameters)
    most = query_parameters.MOST_VALUES
    run_query({"MATCH_anyEPC": [pack(n) for n in range(most)]})
    for name in ("MATCH_anyEPC", "EQ_bizStep", "EQ_readPoint"):
        with pytest.raises(QueryTooComplex, match=str(most)):
            run_query({name: [pack(n) for n in range(most + 1)]})


def test_patterns_with_one_beginning_are_one_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    plain = patterns.rows
    monkeypatch.setattr(patterns, "rows", lambda sql, values=(): asked.append(sql) or plain(sql, values))
    run_query({"MATCH_anyEPC": [f"https://id.gs1.org/01/*{n}*" for n in range(40)]})
    assert sum("LIKE" in sql or "GLOB" in sql for sql in asked) == 1


def test_a_query_that_takes_too_long_is_refused_and_the_next_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    captured([pack(n) for n in range(5)])
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    plain = patterns.rows
    monkeypatch.setattr(query_budget, "SECONDS", 0.2)
    monkeypatch.setattr(patterns, "rows", lambda sql, values=(): plain(endless))
    with pytest.raises(QueryTooComplex, match=r"0\.2"):
        run_query({"MATCH_epc": [pack("*")]})
    monkeypatch.undo()
    assert len(run_query({"MATCH_epc": [pack("*")]}).events) == 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM ledger_event")
        assert cursor.fetchone() == (5,)
        if connection.vendor == "postgresql":
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)


def test_comparing_urns_ends_with_the_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    captured([pack(n) for n in range(5)])
    monkeypatch.setattr(query_budget, "SECONDS", 0.2)
    plain = patterns.rows

    def slow(sql: str, values: Any = ()) -> list[tuple[Any, ...]]:
        found = plain(sql, values)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(patterns, "rows", slow)
    monkeypatch.setattr(patterns, "events_of_things", lambda things, **how: set(things))
    with pytest.raises(QueryTooComplex):
        patterns_only("urn:epc:id:sgtin:89350*")


def patterns_only(pattern: str) -> None:
    with query_budget.within(query_budget.SECONDS):
        patterns.events_naming([pattern], roles=(0,), classes=None)


ODD = st.text(
    st.one_of(
        st.sampled_from("*/.:%?#[]!_\\'\"0123456789abZ\ud7ff\ue000\U0010ffff\U0010fffe\uffff\x01\x7f\u0300\u202e"),
        st.characters(),
    ),
    max_size=12,
)
HEADS = (
    "", "urn:", "urn:epc:id:", "urn:epc:id:sgtin:", "urn:epc:idpat:grai:0614141.", "urn:epc:id:giai:0614141.",
    "https://id.gs1.org/", "https://id.gs1.org/01/", f"https://id.gs1.org/01/{GTIN}/21/", "https://", "urn:x:", "/",
    "urn:epc:id:gid:", "urn:epc:class:lgtin:0614141.107346.", "urn:epc:id:cpi:0614141.", "urn:epc:id:sgln:*.",
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(HEADS), ODD, st.booleans())
def test_odd_text_is_answered_or_refused(head: str, text: str, ends_in_star: bool) -> None:
    """No other error than one that is told: U+D7FF and U+10FFFF have no next character."""
    value = head + text + "*" * ends_in_star
    names = ("MATCH_anyEPC", "MATCH_epcClass", "EQ_readPoint", "EQ_bizStep", "EQ_eventID", "EQ_bizTransaction_po")
    for name in (*names, "EQ_https://ns.example/#f", "EQ_stringValue", "EQ_transformationID", "orderBy"):
        try:
            run_query({name: [value]})
        except QueryProblem:
            pass


@pytest.mark.parametrize("last", ["\ud7ff", "\U0010ffff", "\U0010ffff\U0010ffff", "\uffef", "z"])
def test_a_pattern_ends_in_any_character(last: str) -> None:
    captured([f"urn:example:{last}x", "urn:example:y"])
    assert found(f"urn:example:{last}*") == {f"urn:example:{last}x"}
    assert found("urn:example:*x") == {f"urn:example:{last}x"}
