"""The trial accounts of a demo installation, shown on its sign-in page; elsewhere there are none."""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings

FILE: Final = "demo.json"  # in LIENVUNG_HOME; written by `lienvung demo`


def trial_accounts() -> dict[str, Any]:
    """`accounts` (email, name, organisation, vi, en) and their `password`; {} unless LIENVUNG_DEMO=1."""
    if not settings.DEMO:
        return {}
    try:
        told = json.loads((settings.HOME / FILE).read_text(encoding="utf-8"))
        return {"accounts": list(told["accounts"]), "password": str(told["password"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
