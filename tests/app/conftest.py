"""The world of `tests/world.py` made once a module; each test gets it fresh and is rolled back.

def test_…(world: World) -> None: ...
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from tests.world import World, make_world

from lienvung.scan.counting import counter
from lienvung.scan.versions import forget


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(stage: World) -> Iterator[World]:
    forget()
    counter.__init__()  # type: ignore[misc]  # nothing gathered, nobody seen
    with transaction.atomic():
        yield copy.deepcopy(stage)
        transaction.set_rollback(True)
