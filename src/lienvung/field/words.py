"""Words of the audit log for what is done here."""

from __future__ import annotations

from lienvung.field.rules import TASKS
from lienvung.texts import Text

ACTS: dict[str, Text] = {
    **{f"field.{task.value}": Text(f"Ghi việc: {text.vi}", f"Task: {text.en}") for task, text in TASKS.items()},
    "field.choose_tasks": Text("Chọn việc của đơn vị", "Chose the organisation's tasks"),
}
