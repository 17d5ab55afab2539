"""What a demo folder is: `demo.json` in it tells what was built, so that the next start knows what to do.

States: no file (nothing here), "building" (a start was interrupted: build anew), "ready".
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from lienvung.demo.data import FOLDER
from lienvung.people.trial import FILE

NAME = FILE


def read(home: Path) -> dict[str, Any]:
    """What the marker of a folder says; {} where there is none or it cannot be read."""
    try:
        found = json.loads((home / NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(home: Path, content: dict[str, Any]) -> None:
    """Replace the marker in one step, readable by its owner only: it holds the demo's password."""
    temporary = home / f".{NAME}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, home / NAME)


def story_digest() -> str:
    """Changes when the story's data, its tellers or the tables change: an older demo is then built anew."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*FOLDER.glob("*.toml"), *here.glob("*.py"), *here.parent.glob("*/migrations/*.py")]):
        digest.update(hashlib.sha256(path.name.encode() + b"\0" + path.read_bytes()).digest())
    return digest.hexdigest()
