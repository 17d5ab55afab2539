"""Books for tests: an organisation that may keep one, and workbooks filled in as people do."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from openpyxl import Workbook, load_workbook

from lienvung.books import access, actions
from lienvung.books.layout import SHEETS
from lienvung.books.template import make_template
from lienvung.diary.actions import register_unit
from lienvung.people.models import Account, Organisation
from tests.world import World

TODAY = access.timezone.localdate()
DAY = TODAY - timedelta(days=20)
PLOT, RICE, PADDY = "Thửa số 3", "Gạo nếp hạt cau Ninh Bình", "Thóc nếp hạt cau"
FIELD, SHOP = "Ruộng Kim Sơn số 3", "Cửa hàng Mẫu Hà Nội"


def ready(world: World) -> Organisation:
    """The grower with a company prefix and a plot."""
    world.grower.refresh_from_db()
    if not world.grower.company_prefix:
        world.grower.company_prefix = "893000"
        world.grower.save(update_fields=["company_prefix"])
    register_unit(
        by=None, organisation=world.grower, kind="plot", name=PLOT, place=world.places["field"], area_m2=Decimal(3600)
    )
    return world.grower


def manager(world: World) -> Account:
    return world.accounts["manager"]


def template(organisation: Organisation) -> Workbook:
    known = access.known_of(organisation)
    return load_workbook(io.BytesIO(make_template(organisation.name, known, today=TODAY)))


def fill(book: Workbook, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Workbook:
    """Rows (by column key) into the sheets (by key), below the example."""
    for layout in SHEETS:
        sheet = book[layout.name.vi]
        keys = [column.key for column in layout.columns]
        for line, row in enumerate(rows.get(layout.key, ()), start=3):
            for key, value in row.items():
                sheet.cell(line, keys.index(key) + 1, value)
    return book


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def diary(n: int = 0, **values: Any) -> dict[str, Any]:
    told = {"day": DAY + timedelta(days=n), "unit": PLOT, "activity": "Bón phân", "material": "NPK", "amount": 12 + n}
    return {**told, "uom": "kg", **values}


def harvest(number: str, *, day: date = DAY, amount: Any = 1000, **values: Any) -> dict[str, Any]:
    told = {"day": day, "unit": PLOT, "product": PADDY, "lot": number, "amount": amount, "uom": "kg", "place": FIELD}
    return {**told, **values}


def buying(number: str, *, day: date = DAY, amount: Any = 500, **values: Any) -> dict[str, Any]:
    told = {"day": day, "seller": "Hộ ông Tám", "product": PADDY, "lot": number, "amount": amount, "uom": "kg"}
    return {**told, "place": FIELD, **values}


def delivery(number: str, *, day: date = DAY, amount: Any = 400, **values: Any) -> dict[str, Any]:
    told = {"day": day, "product": PADDY, "lot": number, "amount": amount, "uom": "kg", "place": FIELD, "buyer": SHOP}
    return {**told, **values}


def book_of(organisation: Organisation, **rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A filled template; the example rows stay in it."""
    return saved(fill(template(organisation), rows))


def thousand(organisation: Organisation, rows: int = 1_000) -> bytes:
    """A season: seven entries of the diary for every harvest, a buying in and a delivery."""
    parts = rows // 10
    told = {
        "diary": [diary(n % 15, amount=1 + n, note=f"lần {n}") for n in range(parts * 7)],
        "harvest": [harvest(f"TH{n}", day=DAY + timedelta(days=n % 15)) for n in range(parts)],
        "buying": [buying(f"MV{n}", day=DAY + timedelta(days=n % 15)) for n in range(parts)],
        "delivery": [delivery(f"TH{n}", day=DAY + timedelta(days=n % 15)) for n in range(parts)],
    }
    return book_of(organisation, **told)


def examples(world: World) -> dict[str, str]:
    """For the table of addresses and the browser: a book with errors, one that may be taken over, one that was."""
    organisation = ready(world)
    by = manager(world)
    wrong = book_of(organisation, harvest=[harvest("SAI-1", amount="nhiều"), harvest("SAI-2", day="31/02/2026")])
    good, done = (book_of(organisation, diary=[diary(n)]) for n in (1, 2))
    made = [
        actions.send_book(by=by, organisation=organisation, data=data, filename=name)
        for data, name in ((wrong, "so-sai.xlsx"), (good, "so-dung.xlsx"), (done, "so-xong.xlsx"))
    ]
    actions.take_over(by=by, book=made[2])
    return {"wrong_book": str(made[0].pk), "good_book": str(made[1].pk), "done_book": str(made[2].pk)}
