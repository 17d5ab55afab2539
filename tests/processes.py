"""Starting, awaiting and ending the processes of tests; no wait here is without an end."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(origin: str, server: subprocess.Popen[Any], said: Path | None = None) -> None:
    """Until the server answers, or has died, saying why."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server stopped: {read(said)}")
        try:
            urllib.request.urlopen(origin, timeout=2)
            return
        except (OSError, http.client.HTTPException):  # URLError and TimeoutError are OSErrors
            time.sleep(0.2)
    raise TimeoutError(f"no answer from {origin} in {START_SECONDS} s: {read(said)}")


def read(said: Path | None) -> str:
    return said.read_text(errors="replace") if said else ""


def end(process: subprocess.Popen[Any], number: int = signal.SIGTERM) -> None:
    """End a process that the test started, and wait for it."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
