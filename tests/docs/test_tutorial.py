"""The tutorial's document is captured, traced and refused as the tutorial says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lienvung.errors import Invalid
from lienvung.ledger.capture import capture
from lienvung.ledger.events import history
from lienvung.ledger.trace import recall_scope, trace

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial" / "first-lot.md"
LOT = "08930000010018 LOT-TUTORIAL"


def document() -> str:
    found = re.search(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert found
    return found[1]


@pytest.mark.django_db(transaction=True)
def test_the_document_of_the_tutorial() -> None:
    first = capture(document().encode())
    again = capture(document().encode())
    assert (first.new_events, again.new_events, again.known_events) == (2, 0, 2)
    assert [event.biz_step for event in history(LOT)] == ["creating_class_instance", "shipping"]
    assert trace("(01)08930000010018(10)LOT-TUTORIAL").root.endswith("/10/LOT-TUTORIAL")
    assert recall_scope(LOT).as_json()["lots"] == 1


@pytest.mark.django_db(transaction=True)
def test_the_fault_that_the_tutorial_makes() -> None:
    wrong = document().replace('"quantity": 500', '"quantity": "much"')
    with pytest.raises(Invalid) as caught:
        capture(wrong.encode())
    assert caught.value.path == "/epcisBody/eventList/0/quantityList/0/quantity"
    assert capture(document().encode()).new_events == 2, "nothing of the refused document was kept"
