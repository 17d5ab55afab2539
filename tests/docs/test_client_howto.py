"""The examples of docs/howto/client.md run, in their order, against a running server."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from tests.running import running_server

PAGE = Path(__file__).resolve().parents[2] / "docs/howto/client.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.S | re.M)


def test_the_examples_run(tmp_path: Path) -> None:
    assert len(BLOCKS) >= 9
    printed = io.StringIO()
    with running_server(tmp_path, "--no-work") as server, contextlib.redirect_stdout(printed):
        names: dict[str, Any] = {"site": server.origin, "token": server.token}
        for number, block in enumerate(BLOCKS):
            exec(compile(block, f"{PAGE.name}[{number}]", "exec"), names)
    told = printed.getvalue()
    for expected in (
        "True 1\n",
        "400 ValidationException\n/epcisBody/eventList/0/action ",
        "\nshipping\n",
        "2026-05-05T09:00:00.000+07:00 shipping\n2026-05-04T07:30:00+07:00 commissioning\n",
        "b'<?xml ",
        "'shipping'",
        "\ngone\nTrue\n",
        "\n307 http",
        "\npip http",
        "\n2.0.0 ",
    ):
        assert expected in told, f"{expected!r} is not in:\n{told}"
