"""The only writers of tasks: each makes standard EPCIS events through the ledger, once, whatever is sent again.

Every function takes, by keyword, who does it (`by`; None: the system plays a story), for which `organisation`, the
`task_id` that the form or the phone made, when it happened (`at`) and where (`place`). It gives `Done`.

    Invalid, ManyInvalid   a field is wrong (`path` names it), or there is a doubt and no `reason` was given (path `reason`)
    Conflict               held goods (`ledger.held`), a lot number taken, the same task_id with other contents
    NotAllowed             not this person's organisation, not its task

The same `task_id` again gives the first `Done` with `again` set and captures nothing: its row and its events are
written in one transaction. Goods are `Part`s or (uri, amount) pairs; a thing with a code of its own has no amount.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from lienvung.catalogue.models import Place, Product
from lienvung.field.doing import Done
from lienvung.field.rules import Loss, Part
from lienvung.people.models import Account, Organisation

__all__ = [
    "Done",
    "Part",
    "buy_in",
    "harvest",
    "pack",
    "process",
    "receive",
    "sell",
    "ship",
    "write_off",
]

Pair = tuple[str, Decimal | None]
Goods = Sequence[Part | Pair]


def harvest(
    *,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    at: datetime,
    place: Place,
    product: Product,
    amount: Decimal,
    uom: str = "KGM",
    number: str = "",
    plot: str | None = None,
    best_before: date | None = None,
    reason: str = "",
) -> Done:
    """A lot is cut, picked or netted. `plot`: the GIAI of the field, herd or pond, in any form; `number` '' = proposed."""
    raise NotImplementedError


def buy_in(
    *,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    at: datetime,
    place: Place,
    amount: Decimal,
    seller: Organisation | None = None,
    seller_name: str = "",
    lot: str = "",
    product: Product | None = None,
    number: str = "",
    uom: str = "KGM",
    best_before: date | None = None,
    reason: str = "",
) -> Done:
    """Goods come in from somebody who did not announce them: `lot` (in any form) that the ledger knows, or a new lot
    of `product`."""
    raise NotImplementedError


def process(
    *,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    at: datetime,
    place: Place,
    inputs: Goods,
    product: Product,
    amount: Decimal,
    uom: str = "KGM",
    number: str = "",
    best_before: date | None = None,
    reason: str = "",
) -> Done:
    """Inputs become a lot of `product`."""
    raise NotImplementedError


def pack(
    *,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    at: datetime,
    place: Place,
    inputs: Goods,
    product: Product | None = None,
    packs: int | None = None,
    number: str = "",
    best_before: date | None = None,
    serials: Sequence[str] = (),
    case_size: int | None = None,
    boxes: Sequence[str] = (),
    reason: str = "",
) -> Done:
    """Inputs are filled into `packs` packs of `product`, a new lot. `serials`: issued serial numbers, one a pack.
    `case_size`: so many packs in each case, under `boxes` (SSCCs in any form) or under new ones.
    Without `product` the inputs (packs, cases) go into one case or pallet, the first of `boxes` or a new one."""
    raise NotImplementedError


def ship(
    *,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    at: datetime,
    place: Place,
    things: Goods,
    to: Place | Organisation,
    paper: str = "",
    returned: bool = False,
    reason: str = "",
) -> Done:
    """Goods leave for a place or an organisation. `paper`: number of the delivery note; `returned`: they go back."""
    raise NotImplementedError


def receive(
    *,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    at: datetime,
    place: Place,
    things: Goods,
    shipment: str = "",
    open_boxes: bool = False,
    note: str = "",
    reason: str = "",
) -> Done:
    """Goods have come in. `shipment`: the eventID of the sender's event; what differs from it is told beside it."""
    raise NotImplementedError


def sell(
    *,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    at: datetime,
    place: Place,
    things: Goods,
    sold: bool = False,
    reason: str = "",
) -> Done:
    """Goods are put on sale, or (`sold`) were sold to shoppers. A case or pallet is opened for it."""
    raise NotImplementedError


def write_off(
    *,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    at: datetime,
    place: Place,
    things: Goods,
    why: Loss,
    note: str = "",
    reason: str = "",
) -> Done:
    """Goods are no more: destroyed (expired, damaged, other) or lost."""
    raise NotImplementedError
