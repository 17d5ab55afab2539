"""Addresses of the EPCIS 2.0 REST binding, mounted at /epcis/v2/."""

from django.urls import path

from lienvung.exchange import (
    anonymous_api,
    capture_api,
    events_api,
    named_api,
    openapi,
    page_tokens,
    resource,
    subscriptions_api,
    top_level,
    trace_api,
)

app_name = "epcis"
urlpatterns = [
    path("", top_level.top, name="top"),
    path("capture", capture_api.captures, name="captures"),
    path("capture/<str:job>", capture_api.capture_job, name="job"),
    path("events", events_api.events, name="events"),
    path("events/<path:event_id>", events_api.event, name="event"),
    *(
        path(f"{of.kind}{tail}", views[of.kind], name=name)
        for of in top_level.COLLECTIONS
        for tail, views, name in (
            ("", top_level.LISTS, of.kind),
            ("/<path:value>/events", top_level.EVENTS, f"events_of_{of.name}"),
            ("/<path:value>", top_level.ONES, of.name),
        )
    ),
    path("nextPageToken/<str:token>", page_tokens.page_token, name="page_token"),
    path("trace/<path:id>", trace_api.trace_of, name="trace"),
    path("recall-scope/<path:id>", trace_api.recall_scope_of, name="recall_scope"),
    path("queries", named_api.queries, name="queries"),
    path("queries/<str:name>", named_api.query, name="query"),
    path("queries/SimpleEventQuery/events", anonymous_api.anonymous, name="anonymous"),
    path("queries/<str:name>/events", named_api.query_events, name="query_events"),
    path("queries/<str:name>/subscriptions", subscriptions_api.subscriptions, name="subscriptions"),
    path("queries/<str:name>/subscriptions/<str:id>", subscriptions_api.subscription, name="subscription"),
    path("openapi.json", openapi.openapi, name="openapi"),
    path("<path:rest>", resource.unknown, name="unknown"),
]
