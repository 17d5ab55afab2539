"""Workbooks of an agreement for tests: filled in as officials do, over the world of `tests/results_world.py`."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from openpyxl import Workbook, load_workbook

from lienvung.imports import actions
from lienvung.imports.layout import SHEETS
from lienvung.imports.models import Import
from lienvung.imports.template import make_template
from lienvung.people.models import Account
from lienvung.programme.models import Agency, Agreement
from lienvung.results import access
from tests.results_world import Results

AGENCY = "Sở Nông nghiệp mẫu Hà Nội"


def ready(made: Results) -> Results:
    """With an agency of Hà Nội to be named in cells."""
    Agency.objects.get_or_create(unit=made.hanoi.unit, name=AGENCY)
    return made


def template(made: Results, *, by: Account | None = None, filled: bool = False) -> Workbook:
    view = access.seen(by or made.h_officer, made.agreement)
    return load_workbook(io.BytesIO(make_template(view, today=timezone.localdate(), filled=filled)))


def fill(book: Workbook, first: int = 3, **rows: Sequence[Mapping[str, Any]]) -> Workbook:
    """Rows (by column key) into the sheets (by key), from line `first` on."""
    for layout in SHEETS:
        sheet, keys = book[layout.name.vi], [column.key for column in layout.columns]
        for line, row in enumerate(rows.get(layout.key, ()), start=first):
            for key, value in row.items():
                sheet.cell(line, keys.index(key) + 1, value)
    return book


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def file_of(made: Results, **rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A filled template; the examples stay in it."""
    return saved(fill(template(made), **rows))


def send(made: Results, data: bytes, *, by: Account | None = None, name: str = "tep.xlsx") -> Import:
    return actions.send_file(by=by or made.h_officer, agreement=made.agreement, data=data, filename=name)


def commitment(number: str = "9", **values: Any) -> dict[str, Any]:
    told = {"number": number, "what": f"Mở điểm bán số {number}", "obligor": "Hà Nội", "beneficiary": "Ninh Bình"}
    return {**told, "due": "31/12/2026", "measure": "số điểm bán", "lead": AGENCY, **values}


def indicator(code: str = "DIEM", **values: Any) -> dict[str, Any]:
    return {"code": code, "name": f"Số điểm bán {code}", "unit": "điểm", "baseline": "12,5", **values}


def target(made: Results, code: str = "DIEM", value: Any = 20, **values: Any) -> dict[str, Any]:
    return {"indicator": code, "period": made.period.name.vi, "value": value, **values}


def result(made: Results, text: str = "Đã mở hai điểm bán ở quận Hoàn Kiếm.", **values: Any) -> dict[str, Any]:
    told = {"commitment": "1", "period": made.period.name.vi, "text": text, "happened_on": made.period.starts_on}
    return {**told, **values}


def whole(made: Results) -> dict[str, list[dict[str, Any]]]:
    """A row or two of each kind; the second indicator is a part of the first and stands before it."""
    return {
        "commitments": [commitment()],
        "indicators": [indicator("DIEM1", parent="DIEM"), indicator(commitment="9")],
        "targets": [target(made), target(made, "QR", 18, source="Kế hoạch 2026")],
        "results": [result(made, indicator="QR", value=3)],
    }


def examples(known: Mapping[str, str]) -> dict[str, str]:
    """For the table of addresses and the browser, on the examples of results: a file with errors, one that may be
    taken over, one that was."""
    agreement = Agreement.objects.get(code=known["results_code"])
    made = ready(
        SimpleNamespace(  # type: ignore[arg-type]
            agreement=agreement,
            hanoi=agreement.parties.all()[0],
            period=agreement.periods.get(pk=known["results_period"]),
            h_officer=Account.objects.get(email=known["hanoi_officer"]),
        )
    )
    wrong = file_of(made, commitments=[commitment("", due="31/02/2026")])
    good, done = (file_of(made, targets=[target(made, "QR", value)]) for value in (21, 22))
    files = ((wrong, "sai.xlsx"), (good, "dung.xlsx"), (done, "xong.xlsx"))
    sent = [send(made, data, name=name) for data, name in files]
    actions.take_over(by=made.h_officer, file=sent[2])
    return dict(zip(("wrong_import", "good_import", "done_import"), (str(each.pk) for each in sent)))
