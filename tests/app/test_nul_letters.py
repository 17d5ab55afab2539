"""No NUL letter of an address or a form reaches the database: PostgreSQL answers it with an error, SQLite hides it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.world import World

pytestmark = pytest.mark.django_db
ADDRESSES = [
    "/search?q=%00",
    "/books/?page=%00",
    "/cases/?q=%00&province=%00&state=%00&origin=%00",
    "/cases/report?code=/01/%00",
    "/cases/told/%00",
    "/catalogue/?q=%00&kind=%00",
    "/control/establishments?q=%00&risk=%00&province=%00",
    "/diary/?q=%00",
    "/diary/entries.csv?lot=%00&season=%00&unit=%00",
    "/drills/start?lot=%00",
    "/field/do/receive?shipment=%00",
    "/field/do/ship?thing=%00&code=%00",
    "/lab/?state=%00&q=%00",
    "/lab/holds/new?lot=%00",
    "/quality/declare?origin=cases:%00&lot=%00",
    "/quality/declare?origin=lab:%00",
]


def no_nul(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    for row in params if many else [params]:
        for value in row.values() if isinstance(row, dict) else row or ():
            assert not (isinstance(value, str) and "\0" in value), sql[:200]
    return execute(sql, params, many, context)


@pytest.mark.parametrize("role", ["official", "member"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_of_an_address(world: World, role: str, address: str) -> None:
    client = Client()
    client.force_login(world.accounts[role])
    with connection.execute_wrapper(no_nul):
        assert client.get(address).status_code < 500


def test_of_a_task(world: World) -> None:
    client = Client()
    client.force_login(world.accounts["member"])
    told = {"task_id": "\0", "organisation": "\0", "place": "\0", "shipment": "\0", "code_0": "\0", "thing_0": "\0"}
    with connection.execute_wrapper(no_nul):
        for task in ("receive", "ship", "harvest"):
            assert client.post(f"/field/do/{task}", told | {"place": "\0"}).status_code < 500
