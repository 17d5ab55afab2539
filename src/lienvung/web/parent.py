"""A process that serves does not outlive the server that started it, even one that was killed and could not say so.

Otherwise an orphan would keep the port and answer on with old code.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

SERVER = "LIENVUNG_SERVER_PID"  # set by `lienvung serve` for its processes
CHECK_S = 0.5


def follow(parent: int, end: Callable[[], None]) -> None:
    """Call `end` once, as soon as this process has another parent."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_S)
        end()

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def follow_server() -> None:
    """End with the server, where one started this process."""
    told = os.environ.get(SERVER, "")
    if told.isdecimal() and int(told) == os.getppid():
        follow(int(told), lambda: os._exit(1))
