"""The only writers of tasks: each makes standard EPCIS events through the ledger, once, whatever is sent again.

Every function takes, by keyword, who does it (`by`; None: the system plays a story), for which `organisation`, the
`task_id` that the form or the phone made, when it happened (`at`) and where (`place`). It gives `Done`.

    Invalid, ManyInvalid   a field is wrong (`path` names it), or there is a doubt and no `reason` (path `reason`)
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
from typing import Any

from django.db import transaction

from lienvung.audit.actions import record
from lienvung.catalogue.models import Place, Product
from lienvung.errors import Invalid
from lienvung.field import access, goods, rules, shipments
from lienvung.field.doing import (
    Done,
    Order,
    Told,
    as_told,
    done_once,
    lot_named,
    new_boxes,
    new_lot,
    parts_of,
    read_uri,
)
from lienvung.field.models import Desk, TaskChoice
from lienvung.field.rules import PIECES, Doubt, Loss, Part, Task
from lienvung.field.sharing import (
    boxed,
    free_box,
    labelled,
    missing,
    not_itself,
    not_sent,
    only_place,
    paper_number,
    plot_of_others,
    some,
    waits,
    weights,
)
from lienvung.field.telling import Teller
from lienvung.ledger.holds import refuse_held
from lienvung.ledger.stock import stock_of
from lienvung.people.actions import not_allowed
from lienvung.people.models import Account, Organisation

__all__ = [
    "Done",
    "Part",
    "buy_in",
    "choose_desk",
    "choose_tasks",
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
    """A lot is cut, picked or netted. `plot`: the GIAI of field, herd or pond, in any form; `number` '' = proposed."""
    told = {
        "product": product.gtin, "amount": rules.said(amount), "uom": uom, "number": number.strip(), "plot": plot or "",
        "best_before": best_before,
    }  # fmt: skip
    order = _order(Task.HARVEST, by, organisation, task_id, at, place, told, reason)

    def act() -> Told:
        rules.check_amount(amount)
        grown = read_uri(plot, kinds=("asset",), path="plot") if plot else None
        doubts = waits([grown, place.uri] if grown else [place.uri], at)
        doubts += plot_of_others(grown, organisation) if grown else []
        lot = new_lot(order, product, number=number, amount=amount, uom=uom, best_before=best_before, doubts=doubts)
        teller = Teller(task_id, at, place)
        teller.harvest(lot, Part(lot.uri, amount, uom), grown)
        return Told(teller.events, lot.uri, lot.number, doubts=doubts)

    return done_once(order, act)


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
    told = {
        "seller": str(seller.pk) if seller else "", "seller_name": seller_name.strip(), "lot": lot.strip(),
        "product": product.gtin if product else "", "number": number.strip(), "amount": rules.said(amount), "uom": uom,
        "best_before": best_before,
    }  # fmt: skip
    order = _order(Task.BUY_IN, by, organisation, task_id, at, place, told, reason)

    def act() -> Told:
        rules.check_amount(amount)
        if seller is None and not seller_name.strip():
            raise Invalid(
                "field.seller_missing",
                vi="Chưa ghi mua của ai. Hãy chọn đơn vị hoặc ghi tên người bán.",
                en="Who sold it is missing. Choose an organisation or enter the seller's name.",
                path="seller_name",
            )
        doubts: list[Doubt] = []
        teller = Teller(task_id, at, place)
        if lot.strip():
            uri, made = goods.resolve(lot, organisation, path="lot"), None
            if not stock_of([uri]):
                raise goods.unheard_of(uri, "lot")
            doubts += not_sent(organisation, [Part(uri)])
        else:
            if product is None:
                raise missing("product", "Chưa chọn sản phẩm.", "The product is missing.")
            made = new_lot(
                order, product, number=number, amount=amount, uom=uom, best_before=best_before, doubts=doubts
            )
            uri = made.uri
        teller.bought(Part(uri, amount, uom), lot=made, seller=seller, seller_name=seller_name.strip())
        return Told(teller.events, uri, made.number if made else "", doubts=doubts)

    return done_once(order, act)


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
    used = parts_of(inputs)
    told = {
        "inputs": as_told(used), "product": product.gtin, "amount": rules.said(amount), "uom": uom,
        "number": number.strip(), "best_before": best_before,
    }  # fmt: skip
    order = _order(Task.PROCESS, by, organisation, task_id, at, place, told, reason)

    def act() -> Told:
        rules.check_amount(amount)
        taken, doubts = goods.take(used, organisation, path="inputs")
        doubts += some(rules.gains_weight(weights(taken), output=amount, uom=uom))
        lot = new_lot(order, product, number=number, amount=amount, uom=uom, best_before=best_before, doubts=doubts)
        not_itself(lot.uri, taken)
        teller = Teller(task_id, at, place)
        teller.make(taken, lot, Part(lot.uri, amount, uom), step="commissioning", produced=True)
        return Told(teller.events, lot.uri, lot.number, doubts=doubts)

    return done_once(order, act)


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
    used = parts_of(inputs)
    told = {
        "inputs": as_told(used), "product": product.gtin if product else "", "packs": packs, "number": number.strip(),
        "best_before": best_before, "serials": list(serials), "case_size": case_size, "boxes": list(boxes),
    }  # fmt: skip
    order = _order(Task.PACK, by, organisation, task_id, at, place, told, reason)

    def act() -> Told:
        taken, doubts = goods.take(used, organisation, path="inputs")
        named = [free_box(read_uri(box, kinds=("logistic",), path="boxes"), organisation) for box in boxes]
        teller = Teller(task_id, at, place)
        if product is None:
            made = named[:1] or new_boxes(organisation, 1)
            teller.box(made[0], taken)
            return Told(teller.events, *lot_named(taken), boxes=made, doubts=doubts)
        count = rules.check_count(packs, path="packs")
        doubts += some(
            rules.packs_weigh(
                weights(taken), packs=count, content=product.net_content, content_uom=product.unit_of_measure
            )
        )
        lot = new_lot(
            order, product, number=number, amount=Decimal(count), uom=PIECES, best_before=best_before, doubts=doubts
        )
        not_itself(lot.uri, taken)
        teller.make(taken, lot, Part(lot.uri, Decimal(count), PIECES), step="packing", produced=False)
        loose = labelled(teller, lot.uri, count, serials, product)
        made = boxed(teller, organisation, loose, case_size, named)
        return Told(teller.events, lot.uri, lot.number, boxes=made, doubts=doubts)

    return done_once(order, act)


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
    used = parts_of(things)
    target = to if isinstance(to, Place) else None
    whose = to.owner if isinstance(to, Place) else to
    told = {
        "things": as_told(used), "to": target.gln if target else str(whose.pk), "paper": paper.strip(),
        "returned": returned,
    }  # fmt: skip
    order = _order(Task.SHIP, by, organisation, task_id, at, place, told, reason)

    def act() -> Told:
        taken, doubts = goods.take(used, organisation, path="things")
        there = target or only_place(whose)
        if there is not None and there.pk == place.pk:
            raise Invalid(
                "field.same_place",
                vi="Nơi gửi và nơi nhận trùng nhau. Hãy chọn nơi nhận khác.",
                en="Goods cannot be shipped to where they are. Choose another place.",
                path="to",
            )
        teller = Teller(task_id, at, place)
        teller.ship(taken, to=whose, to_place=there, paper=paper_number(paper), returned=returned)
        return Told(teller.events, *lot_named(taken), doubts=doubts)

    return done_once(order, act)


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
    used = parts_of(things)
    told = {
        "things": as_told(used), "shipment": shipment, "open_boxes": open_boxes, "note": note.strip(),
    }  # fmt: skip
    order = _order(Task.RECEIVE, by, organisation, task_id, at, place, told, reason)

    def act() -> Told:
        rules.check_parts(used, path="things")
        known = shipments.shipment(organisation, shipment) if shipment else None
        came = [shipments.arriving(part, known, path="things") for part in used]
        doubts = not_sent(organisation, came, announced={part.uri for part in known.parts} if known else ())
        extra = shipments.differences(known, came) if known else {}
        if note.strip():
            extra["lv:note"] = note.strip()[:300]
        teller = Teller(task_id, at, place)
        teller.receive(
            came,
            shipment=known.body if known else None,
            shipment_id=known.event if known else "",
            told=extra,
            returned=bool(known and known.returned),
        )
        for box in goods.opened(came)[0] if open_boxes else []:
            teller.unbox(box)
        return Told(teller.events, *lot_named(came), doubts=doubts)

    return done_once(order, act)


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
    used = parts_of(things)
    order = _order(Task.SELL, by, organisation, task_id, at, place, {"things": as_told(used), "sold": sold}, reason)

    def act() -> Told:
        taken, doubts = goods.take(used, organisation, path="things")
        doubts += waits([part.uri for part in taken], at)
        refuse_held([part.uri for part in taken])  # also what is inside: before the boxes are opened
        teller = Teller(task_id, at, place)
        boxes, loose = goods.opened(taken)
        for box in boxes:
            teller.unbox(box)
        teller.offer(loose, sold=sold)
        return Told(teller.events, *lot_named(loose), doubts=doubts)

    return done_once(order, act)


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
    used = parts_of(things)
    told = {"things": as_told(used), "why": Loss(why).value, "note": note.strip()}
    order = _order(Task.WRITE_OFF, by, organisation, task_id, at, place, told, reason)

    def act() -> Told:
        taken, doubts = goods.take(used, organisation, path="things")
        teller = Teller(task_id, at, place)
        teller.write_off(taken, why=Loss(why), note=note.strip()[:300])
        # what becomes of held goods is decided by whoever holds them; that they are lost is no decision
        still = [] if why == Loss.LOST else [part.uri for part in taken]
        return Told(teller.events, *lot_named(taken), doubts=doubts, still=still)

    return done_once(order, act)


def _order(
    task: Task,
    by: Account | None,
    organisation: Organisation,
    task_id: uuid.UUID,
    at: datetime,
    place: Place,
    told: dict[str, Any],
    reason: str,
) -> Order:
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}
    return Order(task, by, organisation, task_id, at, place, plain, reason)


@transaction.atomic
def choose_desk(*, by: Account, organisation: Organisation, place: Place) -> Desk:
    """Remember for whom and where a person works."""
    if not access.may_work(by, organisation):
        raise not_allowed()
    if place.owner_id != organisation.pk:
        raise Invalid(
            "field.other_place",
            vi="Nơi này không thuộc đơn vị đã chọn.",
            en="This place is not of that organisation.",
            path="place",
        )
    desk, _ = Desk.objects.update_or_create(account=by, defaults={"organisation": organisation, "place": place})
    return desk


@transaction.atomic
def choose_tasks(*, by: Account | None, organisation: Organisation, tasks: Sequence[str]) -> TaskChoice:
    """The tasks that an organisation's people see, whatever its kind."""
    if by is not None and not access.may_choose_tasks(by, organisation):
        raise not_allowed()
    kept = [task.value for task in rules.tasks_of("", tasks)]
    if not kept:
        raise missing("tasks", "Hãy chọn ít nhất một việc.", "Choose at least one task.")
    choice, _ = TaskChoice.objects.update_or_create(organisation=organisation, defaults={"tasks": kept})
    record(action="field.choose_tasks", by=by, subject=organisation, details={"tasks": kept})
    return choice
