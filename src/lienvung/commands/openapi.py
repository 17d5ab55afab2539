"""Print the OpenAPI document of the EPCIS API, as it is served at /epcis/v2/openapi.json.

    lienvung openapi > docs/reference/openapi.json

In tài liệu OpenAPI của API EPCIS; bản in kèm mã nguồn nằm ở docs/reference/openapi.json.
"""

from __future__ import annotations

import argparse

import lienvung.commands.booted  # noqa: F401
from lienvung.exchange.openapi import text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    print(text(), end="")
    return 0
