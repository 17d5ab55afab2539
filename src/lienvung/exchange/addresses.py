"""Where a webhook may go: the rules against being used to reach into a network (SSRF). Pure.

Only https to addresses of the public internet. LIENVUNG_WEBHOOK_ALLOW lists what else may be called, in plain http
too: host names, and networks like 10.20.0.0/16 (an ERP in the same building, the tests).

    destination = destination_of("https://erp.example.vn/epcis", allowance)
    check_address("203.0.113.7", destination, allowance)      # for the very address that is then connected to
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lienvung.errors import Invalid

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST = 2_000
LOWEST_FREE_PORT = 1024
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?|[0-9A-Fa-f:.]{2,45}")

# IANA's special-purpose blocks, whole; 100.100.100.200 (metadata of a cloud) lies in the shared space,
# 192.0.0.192 (another's) in the protocol block. 168.63.129.16 is public by its number and a host's service in fact.
CLOSED_4 = [
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4",
    )
]  # fmt: skip
# Of IPv6 only what is given out as global unicast; so no loopback, link-local, unique local, multicast, IPv4-mapped,
# IPv4-compatible and NAT64 (64:ff9b::/96 and its local twin), which lie outside.
OPEN_6 = ipaddress.ip_network("2000::/3")
CLOSED_6 = [
    ipaddress.ip_network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")  # Teredo, 6to4 inside
]


class Refused(Invalid):
    """A destination that may not be called."""

    exception = "SubscriptionControlsException"


def refused(vi: str, en: str) -> Refused:
    return Refused("exchange.destination", vi=f"dest: {vi}", en=f"dest: {en}", path="/dest")


@dataclass(frozen=True)
class Allowance:
    """What may be called beyond the public internet."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, words: Sequence[str]) -> Allowance:
        hosts: set[str] = set()
        networks: list[Network] = []
        for word in words:
            try:
                networks.append(ipaddress.ip_network(word, strict=False))
            except ValueError:
                hosts.add(word.lower().rstrip("."))
        return cls(frozenset(hosts), tuple(networks))

    def covers(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return any(address.version == network.version and address in network for network in self.networks)


@dataclass(frozen=True)
class Destination:
    """A checked address of a webhook."""

    secure: bool
    host: str  # a name or an address without brackets, in small letters
    port: int
    target: str  # path and query

    @property
    def authority(self) -> str:
        """What the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def destination_of(url: str, allowance: Allowance) -> Destination:
    """Take a destination apart. Raises Refused for what is no plain address of a web server."""
    if len(url) > LONGEST or not _URL.fullmatch(url):
        raise refused("cần một địa chỉ https bằng chữ ASCII", "an https address in ASCII is needed")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise refused("địa chỉ hoặc cổng không hợp lệ", "the address or its port is not valid") from None
    if "@" in parts.netloc:
        raise refused("không được có tên và mật khẩu trong địa chỉ", "no user name or password in the address")
    if not _HOST.fullmatch(host) or "%" in parts.netloc:
        raise refused("tên máy không hợp lệ", "the host is not valid")
    secure = parts.scheme.lower() == "https"
    listed = host.rstrip(".") in allowance.hosts
    if not secure and not listed and not allowance.networks:
        raise refused("chỉ gọi qua https", "only https is called")
    if port is None:
        port = 443 if secure else 80
    if port == 0 or not (listed or allowance.networks or port == 443 or port >= LOWEST_FREE_PORT):
        raise refused(f"cổng {port} không được gọi", f"port {port} is not called")
    path = parts.path or "/"
    return Destination(secure, host, port, f"{path}?{parts.query}" if parts.query else path)


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in block for block in CLOSED_4)
    return parsed.scope_id is None and parsed in OPEN_6 and not any(parsed in block for block in CLOSED_6)


def check_address(address: str, destination: Destination, allowance: Allowance) -> None:
    """Raises Refused where the name leads to an address that may not be called."""
    if destination.host.rstrip(".") in allowance.hosts or allowance.covers(ipaddress.ip_address(address)):
        return
    if not is_public(address):
        raise refused("tên máy dẫn tới một địa chỉ không công cộng", "the host has an address that is not public")
    if not destination.secure:
        raise refused("chỉ gọi qua https", "only https is called")
    if destination.port != 443 and destination.port < LOWEST_FREE_PORT:
        raise refused(f"cổng {destination.port} không được gọi", f"port {destination.port} is not called")
