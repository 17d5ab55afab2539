"""Webhooks cannot be used to reach into a network: rules of addresses, and a real call with its name rebound.

The twin at the end leaves the pinning out and must be fooled; else the test beside it would prove nothing.
"""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from tests.webhooks import Receiver, running

from lienvung.exchange import deliver
from lienvung.exchange.addresses import Allowance, Refused, check_address, destination_of, is_public

NOBODY = Allowance()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
        "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1",
        "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "100::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(Refused):
        check_address(address, destination_of("https://a.example/", NOBODY), NOBODY)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "2606:4700::1"],
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)
    check_address(address, destination_of("https://a.example/", NOBODY), NOBODY)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_public(address: Any) -> None:
    if not address.is_global or address.is_multicast:
        assert not is_public(str(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/", "ftp://a.example/", "//a.example/", "a.example", "https://", "https:///x",
        "https://user@a.example/", "https://user:secret@a.example/", "https://a.example@b.example/",
        "https://a.example\\@b.example/", "https://a.example:22/", "https://a.example:80/", "https://a.example:0/",
        "https://a.example:99999/", "https://a.example:x/", "https://a.example/ x", "https://a.example/\r\nHost: b",
        "https://a.exa%6dple/", "https://a.example/#part", "https://à.example/", "https://[::1%25eth0]/",
        "https://[::1/", "https://-a/", "https://" + "a" * 3000, "file:///etc/passwd", "gopher://a/", "HTTP://a.example/",
    ],
)  # fmt: skip
def test_destinations_that_are_refused_by_their_looks(url: str) -> None:
    with pytest.raises(Refused) as refused:
        destination_of(url, NOBODY)
    assert refused.value.path == "/dest"


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "authority"),
    [
        ("https://a.example", "a.example", 443, "/", "a.example"),
        ("https://A.example:8443/x?y=1", "a.example", 8443, "/x?y=1", "a.example:8443"),
        ("https://[2606:4700::1]:8443/", "2606:4700::1", 8443, "/", "[2606:4700::1]:8443"),
    ],
)
def test_a_destination_is_taken_apart(url: str, host: str, port: int, target: str, authority: str) -> None:
    found = destination_of(url, NOBODY)
    assert (found.host, found.port, found.target, found.authority) == (host, port, target, authority)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "localhost.", "[::1]"])
def test_other_spellings_of_this_machine_are_seen_through(host: str) -> None:
    with pytest.raises(Refused):
        deliver.check_destination(f"https://{host}/")


def test_one_private_address_among_public_ones_is_enough(settings: Any) -> None:
    with pytest.raises(Refused):
        deliver.post("https://a.example/", b"", {}, resolve=lambda *_: ["1.1.1.1", "10.0.0.1"])


def test_what_is_listed_may_be_called(settings: Any) -> None:
    settings.WEBHOOK_ALLOW = ["erp.local", "10.20.0.0/16"]
    allowed = deliver.allowance()
    check_address("10.0.0.1", destination_of("http://erp.local:81/", allowed), allowed)
    check_address("10.20.9.9", destination_of("http://other.local/", allowed), allowed)
    for address, url in [("10.21.0.1", "http://other.local/"), ("1.1.1.1", "http://other.example/")]:
        with pytest.raises(Refused):
            check_address(address, destination_of(url, allowed), allowed)
    with pytest.raises(Refused):
        check_address("1.1.1.1", destination_of("https://other.example:25/", allowed), allowed)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running(Receiver()) as server:
        yield server


def test_a_redirect_is_not_followed(settings: Any, receiver: Receiver) -> None:
    settings.WEBHOOK_ALLOW = ["127.0.0.1"]
    receiver.answers, receiver.location = [307], f"http://127.0.0.1:{receiver.server_port}/elsewhere"
    with pytest.raises(deliver.Undelivered) as failed:
        deliver.post(f"http://127.0.0.1:{receiver.server_port}/in", b"{}", {})
    assert failed.value.status == 307
    assert [call.path for call in receiver.calls] == ["/in"]


def test_a_name_that_changes_after_the_check_gains_nothing(settings: Any, receiver: Receiver) -> None:
    """The name is asked once, and the answer that was checked is the one that is called."""
    settings.WEBHOOK_ALLOW = ["127.0.0.1/32"]
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    deliver.post(f"http://rebound.example:{receiver.server_port}/x", b"1", {}, resolve=lambda *_: next(answers))
    [call] = receiver.calls
    assert (call.path, call.headers["Host"], call.body) == ("/x", f"rebound.example:{receiver.server_port}", b"1")
    assert next(answers) == ["127.0.0.2"]  # never asked for


def test_the_twin_without_pinning_is_fooled(monkeypatch: pytest.MonkeyPatch, settings: Any, receiver: Receiver) -> None:
    """Check the name, then let the library resolve it again: the second answer is called. That is the attack."""
    settings.WEBHOOK_ALLOW = []
    answers = iter(["1.1.1.1", "127.0.0.1"])

    def fake(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    url = f"http://rebound.example:{receiver.server_port}/secret"
    with pytest.raises(Refused):
        check_address("127.0.0.1", destination_of(url.replace("http", "https"), NOBODY), NOBODY)
    assert is_public(deliver.look_up("rebound.example", receiver.server_port)[0])  # the check is content
    urllib3.PoolManager().request("POST", url, body=b"", retries=False)
    assert [call.path for call in receiver.calls] == ["/secret"]


def test_a_body_that_never_ends_is_not_read(settings: Any) -> None:
    settings.WEBHOOK_ALLOW = ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as door:
        sent = threading.Event()

        def flood() -> None:
            peer, _ = door.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
                try:
                    while True:
                        peer.sendall(b"x" * 65536)
                except OSError:
                    sent.set()

        threading.Thread(target=flood, daemon=True).start()
        deliver.post(f"http://127.0.0.1:{door.getsockname()[1]}/", b"", {})
        assert sent.wait(10)


def test_a_call_ends_in_time_however_slowly_it_is_answered(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_ALLOW = ["127.0.0.1"]
    monkeypatch.setattr(deliver, "WHOLE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as door:
        ended = threading.Event()

        def drip() -> None:
            peer, _ = door.accept()
            with peer:
                peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                try:
                    while not ended.wait(0.05):  # each byte comes well before any single read gives up
                        peer.sendall(b"x")
                except OSError:
                    pass

        threading.Thread(target=drip, daemon=True).start()
        with pytest.raises(deliver.Undelivered):
            deliver.post(f"http://127.0.0.1:{door.getsockname()[1]}/", b"", {})
        ended.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-days", "2",
         "-subj", "/CN=hook.example", "-addext", "subjectAltName=DNS:hook.example"],
        capture_output=True,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("openssl is needed to make a certificate")
    return folder


@pytest.mark.parametrize(("name", "trusted", "taken"), [
    ("hook.example", True, True), ("other.example", True, False), ("hook.example", False, False),
])  # fmt: skip
def test_the_certificate_must_be_that_of_the_name(
    monkeypatch: pytest.MonkeyPatch, settings: Any, certificate: Path, name: str, trusted: bool, taken: bool
) -> None:
    settings.WEBHOOK_ALLOW = ["127.0.0.1/32"]
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    server = Receiver()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server):
        url = f"https://{name}:{server.server_port}/"
        if taken:
            deliver.post(url, b"x", {}, resolve=lambda *_: ["127.0.0.1"])
        else:
            with pytest.raises(deliver.Undelivered, match="TLS"):
                deliver.post(url, b"x", {}, resolve=lambda *_: ["127.0.0.1"])
        assert len(server.calls) == int(taken)
