"""The npm client epcis2.js, unmodified, captures to a running server and reads its events back.

LIENVUNG_EPCIS2JS names the folder of the unpacked package; `.ci/run` fetches it by `locks/peer-node.json`:

    npm pack epcis2.js@VERSION && tar xzf epcis2.js-VERSION.tgz && export LIENVUNG_EPCIS2JS=$PWD/package
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.running import running_server

from lienvung.client import Client

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("epcis2js.cjs")
PACKAGE = Path(os.environ.get("LIENVUNG_EPCIS2JS") or "/nonexistent")
NODE = shutil.which("node")
LOCK = json.loads((ROOT / "locks/peer-node.json").read_text())["epcis2.js"]


def test_the_lock_names_no_address() -> None:
    text = (ROOT / "locks/peer-node.json").read_text()
    assert "://" not in text
    assert LOCK["integrity"].startswith("sha512-")


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
@pytest.mark.skipif(not PACKAGE.is_dir(), reason="LIENVUNG_EPCIS2JS names no folder with the npm package epcis2.js")
def test_epcis2js_captures_and_reads_back(tmp_path: Path) -> None:
    assert json.loads((PACKAGE / "package.json").read_text())["version"] == LOCK["version"]
    with running_server(tmp_path) as server:
        done = subprocess.run(
            [str(NODE), str(SCRIPT), str(PACKAGE.resolve()), server.binding, server.token],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout.splitlines()[-1])
        ledger = Client(server.origin, server.token)
        for name in ("captured", "again", "one"):
            job = told[name]
            assert (job["status"], job["running"], job["success"], job["errors"]) == (202, False, True, []), name
            assert ledger.job(job["location"].rpartition("/")[2]).success
        stored = {event_id: ledger.event(event_id) for event_id in told["hashes"]}
    assert told["ofTheCase"] == ["packing", "shipping"]
    assert told["valid"] is True, "the client's own schema accepts what the server answers"
    assert [event["type"] for event in told["read"]] == ["TransformationEvent", "ObjectEvent", "AggregationEvent"]
    milled, made, packed = told["read"]
    assert milled["inputQuantityList"][0]["quantity"] == 1200.5
    assert made["example:giong"] == "nếp cái hoa vàng"
    assert made["epcList"] == packed["childEPCs"]
    assert list(stored.values()) == told["read"], "the client's hash of an event finds it here"
