"""What the client writes: parameters from Python values, bodies, signatures, links."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

import lienvung.client
from lienvung.client import Form, Linkset, document_of, signature_of, verify_signature
from lienvung.client.documents import body_and_type, encoded
from lienvung.client.links import _asked, _links_of, path_of, short
from lienvung.client.pages import next_of
from lienvung.client.parameters import merged, to_json, to_query
from lienvung.epcis import read_document
from lienvung.errors import Invalid
from lienvung.exchange.resource import parameters_of


def test_values_of_every_kind() -> None:
    local = timezone(timedelta(hours=7))
    filters = {
        "eventType": ["ObjectEvent", "AggregationEvent"],
        "GE_eventTime": datetime(2026, 3, 1, 7, 30, tzinfo=local),
        "LT_eventTime": datetime(2026, 3, 2, tzinfo=UTC),
        "EQ_quantity": Decimal("1E+3"),
        "GT_quantity": 0.00001,
        "EXISTS_errorDeclaration": True,
        "EQ_ILMD_example:giống": "nếp & tẻ",
    }
    assert to_query(filters) == (
        "eventType=ObjectEvent,AggregationEvent&GE_eventTime=2026-03-01T07%3A30%3A00.000%2B07%3A00"
        "&LT_eventTime=2026-03-02T00%3A00%3A00.000Z&EQ_quantity=1000&GT_quantity=0.00001&EXISTS_errorDeclaration=true"
        "&EQ_ILMD_example%3Agi%E1%BB%91ng=n%E1%BA%BFp%20%26%20t%E1%BA%BB"
    )


@pytest.mark.parametrize(
    "value",
    [
        datetime.fromisoformat("2026-03-01T00:00"),
        date(2026, 3, 1),
        float("nan"),
        Decimal("Infinity"),
        "a\x00",
        b"x",
        None,
        {"a": 1},
    ],
)
def test_values_that_have_no_form(value: Any) -> None:
    with pytest.raises(Invalid) as caught:
        to_query({"EQ_x": value})
    assert caught.value.path == "EQ_x"
    with pytest.raises(Invalid):
        to_query({"EQ_x": [value]})


TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00,"), min_size=1)


@given(st.dictionaries(st.text(min_size=1).filter(lambda n: n not in {"perPage", "nextPageToken", "lang"}).filter(
    lambda n: "\x00" not in n and n.isprintable()), st.lists(TEXTS, min_size=1), min_size=1))  # fmt: skip
def test_the_server_reads_what_the_client_writes(filters: dict[str, list[str]]) -> None:
    request = RequestFactory().get("/epcis/v2/events?" + to_query(filters))
    assert parameters_of(request) == filters


def test_a_name_is_given_once() -> None:
    with pytest.raises(Invalid):
        merged({"EQ_action": "ADD"}, {"EQ_action": "ADD"})


def test_a_query_s_body_keeps_numbers_and_booleans() -> None:
    assert encoded(
        {"a": to_json("a", Decimal("0.10")), "b": to_json("b", True), "c": to_json("c", [1, "x"])}
    ) == b'{"a":0.10,"b":true,"c":[1,"x"]}'  # fmt: skip


def test_bodies() -> None:
    event = {
        "type": "ObjectEvent",
        "eventTime": datetime(2026, 3, 1, tzinfo=UTC),
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "epcList": ["urn:epc:id:sgtin:8930000.004002.1"],
        "example:mass": Decimal("10.20"),
    }
    data, media = body_and_type(iter([event, {**event, "action": "ADD"}]), extensions={"example": "https://e.example/"})
    assert media == "application/json"
    assert b'"example:mass":10.20' in data
    assert len(read_document(data).events) == 2
    one, _ = body_and_type(event, extensions={"example": "https://e.example/"})
    assert len(read_document(one).events) == 1
    whole = document_of([])
    assert json.loads(body_and_type(whole)[0]) == whole
    assert body_and_type(b"\xef\xbb\xbf  <a/>")[1] == "application/xml"
    assert body_and_type("{}")[1] == "application/json"
    with pytest.raises(Invalid):
        body_and_type(b"EPC;time")


def test_signatures() -> None:
    header = signature_of(b'{"a":1}', "token")
    assert verify_signature(b'{"a":1}', "token", header)
    assert verify_signature(b'{"a":1}', "token", f" {header.upper()} ")
    assert verify_signature(b'{"a":1}', "token", "sha256=" + header)
    assert not verify_signature(b'{"a":2}', "token", header)
    assert not verify_signature(b'{"a":1}', "other", header)
    assert not verify_signature(b"", "", signature_of(b"", ""))
    assert not verify_signature(b"a", "token", "é")


def test_next_links() -> None:
    assert (
        next_of('<https://a/?x=1,2>; rel="prev", <https://a/?y=3>; title="a, b"; rel="last next"') == "https://a/?y=3"
    )
    assert next_of("<b>;rel=next") == "b"
    assert next_of("") is None
    assert next_of('<b>; rel="nextish"') is None


def test_forms() -> None:
    assert Form().headers() == {}
    form = Form(epcs="Always_EPC_URN", version="1.2", extensions={"a": "https://a/", "b": "https://b/"})
    assert form.headers() == {
        "GS1-EPC-Format": "Always_EPC_URN",
        "GS1-EPCIS-Min": "1.2.0",
        "GS1-EPCIS-Max": "1.2.0",
        "GS1-Extensions": "a=https://a/,b=https://b/",
    }


def test_links_of_a_linkset() -> None:
    pip = "https://ref.gs1.org/voc/pip"
    body = {
        "linkset": [
            {
                "anchor": "https://id.example/01/09520123456788",
                "itemDescription": "Gạo",
                "https://ref.gs1.org/voc/defaultLink": [{"href": "https://id.example/p"}],
                pip: [{"href": "https://id.example/p", "title": "Trang", "hreflang": ["vi"], "type": "text/html"}],
            }
        ]
    }
    found = Linkset(tuple(_links_of(body)), body)
    assert found.default is not None
    assert found.default.target == "https://id.example/p"
    assert [(link.title, link.languages, link.media) for link in found.of_type("gs1:pip")] == [
        ("Trang", ("vi",), "text/html")
    ]
    assert {short(word) for word in ("pip", "gs1:pip", pip, "https://gs1.org/voc/pip")} == {"pip"}
    assert path_of("(01)09520123456788(10)A/B") == "/01/09520123456788/10/A%2FB"
    with pytest.raises(Invalid):
        path_of("gạo nếp")


def test_an_identifier_goes_to_the_resolver_with_all_that_its_label_says() -> None:
    assert path_of("(01)08930000000026(10)L/1(21)S1") == "/01/08930000000026/10/L%2F1/21/S1"
    assert path_of("(01)08930000000026(21)S1(22)V(10)L") == "/01/08930000000026/22/V/10/L/21/S1"
    assert path_of("https://id.gs1.org/01/08930000000026/10/L/21/S?17=271231") == (
        "/01/08930000000026/10/L/21/S?17=271231"
    )
    assert path_of("(01)08930000000026(17)271231(10)L") == "/01/08930000000026/10/L?17=271231"
    assert _asked("(01)08930000000026(17)271231", "linkType=pip") == "01/08930000000026?17=271231&linkType=pip"


USER = """
from lienvung.client import Client, Job

def count(origin: str) -> int | None:
    with Client(origin) as ledger:
        job: Job = ledger.job("1")
        return job.new_events

wrong: str = count("https://a.example")
"""


def test_the_package_tells_its_types_to_a_users_checker(tmp_path: Path) -> None:
    """As a user has it: the package lies beside other installed ones, and only `py.typed` says that it has types."""
    (tmp_path / "program.py").write_text(USER)
    source = str(Path(lienvung.client.__file__).parents[2])
    environment = {name: value for name, value in os.environ.items() if name != "MYPYPATH"} | {"PYTHONPATH": source}
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-incremental", "program.py"],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert "missing library stubs or py.typed" not in ran.stdout, ran.stdout
    assert 'variable has type "str"' in ran.stdout, ran.stdout + ran.stderr
    assert "program.py" in ran.stdout
    assert ran.stdout.count("error:") == 1, ran.stdout
