"""A receiver of webhooks for tests: a real HTTP server that keeps what it got and answers as it is told."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Call:
    path: str
    headers: dict[str, str]
    body: bytes
    status: int

    def events(self) -> list[dict[str, Any]]:
        return list(json.loads(self.body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"])

    def packs(self) -> list[str]:
        """The serials of the packs in it."""
        return [event["epcList"][0].rsplit("/", 1)[1] for event in self.events()]

    def is_signed_with(self, token: str) -> bool:
        """Written apart from the product, as the documentation tells a receiver to check."""
        told = self.headers.get("GS1-Signature", "")
        return hmac.compare_digest(told, hmac.new(token.encode(), self.body, hashlib.sha256).hexdigest())


class Receiver(ThreadingHTTPServer):
    """`answers` are the statuses of the next calls; then 200."""

    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        self.calls: list[Call] = []
        self.answers: list[int] = []
        self.location = ""
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/in"

    def taken(self) -> list[str]:
        """The packs of all calls that were answered 2xx, in order."""
        return [pack for call in self.calls if 200 <= call.status < 300 for pack in call.packs()]


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.server.calls.append(Call(self.path, dict(self.headers), body, status))
        self.send_response(status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running(server: Receiver) -> Iterator[Receiver]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
