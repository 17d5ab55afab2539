"""What can go wrong between a client and a server: one tree, below the house's own `lienvung.errors.Problem`.

    ClientError
    ├── Unreachable            no answer: no connection, time over, connection lost
    ├── Unusable               an answer that cannot be used: too large, not what the standard says, leads elsewhere
    ├── CaptureFailed          the job ended with faults (`job`)
    └── Refused                the server answered with a problem (`status`, `type`, `title`, `faults`, `location`)
        ├── NotAuthenticated   401
        ├── Forbidden          403
        ├── Missing            404
        ├── Taken              409
        ├── OverLimit          413, 414
        └── ServerFailed       5xx

`Refused.type` is the standard's name without its prefix ("ValidationException"), `faults` every single fault with the
path of its place in what was sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lienvung.errors import Problem


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in what was sent: where (a JSON Pointer or an XPath), what, and the server's code for it."""

    path: str
    detail: str
    type: str = ""
    code: str = ""
    detail_vi: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}" if self.path else self.detail

    @classmethod
    def of(cls, value: Any) -> Fault:
        """From one member of a problem's or a job's `errors`; servers differ in what they put there."""
        if not isinstance(value, Mapping):
            return cls("", str(value))
        words = {name: str(value.get(name) or "") for name in ("path", "detail", "title", "type", "code", "detail_vi")}
        return cls(
            words["path"], words["detail"] or words["title"], name_of(words["type"]), words["code"], words["detail_vi"]
        )


class ClientError(Problem):
    """Base of all that the client raises about a server."""


class Unreachable(ClientError):
    """No answer came."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            "client.unreachable",
            vi=f"không kết nối được {address}: {reason}",
            en=f"no answer from {address}: {reason}",
        )


class Unusable(ClientError):
    """An answer came that cannot be used."""

    def __init__(self, code: str, *, vi: str, en: str) -> None:
        super().__init__(f"client.{code}", vi=vi, en=en)


class Refused(ClientError):
    """The server answered with a problem (RFC 7807)."""

    def __init__(self, status: int, body: Mapping[str, Any], *, location: str | None = None) -> None:
        self.type = name_of(str(body.get("type") or ""))
        self.title = str(body.get("title") or "")
        self.detail = str(body.get("detail") or "")
        self.body = dict(body)
        self.location = location
        listed = body.get("errors")
        self.faults = tuple(Fault.of(fault) for fault in listed) if isinstance(listed, list) else ()
        said = self.detail or self.title or "no reason given"
        super().__init__(
            f"client.{self.type or 'refused'}",
            vi=f"máy chủ trả lời {status}: {body.get('detail_vi') or said}",
            en=f"the server answered {status}: {said}" + "".join(f"\n  {fault}" for fault in self.faults[:20]),
        )
        self.path = self.faults[0].path if len(self.faults) == 1 else ""  # the message has it already
        self.status = status


class NotAuthenticated(Refused):
    """401: no token, or one that is not known (any more)."""


class Forbidden(Refused):
    """403: the token may not do this."""


class Missing(Refused):
    """404: no such thing here, or not for this token."""


class Taken(Refused):
    """409: the name or eventID belongs to something else."""


class OverLimit(Refused):
    """413 or 414: more than the server takes or gives at once."""


class ServerFailed(Refused):
    """5xx."""


_BY_STATUS: dict[int, type[Refused]] = {
    401: NotAuthenticated,
    403: Forbidden,
    404: Missing,
    409: Taken,
    413: OverLimit,
    414: OverLimit,
}


def refusal(status: int, body: bytes, *, location: str | None = None) -> Refused:
    """The error for an answer of 400 or more, whatever its body is."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    told: Mapping[str, Any] = value if isinstance(value, dict) else {"detail": body[:300].decode("utf-8", "replace")}
    kind = _BY_STATUS.get(status, ServerFailed if status >= 500 else Refused)
    return kind(status, told, location=location)


def name_of(problem_type: str) -> str:
    """ "epcisException:ValidationException" -> "ValidationException"."""
    return problem_type.removeprefix("epcisException:")
