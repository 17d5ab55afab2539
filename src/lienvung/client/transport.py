"""Requests to one server, made safely.

The token goes to the origin (scheme, host, port) it was given for and nowhere else: a redirect or a next link that
leads to another origin is not followed but raised. Answers are read up to a limit. What may be sent again without harm
is sent again where the network or the server failed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import urllib3

from lienvung import __version__
from lienvung.client.errors import Unreachable, Unusable, refusal
from lienvung.errors import Invalid

DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TRY_AGAIN = frozenset({429, 502, 503, 504})
MAX_REDIRECTS = 5
LONGEST_PAUSE = 30.0
CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def origin_of(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(scheme, 0)


def joined(base: str, address: str) -> str:
    """An address of an answer, made whole. Raises Unusable for what is none."""
    try:
        return urljoin(base, address)
    except ValueError:
        raise Unusable(
            "bad_address",
            vi=f"máy chủ đưa một địa chỉ sai: {address[:200]}",
            en=f"the server gives a malformed address: {address[:200]}",
        ) from None


def last_segment(address: str) -> str:
    """The last part of the path in a Location, decoded. Raises Unusable for what is no address."""
    return unquote(path_in(address).rstrip("/").rpartition("/")[2])


def path_in(address: str) -> str:
    """The path of a Location, still encoded; "" where there is none. Raises Unusable for what is no address."""
    return urlsplit(joined("http://localhost", address)).path if address else ""


def checked_base(url: str, *, token: str | None, allow_http: bool) -> str:
    """The base address without a slash at its end. Raises Invalid for one that cannot be used safely."""
    try:
        parts = urlsplit(url.strip())
        scheme, host, _ = origin_of(url.strip())
    except ValueError:
        parts, scheme, host = urlsplit(""), "", ""
    if scheme not in DEFAULT_PORTS or not host or parts.query or parts.fragment or parts.username is not None:
        raise Invalid(
            "client.base_url",
            vi="Địa chỉ phải có dạng https://máy-chủ[:cổng][/đường-dẫn], không kèm mật khẩu",
            en="the address must look like https://host[:port][/path], without a password",
            path="base_url",
        )
    if token is not None and scheme == "http" and host not in LOOPBACK and not allow_http:
        raise Invalid(
            "client.token_in_clear",
            vi="Không gửi khoá qua http không mã hoá; hãy dùng https, hoặc allow_http=True nếu mạng nội bộ an toàn",
            en="the token is not sent over plain http; use https, or allow_http=True on a network you trust",
            path="base_url",
        )
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def checked_token(token: str | None) -> str | None:
    if token is not None and (not token or not token.isascii() or any(c <= " " or c == "\x7f" for c in token)):
        raise Invalid(
            "client.token",
            vi="Khoá API có ký tự không hợp lệ",
            en="the token has characters that no token has",
            path="token",
        )
    return token


@dataclass
class Transport:
    """One server, one token."""

    base: str
    token: str | None = None
    timeout: float = 30.0
    retries: int = 2
    max_answer_bytes: int = 64 * 1024 * 1024
    ca_certs: str | None = None
    pool: urllib3.PoolManager = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.pool = urllib3.PoolManager(
            num_pools=4, maxsize=4, timeout=urllib3.Timeout(total=self.timeout), retries=False, ca_certs=self.ca_certs
        )

    def __repr__(self) -> str:
        return f"Transport({self.base!r})"  # without the token: representations end in logs

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        repeatable: bool | None = None,
        follow: bool = True,
    ) -> Answer:
        """An answer below 400. `url` may be relative to the base. Raises Unreachable, Unusable or Refused.

        `follow=False` answers a redirect itself. `repeatable` says that sending twice does no harm.
        """
        target = self.at_home(joined(self.base + "/", url))
        again = self.retries if (method in {"GET", "HEAD", "OPTIONS"} if repeatable is None else repeatable) else 0
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._with_retries(method, target, headers or {}, body, again)
            if answer.status < 300 or (answer.status < 400 and not follow):
                return answer
            if answer.status >= 400:
                raise refusal(answer.status, answer.body, location=answer.headers.get("location"))
            if method not in {"GET", "HEAD"} or "location" not in answer.headers:
                raise Unusable(
                    "redirect",
                    vi=f"máy chủ chuyển hướng {method} ({answer.status})",
                    en=f"the server redirects a {method} ({answer.status})",
                )
            target = self.at_home(joined(target, answer.headers["location"]))
        raise Unusable("redirects", vi="chuyển hướng quá nhiều lần", en="too many redirects")

    def at_home(self, url: str) -> str:
        """`url`, if it is of the server that the token is for; an http link of an https server (a proxy that does not
        tell the server its scheme) is asked by https. Raises Unusable else."""
        ours = urlsplit(self.base)
        try:
            theirs = urlsplit(url)
            known = origin_of(url) == origin_of(self.base) and theirs.username is None
            same_host = theirs.netloc.lower() == ours.netloc.lower()
        except ValueError:
            known, same_host, theirs = False, False, urlsplit("")
        if not known and same_host and (theirs.scheme, ours.scheme) == ("http", "https"):
            known = True
        if not known:
            raise Unusable(
                "elsewhere",
                vi=f"máy chủ dẫn sang nơi khác: {url[:200]}",
                en=f"the server leads to another place, where the token does not go: {url[:200]}",
            )
        return urlunsplit((ours.scheme, ours.netloc, theirs.path, theirs.query, ""))

    def _with_retries(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, again: int
    ) -> Answer:
        for attempt in range(again + 1):
            pause = min(0.2 * 2**attempt, LONGEST_PAUSE) * (0.5 + random.random() / 2)
            try:
                answer = self._once(method, url, headers, body)
            except Unreachable:
                if attempt == again:
                    raise
            else:
                if attempt == again or answer.status not in TRY_AGAIN:
                    return answer
                told = answer.headers.get("retry-after", "")
                pause = min(float(told), LONGEST_PAUSE) if told.isdecimal() else pause
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        sent = {"User-Agent": f"lienvung-client/{__version__}", "Accept-Encoding": "gzip", **headers}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        try:
            response = self.pool.request(
                method, url, headers=sent, body=body, redirect=False, preload_content=False, decode_content=True
            )
            try:
                data = self._read(response)
            finally:
                response.release_conn()
        except urllib3.exceptions.HTTPError as fault:
            scheme, host, port = origin_of(url)
            raise Unreachable(f"{scheme}://{host}:{port}", str(fault) or type(fault).__name__) from fault
        known = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, known, data, url)

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.stream(CHUNK, decode_content=True):
            size += len(part)
            if size > self.max_answer_bytes:
                response.close()
                raise Unusable(
                    "answer_too_large",
                    vi=f"câu trả lời lớn hơn {self.max_answer_bytes} byte",
                    en=f"the answer is larger than {self.max_answer_bytes} bytes (max_answer_bytes)",
                )
            parts.append(part)
        return b"".join(parts)
