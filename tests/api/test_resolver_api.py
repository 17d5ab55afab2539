"""Links over HTTP: who may, what is kept, what is refused, and that sending again changes nothing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from tests.world import World, make_world, number

from lienvung.audit.models import Act
from lienvung.people.actions import issue_token, revoke_token
from lienvung.people.models import ApiToken, Organisation
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
