"""Workbooks of an agreement for tests: filled in as officials do, over the world of `tests/results_world.py`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import to_excel

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


LIBRE_STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="General"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy;@"/></numFmts>'
    '<fonts count="1"><font><sz val="10"/><name val="Liberation Sans"/></font></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="164"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="164" xfId="0"/><xf numFmtId="165" xfId="0" applyProtection="false"/></cellXfs>'
    "</styleSheet>"
)
SHARED = (
    b'<Relationship Id="rId99" Target="sharedStrings.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>'
)
LIBRE_ROW = 'customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false"'


def as_libreoffice(data: bytes) -> bytes:
    """The workbook as LibreOffice Calc saves it: texts in a table with runs of letters, days as styled numbers, kinds
    of cells written out, formulas with their results and `aca`, styled cells without a value, a last row far below."""
    book, texts, parts = load_workbook(io.BytesIO(data)), list[str](), dict[str, bytes]()
    for number, sheet in enumerate(book, start=1):
        lines = []
        for row in sheet.iter_rows():
            cells = "".join(_libre_cell(cell, texts) for cell in row)
            lines.append(f'<row r="{row[0].row}" {LIBRE_ROW}>{cells}</row>')
        lines.append(f'<row r="1048576" {LIBRE_ROW}><c r="A1048576" s="0"/></row>')
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet '
            'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr filterMode="false"/>'
            f"<sheetData>{''.join(lines)}</sheetData></worksheet>"
        ).encode()
    runs = "".join(
        f'<si><r><rPr><b val="true"/></rPr><t xml:space="preserve">{escape(text[:3])}</t></r>'
        f'<r><t xml:space="preserve">{escape(text[3:])}</t></r></si>'
        for text in texts
    )
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="{len(texts)}">{runs}</sst>'
    ).encode()
    parts["xl/styles.xml"] = LIBRE_STYLES.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        rels = "xl/_rels/workbook.xml.rels"
        if "xl/sharedStrings.xml" not in old.namelist():
            parts[rels] = old.read(rels).replace(b"</Relationships>", SHARED + b"</Relationships>")
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return out.getvalue()


def _libre_cell(cell: Any, texts: list[str]) -> str:
    value = cell.value
    if value is None:
        return f'<c r="{cell.coordinate}" s="1"/>'
    if isinstance(value, datetime | date):
        return f'<c r="{cell.coordinate}" s="1" t="n"><v>{to_excel(value)}</v></c>'
    if isinstance(value, str) and value.startswith("="):
        return f'<c r="{cell.coordinate}" s="0" t="n"><f aca="false">{escape(value[1:])}</f><v>42</v></c>'
    if isinstance(value, int | float | Decimal):
        return f'<c r="{cell.coordinate}" s="0" t="n"><v>{value}</v></c>'
    texts.append(str(value))
    return f'<c r="{cell.coordinate}" s="0" t="s"><v>{len(texts) - 1}</v></c>'


def examples(known: Mapping[str, str], officer: str = "hanoi_officer") -> dict[str, str]:
    """For the table of addresses and the browser, on the examples of results: a file with errors, one that may be
    taken over, one that was."""
    agreement = Agreement.objects.get(code=known["results_code"])
    made = ready(
        SimpleNamespace(  # type: ignore[arg-type]
            agreement=agreement,
            hanoi=agreement.parties.all()[0],
            period=agreement.periods.get(pk=known["results_period"]),
            h_officer=Account.objects.get(email=known[officer]),
        )
    )
    wrong = file_of(made, commitments=[commitment("", due="31/02/2026")])
    good, done = (file_of(made, targets=[target(made, "QR", value)]) for value in (21, 22))
    files = ((wrong, "sai.xlsx"), (good, "dung.xlsx"), (done, "xong.xlsx"))
    sent = [send(made, data, name=name) for data, name in files]
    actions.take_over(by=made.h_officer, file=sent[2])
    return dict(zip(("wrong_import", "good_import", "done_import"), (str(each.pk) for each in sent)))
