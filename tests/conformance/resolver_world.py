"""Fill the database of LIENVUNG_HOME for the resolver's conformance tests and print, as JSON, what stands there.

Run in a process of its own, with the source and the checkout on PYTHONPATH.
"""

from __future__ import annotations

import json
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
django.setup()

from tests.database import migrate  # noqa: E402
from tests.world import make_world  # noqa: E402

from lienvung.catalogue import actions as catalogue  # noqa: E402
from lienvung.resolver.actions import register_link  # noqa: E402
from lienvung.resolver.drafts import Draft  # noqa: E402


def main() -> None:
    migrate()
    world = make_world()
    slashed = catalogue.register_lot(by=None, product=world.rice, number="A/B")
    rice, paddy = world.rice.path, world.paddy.path

    def add(anchor: str, kind: str, name: str, **more: Any) -> None:
        register_link(by=None, owner=world.grower, draft=Draft(anchor, kind, f"https://dich.example/{name}", **more))

    html, pdf = "text/html", "application/pdf"
    add(rice, "recipeInfo", "nau-vi", languages=("vi",), media_type=html)
    add(rice, "recipeInfo", "cook-en", languages=("en",), media_type=html)
    add(rice, "recipeInfo", "cook-en.pdf", languages=("en",), media_type=pdf)
    add(rice, "recipeInfo", "nau-vn", languages=("vi",), media_type=html, contexts=("VN",))
    add(rice, "homepage", "trang-chu?muc=1")
    add(rice, "hasRetailers", "quay-1", media_type=html)
    add(rice, "hasRetailers", "quay-2", media_type=html)
    add(world.lot.path, "certificationInfo", "lo/{lot}")
    add(paddy, "pip", "thoc", languages=("vi",), media_type=html, default="default")
    add(paddy, "pip", "paddy", languages=("en",), media_type=html, default="multi")
    add(paddy, "pip", "paddy-fr", languages=("fr",), media_type=html, default="multi")
    print(
        json.dumps(
            {
                "lot": world.lot.path,
                "pack": world.pack_path,
                "item": f"{world.lot.path}/21/{world.packs[0].rpartition('/')[2]}",
                "rice": rice,
                "paddy": paddy,
                "slashed": slashed.path,
                "place": world.places["mill"].path,
            }
        )
    )


if __name__ == "__main__":
    main()
