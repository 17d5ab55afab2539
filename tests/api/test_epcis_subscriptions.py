"""Subscriptions: what may be asked for, and what goes out to a real receiver, in order and without loss."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from tests.api.test_epcis_capture import BASE, Sender, check_problem
from tests.api.test_epcis_named import delete, keep
from tests.ledger_world import document, pack, seen
from tests.webhooks import Receiver, running

from lienvung.exchange import access, actions, rules, subscriptions
from lienvung.exchange.models import Subscription
from lienvung.exchange.subscriptions_api import subscription_body
from lienvung.ledger.query import newest_rid
from lienvung.people.actions import add_member, create_account, disable_account, remove_member, revoke_token
from lienvung.people.models import ApiToken

pytestmark = pytest.mark.django_db
STREAM = {"stream": True}


class Clock:
    """The time that deliveries go by."""

    def __init__(self) -> None:
        self.ms = subscriptions.now_ms()

    def __call__(self) -> int:
        return self.ms

    def pass_by(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(subscriptions, "now_ms", made)
    monkeypatch.setattr("lienvung.exchange.subscriptions_api.now_ms", made)
    return made


@pytest.fixture(autouse=True)
def _allowed(settings: Any) -> None:
    settings.WEBHOOK_ALLOW = ["127.0.0.1"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running(Receiver()) as server:
        yield server


@pytest.fixture
def farm() -> Sender:
    sender = Sender("HTX Nho Quan")
    assert keep(sender, "q", {"eventType": ["ObjectEvent"]}).status_code == 201
    return sender


def subscribe(sender: Sender, receiver: Receiver, headers: dict[str, str] | None = None, **body: Any) -> Any:
    asked = {"dest": receiver.url, **(body or STREAM)}
    answer = sender.post("/queries/q/subscriptions", json.dumps(asked).encode(), **(headers or {}))
    assert answer.status_code == 201, answer.content
    return answer


def send(sender: Sender, *numbers: int, **fields: Any) -> None:
    made = document(*(seen(pack(n), minute=n, **fields) for n in numbers))
    assert sender.post("/capture", made).status_code == 202


def deliver(answer: Any) -> None:
    subscriptions.step(Subscription.objects.get(pk=answer.json()["subscriptionID"]).pk)


def shown(sender: Sender, answer: Any) -> dict[str, Any]:
    return dict(sender.get(answer["Location"].removeprefix(BASE)).json())


def test_a_subscription_is_made_read_listed_and_ended(farm: Sender, receiver: Receiver) -> None:
    made = subscribe(farm, receiver, stream=True, signatureToken="bí mật")
    body = made.json()
    assert made["Location"].endswith(f"/queries/q/subscriptions/{body['subscriptionID']}")
    assert (body["dest"], body["stream"], body["state"], body["queryName"]) == (receiver.url, True, "active", "q")
    assert shown(farm, made) == body
    assert farm.get("/queries/q/subscriptions").json() == [body]
    for told in (made, farm.get("/queries/q/subscriptions")):
        assert "bí mật" not in told.content.decode()
    path = made["Location"].removeprefix(BASE)
    assert delete(farm, path).status_code == 204
    check_problem(farm.get(path), 404, "NoSuchResourceException")
    check_problem(farm.get("/queries/q/subscriptions/x"), 404, "NoSuchResourceException")
    assert farm.get("/queries/q/subscriptions").json() == []


def test_removing_a_query_ends_its_subscriptions(farm: Sender, receiver: Receiver) -> None:
    made = subscribe(farm, receiver)
    delete(farm, "/queries/q")
    with pytest.raises(ObjectDoesNotExist):
        deliver(made)
    assert receiver.calls == []


def test_another_organisation_sees_no_subscription(farm: Sender, receiver: Receiver) -> None:
    made = subscribe(farm, receiver)
    other = Sender("Người lạ")
    keep(other, "q", {})
    path = made["Location"].removeprefix(BASE)
    check_problem(other.get(path), 404, "NoSuchResourceException")
    check_problem(delete(other, path), 404, "NoSuchResourceException")
    assert other.get("/queries/q/subscriptions").json() == []
    assert shown(farm, made)["state"] == "active"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "/stream"),
        ({"stream": False}, "/stream"),
        ({"stream": "true"}, "/stream"),
        ({"stream": True, "schedule": {"second": "0"}}, "/stream"),
        ({"schedule": {}}, "/schedule"),
        ({"schedule": {"second": "60"}}, "/schedule/second"),
        ({"schedule": {"second": 0}}, "/schedule/second"),
        ({"stream": True, "reportIfEmpty": "yes"}, "/reportIfEmpty"),
        ({"stream": True, "initialRecordTime": "yesterday"}, "/initialRecordTime"),
        ({"stream": True, "initialRecordTime": 5}, "/initialRecordTime"),
        ({"stream": True, "signatureToken": 5}, "/signatureToken"),
        ({"stream": True, "signatureToken": "x" * 501}, "/signatureToken"),
        ({"stream": True, "dest": None}, "/dest"),
        ({"stream": True, "dest": "http://example.com/x"}, "/dest"),
        ({"stream": True, "dest": "https://10.1.2.3/x"}, "/dest"),
        ({"stream": True, "dest": "https://[::ffff:127.0.0.1]/x"}, "/dest"),
        ({"stream": True, "dest": "https://a:b@example.com/"}, "/dest"),
    ],
)
def test_what_is_asked_wrongly_is_a_problem_of_its_controls(
    farm: Sender, receiver: Receiver, body: dict[str, Any], path: str
) -> None:
    answer = farm.post("/queries/q/subscriptions", json.dumps({"dest": receiver.url, **body}).encode())
    assert check_problem(answer, 400, "SubscriptionControlsException")["errors"][0]["path"] == path
    assert farm.get("/queries/q/subscriptions").json() == []


def test_a_stream_gets_new_events_once_signed_and_in_order(farm: Sender, receiver: Receiver) -> None:
    send(farm, 1)
    made = subscribe(farm, receiver, stream=True, signatureToken="khoá")
    deliver(made)
    assert receiver.calls == []  # what was there before is not new
    send(farm, 3, 2)
    farm.post("/capture", document(seen(pack(9), minute=9), seen(pack(8), minute=8)))
    deliver(made)
    deliver(made)
    [call] = receiver.calls
    assert call.packs() == ["3", "2", "9", "8"]
    results = json.loads(call.body)["epcisBody"]["queryResults"]
    assert (results["queryName"], results["subscriptionID"]) == ("q", made.json()["subscriptionID"])
    assert call.headers["Content-Type"].startswith("application/json")
    assert call.is_signed_with("khoá")
    assert not call.is_signed_with("khoa")
    assert "lastNotifiedAt" in shown(farm, made)


def test_the_documented_check_of_the_signature_holds(farm: Sender, receiver: Receiver) -> None:
    page = Path(__file__).resolve().parents[2] / "docs/howto/subscriptions.md"
    [example] = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    known: dict[str, Any] = {}
    exec(example, known)
    made = subscribe(farm, receiver, stream=True, signatureToken="một khoá dài")
    send(farm, 1)
    deliver(made)
    [call] = receiver.calls
    assert known["is_genuine"](call.body, call.headers["GS1-Signature"], "một khoá dài")
    assert not known["is_genuine"](call.body + b" ", call.headers["GS1-Signature"], "một khoá dài")
    assert not known["is_genuine"](call.body, call.headers["GS1-Signature"], "khoá khác")


def test_only_what_matches_and_what_the_organisation_may_see(farm: Sender, receiver: Receiver) -> None:
    keep(farm, "packing", {"EQ_bizStep": ["packing"]})
    body = json.dumps({"dest": receiver.url, **STREAM}).encode()
    made = farm.post("/queries/packing/subscriptions", body)
    send(farm, 1, bizStep="packing")
    send(farm, 2, bizStep="storing")
    send(Sender("Người lạ"), 3, bizStep="packing")
    send(farm, 4, bizStep="packing")
    deliver(made)
    assert receiver.taken() == ["1", "4"]


def test_a_receiver_that_is_down_loses_nothing(farm: Sender, receiver: Receiver, clock: Clock) -> None:
    made = subscribe(farm, receiver)
    receiver.answers = [500, 302, 404, 429]
    waits = []
    for n in range(5):
        send(farm, n)
        deliver(made)
        deliver(made)  # not before its time
        next_ms = Subscription.objects.get().next_ms
        waits.append(next_ms - clock.ms)
        clock.ms = max(clock.ms, next_ms)
    assert [call.status for call in receiver.calls] == [500, 302, 404, 429, 200]
    assert [call.packs() for call in receiver.calls] == [
        ["0"],
        ["0", "1"],
        ["0", "1", "2"],
        list("0123"),
        list("01234"),
    ]
    assert receiver.taken() == list("01234")
    for failures, wait in enumerate(waits[:4]):
        assert 500 << failures <= wait <= 1000 << failures
    assert shown(farm, made)["failures"] == 0


def test_a_failing_subscription_is_shown_and_kept(farm: Sender, receiver: Receiver, clock: Clock) -> None:
    made = subscribe(farm, receiver)
    send(farm, 1)
    receiver.answers = [503] * 1000
    deliver(made)
    told = shown(farm, made)
    assert (told["state"], told["failures"], told["lastError"]) == ("retrying", 1, "HTTP 503")
    for _ in range(60):
        clock.pass_by(1800)
        deliver(made)
    assert shown(farm, made)["state"] == "failing"
    assert Subscription.objects.get().next_ms - clock.ms <= rules.LONGEST_WAIT_MS
    receiver.answers = []
    clock.pass_by(3600)
    deliver(made)
    assert receiver.taken() == ["1"]
    assert shown(farm, made)["state"] == "active"


def test_much_goes_out_in_several_posts(farm: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BATCH", 4)
    made = subscribe(farm, receiver)
    send(farm, *range(10))
    receiver.answers = [200, 500]
    deliver(made)
    assert [call.packs() for call in receiver.calls] == [list("0123"), list("4567")]
    Subscription.objects.update(next_ms=0)
    deliver(made)
    assert receiver.taken() == list("0123456789")
    assert max(len(call.packs()) for call in receiver.calls) == 4


def test_posts_have_a_size(farm: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BATCH_BYTES", 2_000)
    made = subscribe(farm, receiver)
    send(farm, *range(20))
    deliver(made)
    assert receiver.taken() == [str(n) for n in range(20)]
    assert all(len(call.body) <= 2_000 for call in receiver.calls)


def test_who_finds_it_too_large_gets_less_at_a_time(farm: Sender, receiver: Receiver) -> None:
    made = subscribe(farm, receiver)
    Subscription.objects.update(batch=8)
    send(farm, *range(8))
    receiver.answers = [413, 413]
    for _ in range(3):
        Subscription.objects.update(next_ms=0)
        deliver(made)
    assert [len(call.packs()) for call in receiver.calls] == [
        8,
        4,
        2,
        3,
        3,
    ]  # halved, halved, taken: a little more again
    assert receiver.taken() == [str(n) for n in range(8)]


def test_initial_record_time_begins_there(farm: Sender, receiver: Receiver) -> None:
    send(farm, 1)
    before = shown_record_time(farm)
    send(farm, 2)
    made = subscribe(farm, receiver, stream=True, initialRecordTime="2020-01-01T00:00:00+07:00")
    deliver(made)
    assert receiver.taken() == ["1", "2"]
    assert made.json()["initialRecordTime"] == "2019-12-31T17:00:00.000Z"
    again = subscribe(farm, receiver, stream=True, initialRecordTime=before)
    deliver(again)
    assert receiver.taken()[2:] in (["1", "2"], ["2"])  # both may be recorded in the same millisecond
    later = subscribe(farm, receiver, stream=True, initialRecordTime="2999-01-01T00:00:00Z")
    send(farm, 3)
    deliver(later)
    assert "3" not in receiver.taken()


def shown_record_time(sender: Sender) -> str:
    body = sender.get("/events").json()
    return str(body["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]["recordTime"])


def local(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, timezone.get_default_timezone()).strftime("%H:%M:%S")


def test_a_schedule_reports_once_a_moment(farm: Sender, receiver: Receiver, clock: Clock) -> None:
    made = subscribe(farm, receiver, schedule={"hour": "1", "minute": "5"})
    moment = Subscription.objects.get().next_ms
    assert local(moment) == "01:05:00"
    send(farm, 1)
    deliver(made)
    assert receiver.calls == []
    clock.ms = moment
    for _ in range(3):
        deliver(made)
    assert receiver.taken() == ["1"]
    following = Subscription.objects.get().next_ms
    assert following == moment + 24 * 3600 * 1000
    clock.ms = following
    deliver(made)
    assert len(receiver.calls) == 1  # nothing new, and reportIfEmpty is false


def test_an_empty_report_where_it_is_asked_for(farm: Sender, receiver: Receiver, clock: Clock) -> None:
    made = subscribe(farm, receiver, schedule={"minute": "0"}, reportIfEmpty=True)
    for expected in ([], ["1"], []):
        if expected:
            send(farm, 1)
        clock.ms = Subscription.objects.get().next_ms
        receiver.answers = [500]
        deliver(made)  # a failed report is tried again, also an empty one
        clock.pass_by(2)
        deliver(made)
        assert receiver.calls[-1].packs() == expected
    assert [call.status for call in receiver.calls] == [500, 200] * 3


def test_missed_moments_are_caught_up_with_once(farm: Sender, receiver: Receiver, clock: Clock) -> None:
    made = subscribe(farm, receiver, schedule={"minute": "0"}, reportIfEmpty=True)
    send(farm, 1, 2)
    clock.ms = Subscription.objects.get().next_ms + 5 * 3600 * 1000 + 1
    for _ in range(3):
        deliver(made)
    assert [call.packs() for call in receiver.calls] == [["1", "2"]]
    assert clock.ms < Subscription.objects.get().next_ms <= clock.ms + 3600 * 1000


def test_a_report_is_of_what_stood_when_it_began(farm: Sender, receiver: Receiver, clock: Clock) -> None:
    made = subscribe(farm, receiver, schedule={"minute": "0"})
    send(farm, 1)
    clock.ms = Subscription.objects.get().next_ms
    receiver.answers = [500]
    deliver(made)
    send(farm, 2)
    clock.pass_by(2)
    deliver(made)
    assert receiver.taken() == ["1"]
    clock.ms = Subscription.objects.get().next_ms
    deliver(made)
    assert receiver.taken() == ["1", "2"]


def test_a_revoked_token_stops_what_it_began(farm: Sender, receiver: Receiver, clock: Clock) -> None:
    made = subscribe(farm, receiver)
    send(farm, 1)
    revoke_token(by=None, token=ApiToken.objects.get(organisation=farm.organisation))
    deliver(made)
    clock.pass_by(3600)
    deliver(made)
    assert receiver.calls == []
    new = Sender("Khác")
    assert shown_by_state(made) == "stopped"
    assert new.get("/queries").json() == []


def shown_by_state(answer: Any) -> str:
    found = Subscription.objects.select_related("query", "token").get(pk=answer.json()["subscriptionID"])
    return str(subscription_body(found)["state"])


@pytest.mark.parametrize("end", ["disable", "remove"])
def test_an_account_that_left_stops_what_it_began(farm: Sender, receiver: Receiver, end: str) -> None:
    account = create_account(by=None, email="a@b.vn", full_name="A", password=None)
    add_member(by=None, account=account, organisation=farm.organisation, role="manager")
    farm.client.force_login(account)
    body = json.dumps({"dest": receiver.url, **STREAM})
    made = farm.client.post(BASE + "/queries/q/subscriptions", body, content_type="application/json")
    send(farm, 1)
    deliver(made)
    assert receiver.taken() == ["1"]
    if end == "disable":
        disable_account(by=None, account=account)
    else:
        remove_member(by=None, account=account, organisation=farm.organisation)
    send(farm, 2)
    deliver(made)
    assert receiver.taken() == ["1"]


def test_what_may_not_be_called_any_more_is_not_called(farm: Sender, receiver: Receiver, settings: Any) -> None:
    made = subscribe(farm, receiver)
    send(farm, 1)
    settings.WEBHOOK_ALLOW = []
    deliver(made)
    assert receiver.calls == []
    assert shown(farm, made)["state"] == "retrying"


def test_who_was_served_last_is_looked_at_last(farm: Sender, receiver: Receiver, clock: Clock) -> None:
    made = [subscribe(farm, receiver) for _ in range(3)]
    send(farm, 1)
    clock.pass_by(1)
    deliver(made[0])
    send(farm, 2)
    ids = [str(each.pk) for each in access.due(clock.ms, newest_rid())]
    assert set(ids[:2]) == {each.json()["subscriptionID"] for each in made[1:]}
    assert ids[2] == made[0].json()["subscriptionID"]


def test_two_workers_at_once_move_a_position_once(farm: Sender, receiver: Receiver) -> None:
    subscribe(farm, receiver)
    send(farm, 1, 2)
    first, second = Subscription.objects.get(), Subscription.objects.get()
    newest = newest_rid()
    assert actions.note_delivered(first, position=newest, sent=1, now_ms=1)
    assert not actions.note_delivered(second, position=newest - 1, sent=1, now_ms=2)
    assert not actions.note_failure(second, words="late", now_ms=2)
    assert Subscription.objects.get().position == newest


def test_what_the_server_itself_does_wrong_is_tried_again(
    farm: Sender, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subscribe(farm, receiver)
    send(farm, 1)
    with monkeypatch.context() as broken:
        broken.setattr(subscriptions, "render_events", lambda *_, **__: 1 / 0)
        deliver(made)
    assert shown(farm, made)["state"] == "retrying"
    clock.pass_by(2)
    deliver(made)
    assert receiver.taken() == ["1"]


def test_the_form_is_chosen_when_subscribing(farm: Sender, receiver: Receiver) -> None:
    urn = f"urn:epc:id:sgtin:8935000.{pack(1).split('/01/')[1][0]}00001.1"
    asked = {"Accept": "application/xml", "GS1-EPC-Format": "Always_EPC_URN", "GS1-CBV-XML-Format": "Always_URN"}
    made = subscribe(farm, receiver, asked)
    assert made["Content-Type"].startswith("application/json")
    assert (made.json()["epcFormat"], made.json()["format"]) == ("Always_EPC_URN", "application/xml")
    farm.post("/capture", document(seen(urn, bizStep="packing")))
    deliver(made)
    [call] = receiver.calls
    assert call.headers["Content-Type"].startswith("application/xml")
    assert call.headers["GS1-EPC-Format"] == "Always_EPC_URN"
    text = call.body.decode()
    assert "EPCISQueryDocument" in text
    assert urn in text
    assert "urn:epcglobal:cbv:bizstep:packing" in text
    assert made.json()["subscriptionID"] in text


def test_an_organisation_has_so_many_and_no_more(
    farm: Sender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "SUBSCRIPTIONS_MOST", 1)
    subscribe(farm, receiver)
    body = json.dumps({"dest": receiver.url, **STREAM}).encode()
    check_problem(farm.post("/queries/q/subscriptions", body), 403, "SecurityException")


def test_subscriptions_are_paged(farm: Sender, receiver: Receiver) -> None:
    made = [subscribe(farm, receiver).json()["subscriptionID"] for _ in range(5)]
    answer, found = farm.get("/queries/q/subscriptions?perPage=2"), []
    while True:
        found += [each["subscriptionID"] for each in answer.json()]
        if not answer.has_header("Link"):
            break
        answer = farm.get(answer["Link"].split("<")[1].split(">")[0].split(BASE)[1])
    assert sorted(found) == sorted(made)
    assert len(set(found)) == 5
