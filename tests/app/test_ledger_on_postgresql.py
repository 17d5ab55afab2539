"""The ledger's and the resolver's tests once more, on PostgreSQL: LIENVUNG_TEST_POSTGRES is a DATABASE_URL for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("LIENVUNG_TEST_POSTGRES", "")
ALREADY_THERE = os.environ.get("DATABASE_URL", "").startswith("postgres")

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.slow,
    pytest.mark.skipif(
        not SERVER, reason="set LIENVUNG_TEST_POSTGRES=postgresql://… to test the ledger on PostgreSQL too"
    ),
    pytest.mark.skipif(ALREADY_THERE, reason="this run is on PostgreSQL already (DATABASE_URL)"),
]


@pytest.mark.timeout(1500)
def test_the_ledger_on_postgresql() -> None:
    suites = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").glob("a*/test_*.py"))
    wanted = ("ledger_", "trace", "/test_epcis_", "/test_resolver", "/test_checks")
    chosen = [path for path in suites if any(part in path for part in wanted)]
    chosen.append("tests/conformance/test_query_oracle.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--create-db", *chosen],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": SERVER},
        capture_output=True,
        text=True,
        timeout=1400,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
