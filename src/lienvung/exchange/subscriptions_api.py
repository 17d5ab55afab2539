"""Subscriptions to named queries: made, listed, read and ended (EPCIS 2.0 section 12.8). The worker delivers."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lienvung.exchange import access, actions, rules
from lienvung.exchange.answers import form_of, json_answer
from lienvung.exchange.controls import controls_of, fault
from lienvung.exchange.deliver import check_destination
from lienvung.exchange.described import Answer, Body, Operation, Resource, path_parameter
from lienvung.exchange.models import Subscription
from lienvung.exchange.named_api import NAME, json_object, page_after
from lienvung.exchange.negotiation import EVENT_MEDIA, JSON, media_of
from lienvung.exchange.page_tokens import QUERIES_SALT
from lienvung.exchange.resource import asker_of, per_page_of, resource, with_next
from lienvung.exchange.subscriptions import kept_form, next_moment_ms, now_ms, position_at
from lienvung.ledger.events import iso
from lienvung.ledger.query import PER_PAGE_MOST
from lienvung.texts import Text


def wanted_of(request: HttpRequest) -> actions.Wanted:
    """What the body and the headers ask for. Raises SubscriptionControls, Refused."""
    body = json_object(request)
    controls = controls_of(body)
    dest = body.get("dest")
    if not isinstance(dest, str) or not dest:
        raise fault("/dest", "cần địa chỉ nhận", "the address to call is needed")
    # the published OpenAPI document calls it signatureToken in one place and secret in another
    token = body.get("signatureToken", body.get("secret", ""))
    if not isinstance(token, str) or len(token) > rules.SIGNATURE_TOKEN_LONGEST or "\x00" in token:
        raise fault(
            "/signatureToken",
            f"cần một chuỗi dài nhất {rules.SIGNATURE_TOKEN_LONGEST}",
            f"a string of at most {rules.SIGNATURE_TOKEN_LONGEST} characters is needed",
        )
    check_destination(dest)
    now = now_ms()
    schedule = controls.parsed()
    return actions.Wanted(
        dest=dest,
        signature_token=token,
        stream=controls.stream,
        schedule=controls.schedule,
        report_if_empty=controls.report_if_empty,
        initial_ms=controls.initial_ms,
        form=kept_form(form_of(request)),
        position=position_at(controls.initial_ms),
        next_ms=now if schedule is None else next_moment_ms(schedule, now),
    )


def post_subscription(request: HttpRequest, name: str) -> HttpResponse:
    asker = asker_of(request, "query")
    query = access.named_query(name, asker.organisations)
    made = actions.subscribe(query, wanted=wanted_of(request), by=access.credential_of(request), now_ms=now_ms())
    answer = json_answer(subscription_body(made), status=201)
    answer["Location"] = reverse("epcis:subscription", kwargs={"name": query.name, "id": str(made.pk)})
    return answer


def subscription_body(subscription: Subscription) -> dict[str, Any]:
    """What the standard tells of a subscription, and how its deliveries go; never the signature token."""
    now = now_ms()
    least = subscription.notified_ms or subscription.initial_ms or subscription.created_ms
    body = {
        "subscriptionID": str(subscription.pk),
        "queryName": subscription.query.name,
        "dest": subscription.dest,
        "createdAt": iso(subscription.created_ms),
        "minRecordTime": iso(least),
        "reportIfEmpty": subscription.report_if_empty,
        "epcFormat": subscription.form["epcs"],
        "format": subscription.form["content_type"],
        "state": rules.state(
            live=access.is_live(subscription), failing_since_ms=subscription.failing_since_ms, now_ms=now
        ),
        "failures": subscription.failures,
    }
    if subscription.stream:
        body["stream"] = True
    else:
        body["schedule"] = subscription.schedule
    if subscription.initial_ms is not None:
        body["initialRecordTime"] = iso(subscription.initial_ms)
    if subscription.notified_ms is not None:
        body["lastNotifiedAt"] = iso(subscription.notified_ms)
    if subscription.failures:
        body["lastError"] = subscription.last_error
        body["nextTryAt"] = iso(subscription.next_ms)
    return body


def get_subscriptions(request: HttpRequest, name: str) -> HttpResponse:
    asker = asker_of(request, "query")
    media_of(request, JSON)
    found = access.subscriptions_of(access.named_query(name, asker.organisations))
    wanted = min(per_page_of(request), PER_PAGE_MOST)
    after = page_after(request, QUERIES_SALT)
    if after is not None:
        found = found.filter(Q(created_ms__gt=int(after[0])) | Q(created_ms=int(after[0]), id__gt=after[1]))
    listed = list(found[: wanted + 1])
    following = None
    if len(listed) > wanted:
        following = signing.dumps([listed[wanted - 1].created_ms, str(listed[wanted - 1].pk)], salt=QUERIES_SALT)
    return with_next(request, json_answer([subscription_body(each) for each in listed[:wanted]]), following)


def get_subscription(request: HttpRequest, name: str, id: str) -> HttpResponse:
    asker = asker_of(request, "query")
    return json_answer(subscription_body(access.subscription(access.named_query(name, asker.organisations), id)))


def delete_subscription(request: HttpRequest, name: str, id: str) -> HttpResponse:
    asker = asker_of(request, "query")
    standing = access.subscription(access.named_query(name, asker.organisations), id)
    actions.unsubscribe(standing, by=access.credential_of(request))
    return HttpResponse(status=204)


# POST takes any media type in Accept: it chooses the form of what will be posted; the answer itself is JSON
subscriptions = resource(get=get_subscriptions, post=post_subscription, offers=EVENT_MEDIA)
subscription = resource(get=get_subscription, delete=delete_subscription, offers=JSON)

ABOUT = Text("Một đăng ký nhận tin", "A subscription")
RESOURCES = [
    Resource(
        "/queries/{queryName}/subscriptions",
        "subscriptions",
        tag="subscriptions",
        parameters=(NAME,),
        operations=(
            Operation(
                "GET",
                "listSubscriptions",
                Text("Các đăng ký nhận tin của truy vấn", "The subscriptions to a query"),
                paged=True,
                answers=(
                    Answer(
                        200,
                        Text("Danh sách đăng ký", "The subscriptions"),
                        schema={"type": "array", "items": {"$ref": "#/components/schemas/Subscription"}},
                        headers=("Link",),
                    ),
                ),
                problems=(400, 404),
            ),
            Operation(
                "POST",
                "subscribe",
                Text("Đăng ký nhận tin qua webhook", "Subscribe a webhook"),
                about=Text(
                    "Accept, GS1-EPC-Format, GS1-CBV-XML-Format và phiên bản chọn dạng của những gì sẽ gửi tới dest.",
                    "Accept, GS1-EPC-Format, GS1-CBV-XML-Format and the versions choose the form of what is posted to "
                    "dest.",
                ),
                formed=True,
                body=Body(about=ABOUT, schema="SubscriptionRequest"),
                answers=(Answer(201, ABOUT, schema="Subscription", headers=("Location",)),),
                problems=(400, 404, 413, 415),
            ),
        ),
    ),
    Resource(
        "/queries/{queryName}/subscriptions/{subscriptionID}",
        "subscription",
        tag="subscriptions",
        parameters=(NAME, path_parameter("subscriptionID", Text("Mã đăng ký", "The subscription's id"))),
        operations=(
            Operation(
                "GET",
                "getSubscription",
                Text("Xem một đăng ký nhận tin", "Read a subscription"),
                answers=(Answer(200, ABOUT, schema="Subscription"),),
                problems=(404,),
            ),
            Operation(
                "DELETE",
                "unsubscribe",
                Text("Thôi nhận tin", "End a subscription"),
                answers=(Answer(204, Text("Đã thôi", "Ended")),),
                problems=(404,),
            ),
        ),
    ),
]
