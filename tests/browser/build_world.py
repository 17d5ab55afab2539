"""Fill the database of LIENVUNG_HOME for the browser tests and print, as JSON, what they need to know.

Run in a process of its own: `python tests/browser/build_world.py` with the source and the
checkout on PYTHONPATH. Everything goes through actions and capture (`tests/world.py`).
"""

from __future__ import annotations

import json
import os
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
django.setup()

from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: E402
from tests.app.proofs_world import examples as proofs_examples  # noqa: E402
from tests.books_world import examples as books_examples  # noqa: E402
from tests.checks_world import browser_examples as checks_examples  # noqa: E402
from tests.control_world import examples as control_examples  # noqa: E402
from tests.database import migrate  # noqa: E402
from tests.diary_world import browser_examples as diary_examples  # noqa: E402
from tests.field_world import browser_examples as field_examples  # noqa: E402
from tests.imports_world import examples as imports_examples  # noqa: E402
from tests.lab_world import examples as lab_examples  # noqa: E402
from tests.programme_pages_world import examples as programme_pages_examples  # noqa: E402
from tests.recall_world import examples as recall_examples  # noqa: E402
from tests.reports_world import examples as reports_examples  # noqa: E402
from tests.results_world import examples as results_examples  # noqa: E402
from tests.world import BEGUN, PASSWORD, World, make_world  # noqa: E402

from lienvung.catalogue import actions as catalogue  # noqa: E402
from lienvung.epcis import build  # noqa: E402
from lienvung.ledger.capture import capture_events  # noqa: E402
from lienvung.ledger.events import latest  # noqa: E402
from lienvung.resolver.actions import register_link  # noqa: E402
from lienvung.resolver.drafts import Draft  # noqa: E402


def second_lot(world: World) -> str:
    """A lot to recall: made, on sale in the shop; gives its path."""
    lot = catalogue.register_lot(by=None, product=world.rice, number="NHC-0511")
    mill, store = world.places["mill"].uri, world.places["store"].uri
    made = build.object_event(
        time=BEGUN + timedelta(days=20), action="ADD", biz_step="commissioning", disposition="active",
        read_point=mill, biz_location=mill, quantities=[(lot.uri, 300, "KGM")],
    )  # fmt: skip
    stocked = build.object_event(
        time=BEGUN + timedelta(days=22), action="OBSERVE", biz_step="stocking", disposition="sellable_accessible",
        read_point=store, biz_location=store, quantities=[(lot.uri, 300, "KGM")],
    )  # fmt: skip
    assert capture_events([made, stocked], submitter=str(world.grower.pk)).success
    return lot.path


def main() -> None:
    migrate()
    world = make_world()
    recipe = Draft(world.rice.path, "recipeInfo", "https://nau.example/{lot}", "Cách nấu", "How to cook", ("vi", "en"))
    link = register_link(by=None, owner=world.grower, draft=recipe)
    device = TOTPDevice.objects.create(user=world.accounts["manager"], name="Lienvung", confirmed=True)
    print(
        json.dumps(
            {
                "password": PASSWORD,
                "emails": {name: account.email for name, account in world.accounts.items()},
                "totp_key": device.key,
                "lot": world.lot.path,
                "recalled_lot": second_lot(world),
                "pack": world.pack_path,
                "gtin": world.rice.gtin,
                "product": str(world.rice.pk),
                "organisation": str(world.grower.pk),
                "event": latest(1)[0].hash.hex(),
                "link": str(link.pk),
                **control_examples(world),
                **proofs_examples(world),
                **lab_examples(world),
                **checks_examples(world),
                **recall_examples(world),
                **(known := results_examples(world)),
                **imports_examples(known, "ninhbinh_officer"),
                **reports_examples("hn-nb-bang"),
                **programme_pages_examples(world),
                **field_examples(world),
                **diary_examples(world),
                **books_examples(world),
            }
        )
    )


if __name__ == "__main__":
    main()
