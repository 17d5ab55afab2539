"""What tasks show on other rooms' pages: a way in on the home page, and the tasks for a lot on its page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from lienvung.field import access, goods, shipments
from lienvung.field.rules import TASKS, Task
from lienvung.people.access import account_or_none

OF_LOT = (Task.PROCESS, Task.PACK, Task.SHIP, Task.SELL, Task.WRITE_OFF)


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The person's tasks, and how many shipments wait."""
    desk = access.desk_of(account_or_none(request.user))
    if desk is None:
        return None
    tasks = [(task.value, TASKS[task]) for task in access.tasks_of(desk.organisation)]
    return {"desk": desk, "tasks": tasks, "coming": len(shipments.announced(desk.organisation))}


def of_lot(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """What the person may do with this lot where he works: only where there is some of it."""
    desk = access.desk_of(account_or_none(request.user))
    if desk is None:
        return None
    here = [line for line in goods.lines_of(subject.uri, desk.organisation) if line.amount]
    if not here:
        return None
    own = access.tasks_of(desk.organisation)
    query = f"?thing={goods.quoted(subject.uri)}"
    acts = [(reverse("field:do", args=[task.value]) + query, TASKS[task]) for task in OF_LOT if task in own]
    return {"here": [(line, goods.place_name(line.place)) for line in here], "acts": acts}
