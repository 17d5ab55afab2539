"""What became of a capture: the standard's capture job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lienvung.client.errors import ClientError, Fault, Unusable


@dataclass(frozen=True, slots=True)
class Job:
    """A capture job. While `running`, `success` says whether a fault was seen so far; after it, whether all is stored.

    With `rollback` a job without success has stored nothing; with `proceed` it has stored what had no fault.
    """

    id: str
    running: bool
    success: bool
    behaviour: str = "rollback"
    created_at: datetime | None = None
    finished_at: datetime | None = None
    faults: tuple[Fault, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, body: Mapping[str, Any], *, job_id: str = "") -> Job:
        """Raises Unusable where it is not told whether the job runs and succeeds: silence is no failure."""
        if not isinstance(body.get("running"), bool) or not isinstance(body.get("success"), bool):
            raise Unusable(
                "odd_job",
                vi="câu trả lời về lần ghi thiếu running hoặc success",
                en="the answer about a capture job lacks running or success",
            )
        listed = body.get("errors")
        return cls(
            id=str(body.get("captureID") or job_id),
            running=body["running"],
            success=body["success"],
            behaviour=str(body.get("captureErrorBehaviour") or "rollback"),
            created_at=moment(body.get("createdAt")),
            finished_at=moment(body.get("finishedAt")),
            faults=tuple(Fault.of(fault) for fault in listed) if isinstance(listed, list) else (),
            body=dict(body),
        )

    @property
    def new_events(self) -> int | None:
        """How many events were new; only a Lienvung server tells."""
        return _count(self.body.get("newEvents"))

    @property
    def known_events(self) -> int | None:
        """How many were there already; only a Lienvung server tells."""
        return _count(self.body.get("knownEvents"))

    def checked(self) -> Job:
        """Itself, if all was stored (so far). Raises CaptureFailed else."""
        if not self.success:
            raise CaptureFailed(self)
        return self


class CaptureFailed(ClientError):
    """A job ended with faults."""

    def __init__(self, job: Job) -> None:
        listed = "".join(f"\n  {fault}" for fault in job.faults[:20])
        super().__init__(
            "client.capture_failed",
            vi=f"lần ghi {job.id} có {len(job.faults)} lỗi{listed}",
            en=f"the capture {job.id} has {len(job.faults)} faults{listed}",
        )
        self.job = job


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def moment(value: Any) -> datetime | None:
    """A time of an answer, or None where there is none that can be read."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
