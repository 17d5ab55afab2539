"""Pure decisions about named queries and subscriptions: names, limits, waiting times, states."""

from __future__ import annotations

import re

RESERVED_NAME = "SimpleEventQuery"
"""What the standard calls a query that is not kept; the answers of GET /events bear it."""

NAME = re.compile(r"[^\W_][\w.~:@-]{0,99}")
QUERIES_MOST = 100  # of an organisation
SUBSCRIPTIONS_MOST = 50  # of an organisation
SOCKETS_MOST = 20  # of an organisation, in one process
DEST_LONGEST = 2_000
SIGNATURE_TOKEN_LONGEST = 500

BATCH = 500  # events in one post
BATCH_BYTES = 4 * 1024 * 1024

FIRST_WAIT_MS = 1_000
LONGEST_WAIT_MS = 3_600_000
FAILING_AFTER_MS = 3_600_000


def name_is_good(name: str) -> bool:
    """Letters and digits of any script and `_ . ~ : @ -`, so that it stands in an address as it is."""
    return NAME.fullmatch(name) is not None and name != RESERVED_NAME


def wait_ms(failures: int, jitter: float) -> int:
    """How long to wait after so many failures in a row: doubled each time, then half of it by chance (0 ≤ jitter ≤ 1),
    so that many subscriptions to one receiver do not come back all at once."""
    whole = min(FIRST_WAIT_MS << min(max(failures, 1) - 1, 20), LONGEST_WAIT_MS)
    return whole // 2 + int(whole / 2 * jitter)


def state(*, live: bool, failing_since_ms: int | None, now_ms: int) -> str:
    """active | retrying | failing (for long) | stopped (its token was revoked)."""
    if not live:
        return "stopped"
    if failing_since_ms is None:
        return "active"
    return "failing" if now_ms - failing_since_ms >= FAILING_AFTER_MS else "retrying"
