"""A Python client for EPCIS 2.0 servers, and for what a Lienvung server has beside the standard.

    from lienvung.client import Client

    with Client("https://truyxuat.example.vn", token=token) as ledger:
        ledger.capture(document, wait=True).checked()
        for event in ledger.events(eventType="ObjectEvent", EQ_bizStep=["shipping", "receiving"]):
            print(event["eventTime"], event["bizStep"])

`EpcisClient(root)` speaks to any EPCIS 2.0 repository; `Client(site)` adds trace, recall scope and the resolver.
Neither needs Django. docs/howto/client.md shows each part with an example that is run by the tests.
"""

from lienvung.client.documents import document_of
from lienvung.client.errors import (
    ClientError,
    Fault,
    Forbidden,
    Missing,
    NotAuthenticated,
    OverLimit,
    Refused,
    ServerFailed,
    Taken,
    Unreachable,
    Unusable,
)
from lienvung.client.forms import Form
from lienvung.client.jobs import CaptureFailed, Job
from lienvung.client.links import Link, Linkset, Resolution
from lienvung.client.pages import EventPage
from lienvung.client.signature import signature_of, verify_signature
from lienvung.client.site import Client
from lienvung.client.standard import EpcisClient
from lienvung.client.subscribing import Abilities, Subscription

__all__ = [
    "Abilities",
    "CaptureFailed",
    "Client",
    "ClientError",
    "EpcisClient",
    "EventPage",
    "Fault",
    "Forbidden",
    "Form",
    "Job",
    "Link",
    "Linkset",
    "Missing",
    "NotAuthenticated",
    "OverLimit",
    "Refused",
    "Resolution",
    "ServerFailed",
    "Subscription",
    "Taken",
    "Unreachable",
    "Unusable",
    "document_of",
    "signature_of",
    "verify_signature",
]
