"""One POST to a webhook: the name is resolved here, the address checked, and that very address connected to.

So a name that changes between check and call (DNS rebinding) gains nothing; TLS still asks for a certificate of the
name. No redirect is followed, no proxy asked, the answer's body is not read, and the whole call ends in time.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from lienvung.exchange.addresses import Allowance, Destination, check_address, destination_of, refused

log = logging.getLogger(__name__)
CONNECT_S = 5.0
READ_S = 10.0
WHOLE_S = 30.0
LOOK_UP_S = 5.0
TRIES = 2  # addresses of one name
Resolve = Callable[[str, int], list[str]]


class Undelivered(Exception):
    """The receiver did not take it; `status` is what it answered, None where it did not; `events` were sent."""

    def __init__(self, words: str, *, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.events = 0


def allowance() -> Allowance:
    return Allowance.of(settings.WEBHOOK_ALLOW)


def sign(token: str, body: bytes) -> str:
    """The header GS1-Signature: HMAC-SHA256 of the body, keyed with the subscriber's token, in hexadecimal."""
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


_lookers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="look-up")


def addresses_of(destination: Destination, *, resolve: Resolve = look_up) -> list[str]:
    """The checked addresses of a destination. Raises Refused where one of them may not be called, or there is none."""
    asked = _lookers.submit(resolve, destination.host, destination.port)
    try:
        found = asked.result(timeout=LOOK_UP_S)
    except (OSError, UnicodeError, FutureTimeout):
        asked.cancel()
        raise refused("không tìm thấy tên máy", "the host is not found") from None
    if not found:
        raise refused("không tìm thấy tên máy", "the host is not found")
    for address in found:
        check_address(address, destination, allowance())
    return found


def check_destination(url: str) -> None:
    """Raises Refused where a webhook may not go to this address, as its name resolves now."""
    addresses_of(destination_of(url, allowance()))


def post(url: str, body: bytes, headers: Mapping[str, str], *, resolve: Resolve = look_up) -> None:
    """Send; returns when the receiver answered 2xx. Raises Undelivered, Refused."""
    destination = destination_of(url, allowance())
    trouble: Undelivered | None = None
    for address in addresses_of(destination, resolve=resolve)[:TRIES]:
        try:
            status = _send(address, destination, body, headers)
        except (OSError, HTTPError, ssl.SSLError, ValueError) as fault:
            trouble = Undelivered(_words(fault))
            continue
        if 200 <= status < 300:
            return
        raise Undelivered(f"HTTP {status}", status=status)
    raise trouble or Undelivered("no address")


def _words(fault: Exception) -> str:
    """What went wrong, in words that tell nothing of a network behind."""
    text = f"{type(fault).__name__} {fault}".lower()
    if "certificate" in text or "ssl" in text:
        return "TLS failed: the certificate is not valid for this name"
    if "timed out" in text or "timeout" in text:
        return "no answer in time"
    return "no connection"


def _connection(address: str, destination: Destination) -> HTTPConnection:
    if not destination.secure:
        return HTTPConnection(address, destination.port, timeout=CONNECT_S)
    return HTTPSConnection(
        address,
        destination.port,
        timeout=CONNECT_S,
        server_hostname=destination.host.rstrip("."),
        ssl_context=ssl.create_default_context(),
    )


def _cut(connection: HTTPConnection, late: threading.Event) -> None:
    """End a call that takes too long, wherever it is."""
    late.set()
    sock: Any = connection.sock
    if sock is not None:
        try:
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        except OSError:
            pass


def _send(address: str, destination: Destination, body: bytes, headers: Mapping[str, str]) -> int:
    connection = _connection(address, destination)
    late = threading.Event()
    clock = threading.Timer(WHOLE_S, _cut, (connection, late))
    clock.daemon = True
    clock.start()
    try:
        connection.connect()
        connection.timeout = READ_S
        if connection.sock is not None:
            connection.sock.settimeout(READ_S)
        connection.request(
            "POST",
            destination.target,
            body=body,
            headers={**headers, "Host": destination.authority, "Connection": "close"},
            preload_content=False,
        )
        status = int(connection.getresponse().status)
        if late.is_set():  # what is cut off in its headers looks like an answer
            raise TimeoutError
        return status
    finally:
        clock.cancel()
        connection.close()
