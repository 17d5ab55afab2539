from __future__ import annotations
from typing import Any
from lienvung.epcis.lookups import Lookups
from lienvung.errors import Invalid

def depth_of(v: Any, limit: int) -> int:
    return 0

def check_event(event: Any, path: str, lookups: Lookups) -> list[Invalid]:
    return []

def check_header(header: dict[str, Any]) -> list[Invalid]:
    return []

def check_bare(raw: bytes, path: str) -> list[Invalid]:
    return []
