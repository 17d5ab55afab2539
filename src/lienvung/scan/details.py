"""What the page reads out of events themselves: dates, certificates that they name, the words of a recall."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings

from lienvung.ledger.trace import Step
from lienvung.registry import ToldProof
from lienvung.texts import Text

MOST_EVENTS = 8
FOUNDING = frozenset({"commissioning", "creating_class_instance", "packing", "collecting", "disassembling"})
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")

# CBV 2.0 section 10 (ILMD attributes), by local name.
HARVEST = ("harvestEndDate", "harvestStartDate", "harvestDate", "catchDate")
PACKED = ("packagingDate", "packDate")
PRODUCED = ("productionDate",)
BEST_BEFORE = ("bestBeforeDate", "itemExpirationDate", "expirationDate", "sellByDate")
RECALL_TEXT = "publicText"
RECALL = "recall"


@dataclass(slots=True)
class Facts:
    """`harvested` may come from what the thing was made from; the other dates are its own or its lot's."""

    harvested: date | None = None
    packed: date | None = None
    produced: date | None = None
    best_before: date | None = None
    told: list[ToldProof] = field(default_factory=list)


def gather(steps: Sequence[Step]) -> Facts:
    """The facts in the events of a journey; at most `MOST_EVENTS` events are looked at, the telling ones first."""
    facts = Facts()
    for step in _telling(steps):
        event = step.body
        ilmd = _local(event.get("ilmd") or {})
        facts.harvested = facts.harvested or _first_day(ilmd, HARVEST)
        if step.relation in ("self", "lot"):
            facts.packed = facts.packed or _first_day(ilmd, PACKED)
            facts.produced = facts.produced or _first_day(ilmd, PRODUCED)
            facts.best_before = facts.best_before or _first_day(ilmd, BEST_BEFORE)
        for found in certificates(event, ilmd):
            if found not in facts.told:
                facts.told.append(found)
    return facts


def _telling(steps: Sequence[Step]) -> list[Step]:
    """Where a thing begins first, its own before its ingredients'; then inspections."""

    def rank(step: Step) -> tuple[int, int, int]:
        own = {"self": 0, "lot": 1, "container": 3}.get(step.relation, 2)
        born = step.stage in ("growing", "processing", "packing") and step.biz_step != "other"  # "other": a diary line
        founding = step.biz_step in FOUNDING or born
        inspected = step.biz_step in ("inspecting", "accepting", "sampling")
        return (1 if founding else 2 if inspected else 3, own, step.time_ms)

    ranked = sorted(steps, key=rank)
    return [step for step in ranked if rank(step)[0] < 3][:MOST_EVENTS]


def public_text(event: dict[str, Any]) -> Text | None:
    """The words for buyers that a recall's event carries."""
    words = _local(event).get(RECALL_TEXT)
    if not isinstance(words, dict):
        return None
    told = _local(words)
    vi, en = str(told.get("vi", "")), str(told.get("en", ""))
    return Text(vi or en, en or vi) if vi or en else None


def recall_of(event: dict[str, Any]) -> uuid.UUID | None:
    """The decision that an event of a recall belongs to; None where it names none."""
    name = _local(event).get(RECALL)
    try:
        return uuid.UUID(name) if isinstance(name, str) else None
    except ValueError:
        return None


def certificates(event: dict[str, Any], ilmd: dict[str, Any]) -> list[ToldProof]:
    """From `certificationInfo` (EPCIS 2.0: a link or links) and from ILMD `certificationList` (CBV 2.0)."""
    found = []
    for one in _many(_local(event).get("certificationInfo")) + _many(ilmd.get("certificationInfo")):
        if isinstance(one, dict):
            found.append(_certificate(_local(one)))
        elif isinstance(one, str) and one:
            number = re.split(r"[/:#=]", one.rstrip("/"))[-1]
            found.append(ToldProof(name="Chứng nhận", number=number, link=one if _is_link(one) else ""))
    listed = ilmd.get("certificationList")
    for group in _many(listed):
        inner = _local(group).get("certification", group) if isinstance(group, dict) else group
        found += [_certificate(_local(one)) for one in _many(inner) if isinstance(one, dict)]
    return [one for one in found if one.name]


def _certificate(told: dict[str, Any]) -> ToldProof:
    def word(*names: str) -> str:
        return next((str(told[name]) for name in names if told.get(name)), "")

    link = word("certificationURI", "link")
    return ToldProof(
        name=word("certificationStandard", "certificationType", "certificationValue", "name"),
        issuer=word("certificationAgency", "issuer"),
        number=word("certificationIdentification", "certificationValue", "number"),
        until=_first_day(told, ("certificationEndDate", "validUntil")),
        link=link if _is_link(link) else "",
    )


def _is_link(text: str) -> bool:
    """An address that a reader may be led to; our own is one even where the installation has no https."""
    return text.startswith(("https://", f"{settings.ORIGIN}/"))


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _local(value: dict[str, Any]) -> dict[str, Any]:
    """The members by local name: 'cbvmda:lotNumber' and 'https://…/lotNumber' are 'lotNumber'."""
    return {re.split(r"[:/#]", key)[-1]: member for key, member in value.items()}


def _first_day(ilmd: dict[str, Any], names: Iterable[str]) -> date | None:
    for name in names:
        value = ilmd.get(name)
        found = _DAY.match(value) if isinstance(value, str) else None
        if found:
            try:
                return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:  # an impossible date in user data is no date
                continue
    return None
