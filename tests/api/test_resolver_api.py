"""Links over HTTP: who may, what is kept, what is refused, and that sending again changes nothing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import World, make_world, number

from lienvung.audit.models import Act
from lienvung.people.actions import issue_token, revoke_token
from lienvung.people.models import ApiToken, Organisation
from lienvung.resolver.actions import register_link
from lienvung.resolver.drafts import Draft
from lienvung.resolver.models import LinkRecord

pytestmark = pytest.mark.django_db
VOC = "https://ref.gs1.org/voc/"
LINKS = "/resolver/v1/links"
SET = "/resolver/v1/linkset"


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(stage: World) -> Iterator[World]:
    with transaction.atomic():
        yield stage
        transaction.set_rollback(True)


class Api:
    """The API as one organisation's software sees it."""

    def __init__(self, organisation: Organisation, *scopes: str) -> None:
        self.token = issue_token(by=None, organisation=organisation, name="api", scopes=scopes or ("links",))

    def __call__(self, method: str, path: str, value: Any = None) -> Any:
        data = value if isinstance(value, bytes | str) else "" if value is None else json.dumps(value)
        return Client().generic(
            method, path, data, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {self.token}"
        )


def a_link(world: World, **changed: Any) -> dict[str, Any]:
    return {"anchor": world.rice.path, "linkType": "gs1:recipeInfo", "target": "https://nau.example/{lot}", **changed}


def paths(answer: Any) -> list[str]:
    return sorted(fault["path"] for fault in json.loads(answer.content)["errors"])


def test_a_link_is_made_read_changed_and_removed(world: World) -> None:
    api = Api(world.grower)
    made = api(
        "POST",
        LINKS,
        a_link(world, title={"vi": "Nấu", "en": "Cook"}, hreflang=["vi"], context=["vn"], default="default"),
    )
    assert made.status_code == 201
    told = json.loads(made.content)
    assert made["Location"] == f"{LINKS}/{told['id']}"
    assert (told["title"], told["hreflang"], told["context"], told["default"]) == (
        {"vi": "Nấu", "en": "Cook"}, ["vi"], ["VN"], "default"
    )  # fmt: skip
    assert json.loads(api("GET", made["Location"]).content) == told
    acts = Act.objects.count()
    assert api("PUT", made["Location"], told).status_code == 200  # as it stands: nothing is written
    assert Act.objects.count() == acts
    changed = api("PUT", made["Location"], {**told, "target": "https://nau.example/moi"})
    assert json.loads(changed.content)["target"] == "https://nau.example/moi"
    assert Act.objects.first().details["before"]["target"] == "https://nau.example/{lot}"
    assert api("DELETE", made["Location"]).status_code == 204
    assert api("DELETE", made["Location"]).status_code == 404
    assert [act.action for act in Act.objects.filter(action__startswith="resolver.")] == [
        "resolver.remove_link", "resolver.change_link", "resolver.register_link"
    ]  # fmt: skip


def test_put_makes_a_link_under_an_id_of_the_senders(world: World) -> None:
    api, place = Api(world.grower), f"{LINKS}/{uuid.uuid4()}"
    assert api("PUT", place, a_link(world)).status_code == 201
    assert api("PUT", place, a_link(world)).status_code == 200
    assert LinkRecord.objects.count() == 1
    stranger = Api(world.stranger)
    for method in ("GET", "PUT", "DELETE"):
        assert stranger(method, place, a_link(world)).status_code == 404


def test_who_may(world: World) -> None:
    assert Client().get(LINKS).status_code == 401
    assert "Bearer" in Client().get(LINKS)["WWW-Authenticate"]
    assert Api(world.grower, "capture", "query")("GET", LINKS).status_code == 401
    api = Api(world.grower)
    assert api("GET", LINKS).status_code == 200
    revoke_token(by=None, token=ApiToken.objects.filter(scopes="links").get())
    assert api("GET", LINKS).status_code == 401
    signed_in = Client()
    signed_in.force_login(world.accounts["member"])
    assert signed_in.post(LINKS, a_link(world), content_type="application/json").status_code == 401  # no cookie counts


@pytest.mark.parametrize("anchor", ["{rice}", "{rice}/10/X", "{rice}/21/Y", "{place}"])
def test_only_identifiers_of_its_own(world: World, anchor: str) -> None:
    anchor = anchor.format(rice=world.rice.path, place=world.places["mill"].path)
    refused = Api(world.stranger)("POST", LINKS, a_link(world, anchor=anchor, target="https://x.example/"))
    assert (refused.status_code, paths(refused)) == (400, ["anchor"])
    assert (
        Api(world.grower)("POST", LINKS, a_link(world, anchor=anchor, target="https://x.example/")).status_code == 201
    )


def test_a_company_prefix_gives_the_keys_that_nobody_registered(world: World) -> None:
    world.stranger.company_prefix = "8938888"
    world.stranger.save()
    api = Api(world.stranger)
    for path, status in (
        (f"/00/{number('18938888000000001')}", 201),
        (f"/01/{number('0893888800001')}", 201),
        ("/8004/8938888ABC", 201),
        ("/8004/8938889ABC", 400),
        (f"/01/{number('8893888900001')}", 400),
        (world.rice.path, 400),
    ):
        assert (
            api("POST", LINKS, {"anchor": path, "linkType": "pip", "target": "https://x.example/"}).status_code
            == status
        )


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"target": "javascript:alert(1)"}, ["target"]),
        ({"target": "http://x.example/"}, ["target"]),
        ({"target": "https://{lot}.example/"}, ["target"]),
        ({"anchor": "/01/123"}, ["anchor"]),
        ({"anchor": "{rice}/10/L/21/S"}, ["anchor"]),
        ({"linkType": "gs1:defaultLink"}, ["link_type"]),
        ({"linkType": 7}, ["linkType"]),
        ({"hreflang": "vi"}, ["hreflang"]),
        ({"hreflang": ["tiếng Việt"], "context": ["Việt Nam"]}, ["contexts", "languages"]),
        ({"activeFrom": "hôm nay"}, ["activeFrom"]),
        ({"activeFrom": "2026-01-02T00:00:00+07:00", "activeTo": "2026-01-01T00:00:00+07:00"}, ["active_to"]),
        ({"position": "1"}, ["position"]),
        ({"position": -1}, ["position"]),
        ({"fwqs": False}, ["fwqs"]),
        ({"title": {"vi": "x" * 201}}, ["title_vi"]),
        ({"default": "yes"}, ["default"]),
    ],
)
def test_what_is_wrong_is_named(world: World, changed: dict[str, Any], wrong: list[str]) -> None:
    if "anchor" in changed:
        changed = {"anchor": changed["anchor"].format(rice=world.rice.path)}
    answer = Api(world.grower)("POST", LINKS, a_link(world, **changed))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert paths(answer) == wrong
    assert not LinkRecord.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b'"x"', b"\xff", b"[" * 100_000, b'{"linkset": [{"anchor": 5}]}']
)
def test_any_body_is_answered(world: World, body: bytes) -> None:
    api = Api(world.grower)
    for method, path in (("POST", LINKS), ("PUT", SET), ("PUT", f"{LINKS}/{uuid.uuid4()}")):
        assert api(method, path, body).status_code == 400


def test_the_list_goes_page_by_page(world: World) -> None:
    api = Api(world.grower)
    for n in range(5):
        api("POST", LINKS, a_link(world, target=f"https://nau.example/{n}"))
    Api(world.shop)
    place, seen = f"{LINKS}?perPage=2", []
    for _ in range(3):
        answer = api("GET", place)
        seen += [link["target"] for link in json.loads(answer.content)["links"]]
        place = answer.get("Link", "").partition("<")[2].partition(">")[0].removeprefix("http://testserver")
    assert not place
    assert sorted(seen) == [f"https://nau.example/{n}" for n in range(5)]
    assert json.loads(api("GET", f"{LINKS}?anchor=/01/1").content)["links"] == []
    for wrong in ("perPage=0", "perPage=x", "perPage=9999", "after=x"):
        assert api("GET", f"{LINKS}?{wrong}").status_code == 400


def a_set(world: World, lots: int = 3) -> dict[str, Any]:
    """A link set of the product and some lots, as this resolver itself would give it."""
    pip = {"href": "https://gao.example/", "title": "Gạo", "hreflang": ["vi"], "type": "text/html"}
    contexts = [{"anchor": f"https://id.gs1.org{world.rice.path}", "itemDescription": "Gạo", VOC + "pip": [pip],
                 VOC + "defaultLink": [{"href": pip["href"], "title": "Gạo"}]}]  # fmt: skip
    for n in range(lots):
        recipe = {"href": f"https://nau.example/{n}", "title": "Nấu"}
        contexts.append({"anchor": f"https://x.example{world.rice.path}/10/L{n}", "gs1:recipeInfo": [recipe]})
    return {"linkset": contexts}


def test_a_link_set_is_taken_as_a_whole_and_again_without_change(world: World) -> None:
    api = Api(world.grower)
    first = api("PUT", SET, a_set(world))
    assert json.loads(first.content) == {"added": 4, "removed": 0, "unchanged": 0}
    kept = set(LinkRecord.objects.values_list("pk", flat=True))
    acts = Act.objects.count()
    assert json.loads(api("PUT", SET, a_set(world)).content) == {"added": 0, "removed": 0, "unchanged": 4}
    assert set(LinkRecord.objects.values_list("pk", flat=True)) == kept
    assert Act.objects.count() == acts
    document = a_set(world)
    document["linkset"][1]["gs1:recipeInfo"] = [{"href": "https://nau.example/moi", "title": "Nấu"}]
    document["linkset"][2] = {"anchor": document["linkset"][2]["anchor"]}  # an anchor without links loses its own
    assert json.loads(api("PUT", SET, document).content) == {"added": 1, "removed": 2, "unchanged": 2}
    assert (
        Client()
        .get(f"{world.rice.path}/10/L0", {"linkType": "recipeInfo"})["Location"]
        .startswith("https://nau.example/moi")
    )


def test_a_fault_anywhere_leaves_everything_as_it_was(world: World) -> None:
    api = Api(world.grower)
    api("PUT", SET, a_set(world))
    before = list(LinkRecord.objects.values())
    document = a_set(world)
    document["linkset"][0][VOC + "pip"][0]["href"] = "javascript:alert(1)"
    document["linkset"][0][VOC + "defaultLink"][0]["href"] = "javascript:alert(1)"
    document["linkset"][2]["gs1:recipeInfo"][0]["hreflang"] = ["tiếng"]
    answer = api("PUT", SET, document)
    assert answer.status_code == 400
    assert paths(answer) == [
        "/linkset/0/https:~1~1ref.gs1.org~1voc~1pip/0/href",
        "/linkset/2/gs1:recipeInfo/0/hreflang",
    ]
    document = a_set(world)
    document["linkset"].append({"anchor": "https://x.example/01/" + number("0400638133393"), "gs1:pip": []})
    answer = api("PUT", SET, document)
    assert (answer.status_code, paths(answer)) == (400, ["/linkset/4/anchor"])
    assert list(LinkRecord.objects.values()) == before


def test_a_large_set_takes_few_queries_and_a_too_large_one_is_413(
    world: World, django_assert_max_num_queries: Any
) -> None:
    api = Api(world.grower)
    with django_assert_max_num_queries(40):
        assert json.loads(api("PUT", SET, a_set(world, 1_500)).content)["added"] == 1_501
    pip = {"href": "https://gao.example/", "title": "x"}
    many = {"linkset": [{"anchor": world.rice.path, "pip": [pip] * 10_001}]}
    assert api("PUT", SET, many).status_code == 413


def test_a_new_default_takes_the_place_of_the_old(world: World) -> None:
    api = Api(world.grower)
    first = api("POST", LINKS, a_link(world, default="default"))["Location"]
    api("POST", LINKS, a_link(world, target="https://nau.example/2", default="default"))
    assert json.loads(api("GET", first).content)["default"] == ""
    assert LinkRecord.objects.filter(default="default").count() == 1


def complete(world: World, api: Api) -> dict[str, Any]:
    answer = api("GET", SET)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/linkset+json")
    return json.loads(answer.content)


MOMENTS = st.none() | st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
WORDS = st.text(st.characters(categories=["L", "N"], include_characters=" "), max_size=20)
DRAFTS = st.builds(
    Draft,
    st.sampled_from(["{rice}", "{rice}/10/A%2FB", "{rice}/21/S"]),
    st.sampled_from(["pip", "recipeInfo", "support"]),
    st.sampled_from(["https://a.example/{gtin}?x='[1]", "https://a.example/", "https://b.example/tiếng"]),
    WORDS,
    WORDS,
    st.sampled_from([(), ("vi",), ("en-GB", "vi")]),
    st.sampled_from(["", "text/html"]),
    st.sampled_from([(), ("VN", "VN-HN")]),
    st.sampled_from(["", "", "multi", "default"]),
    MOMENTS,
    st.none(),
    st.integers(0, 3),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drafts=st.lists(DRAFTS, max_size=6))
def test_an_owners_link_set_sent_back_changes_nothing(world: World, drafts: list[Draft]) -> None:
    with transaction.atomic():
        for draft in drafts:
            active_to = draft.active_from + timedelta(days=1) if draft.active_from and draft.position else None
            anchor = draft.anchor.format(rice=world.rice.path)
            register_link(by=None, owner=world.grower, draft=replace(draft, anchor=anchor, active_to=active_to))
        before = list(LinkRecord.objects.values())
        api = Api(world.grower)
        document = complete(world, api)
        answer = json.loads(api("PUT", SET, document).content)
        assert (answer["added"], answer["removed"]) == (0, 0)
        assert list(LinkRecord.objects.values()) == before
        transaction.set_rollback(True)


def test_an_owners_link_set_goes_page_by_page_and_is_its_own_only(world: World) -> None:
    api = Api(world.grower)
    api("PUT", SET, a_set(world, 5))
    place, seen = f"{SET}?perPage=2", []
    for _ in range(3):
        answer = api("GET", place)
        seen += [context["anchor"] for context in json.loads(answer.content)["linkset"]]
        place = answer.get("Link", "").partition("<")[2].partition(">")[0].removeprefix("http://testserver")
    assert not place
    assert seen == [world.rice.path, *(f"{world.rice.path}/10/L{n}" for n in range(5))]
    assert json.loads(api("GET", f"{SET}?anchor={seen[2]}").content)["linkset"][0]["anchor"] == seen[2]
    assert json.loads(Api(world.stranger)("GET", SET).content) == {"linkset": []}


@pytest.mark.parametrize(
    ("method", "place", "body", "path"),
    [
        ("POST", LINKS, '{"anchor": "\\ud800"}', "/anchor"),
        ("POST", LINKS, '{"title": {"vi": "x\\udfff"}}', "/title/vi"),
        ("POST", LINKS, '{"hreflang": ["\\u0000"]}', "/hreflang/0"),
        ("PUT", SET, '{"linkset": [{"anchor": "\\ud800"}]}', "/linkset/0/anchor"),
        ("PUT", SET, '{"linkset": [{"\\ud800": []}]}', "/linkset/0"),
        (
            "PUT",
            SET,
            '{"linkset": [{"anchor": "/01/1", "pip": [{"href": "x", "title*": 5}]}]}',
            "/linkset/0/pip/0/title*",
        ),
        ("POST", LINKS, '{"activeFrom": "0001-01-01T00:00:00+14:00"}', "activeFrom"),
        ("POST", LINKS, '{"activeTo": "9999-12-31T23:59:59-14:00"}', "activeTo"),
    ],
)
def test_what_no_database_can_hold_is_400_with_its_place(
    world: World, method: str, place: str, body: str, path: str
) -> None:
    answer = Api(world.grower)(method, place, body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert paths(answer) == [path]


def test_no_character_of_an_address_is_too_odd(world: World) -> None:
    api = Api(world.grower)
    for place in (LINKS, SET):
        assert api("GET", f"{place}?anchor=%00").status_code == 400
        assert api("GET", f"{place}?after=%00").status_code == 400


ODD = st.sampled_from(
    [
        "",
        "\ud800",
        "\x00",
        "vi",
        "/01/",
        "https://a.example/{lot}",
        "0001-01-01T00:00:00+14:00",
        "default",
        "pip",
        "\n",
        "x" * 500,
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["vi", "en", "href", "language", "value", "title", "title*"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
NAMES = sorted(["anchor", "linkType", "target", "title", "hreflang", "type", "context", "default", "activeFrom"])
NAMES += ["activeTo", "position", "id"]
GOOD = {"linkType": "pip", "target": "https://a.example/"}
LINK_BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5)
TARGETS = st.dictionaries(
    st.sampled_from(["href", "title", "title*", "hreflang", "type", "context", "default", "position", "activeFrom"]),
    VALUES | st.lists(ODD, max_size=1),
    max_size=5,
)
KINDS = st.sampled_from(["pip", "gs1:defaultLink", VOC + "defaultLinkMulti", "\ud800", "itemDescription"])


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(link=LINK_BODIES, targets=st.dictionaries(KINDS, VALUES | st.lists(TARGETS, max_size=2)), any_value=VALUES)
def test_no_body_makes_the_server_fail(
    world: World, link: dict[str, Any], targets: dict[str, Any], any_value: Any
) -> None:
    api = Api(world.grower)
    good = {"anchor": world.rice.path, **GOOD}
    for name in targets:
        for target in targets[name] if isinstance(targets[name], list) else ():
            if isinstance(target, dict):
                target.setdefault("href", "https://a.example/")
    context = {"anchor": world.rice.path, **targets}
    with transaction.atomic():
        for method, place, body in (
            ("POST", LINKS, {**good, **link}),
            ("PUT", f"{LINKS}/{uuid.uuid4()}", {**good, **link}),
            ("PUT", SET, {"linkset": [context]}),
            ("PUT", SET, {"linkset": any_value}),
            ("POST", LINKS, any_value),
        ):
            answer = api(method, place, body)
            assert answer.status_code < 500, body
            if answer.status_code >= 400:
                assert answer["Content-Type"] == "application/problem+json"
                answer.content.decode()
        transaction.set_rollback(True)
