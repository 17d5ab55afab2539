"""Fill the database of LIENVUNG_HOME with the people of the rice chain and print, as JSON, who they are.

Run as `build_world.py` is. Nothing has happened yet: `rice_chain.py` plays it.
"""

from __future__ import annotations

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
django.setup()

from tests.database import migrate  # noqa: E402
from tests.rice_chain_world import examples  # noqa: E402
from tests.world import PASSWORD  # noqa: E402

from lienvung.territory.actions import load_units  # noqa: E402


def main() -> None:
    migrate()
    load_units()
    print(json.dumps({"password": PASSWORD, **examples()}))


if __name__ == "__main__":
    main()
