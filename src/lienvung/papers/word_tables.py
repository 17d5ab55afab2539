"""A table of a .docx as XML: thousands of rows in a moment, which cell by cell would take minutes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from lienvung.papers.layout import Table, clean

TWIPS: Final = 1440 / 25.4  # of a millimetre
SIDE: Final = 60  # twips between a line of the grid and the text


def table_xml(table: Table, columns: Sequence[float], *, body: str, head: str) -> Any:
    """The `w:tbl` element; `columns`: their widths in millimetres; `body` and `head` are ids of paragraph styles.

    A row that stands for a group stays on the page of the row after it.
    """
    widths = [round(width * TWIPS) for width in columns]
    last = len(table.rows) - 1
    grid = "".join(f'<w:gridCol w:w="{each}"/>' for each in widths)
    top = "".join(_cell(text, at, head, "center", True) for text, at in zip(table.columns, widths))
    aligned = ["right" if at in table.numbers else "left" for at in range(len(widths))]
    rows = [
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(
            _cell(text, at, body, side, number in table.bold_rows, stays=number in table.bold_rows and number < last)
            for text, at, side in zip(row, widths, aligned)
        )
        + "</w:tr>"
        for number, row in enumerate(table.rows)
    ]
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{lines}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{top}</w:tr>{''.join(rows)}</w:tbl>"
    )


def _cell(text: str, width: int, style: str, side: str, bold: bool, *, stays: bool = False) -> str:
    together = "<w:keepNext/>" if stays else ""
    strong = "<w:rPr><w:b/></w:rPr>" if bold else ""
    lines = '<w:br/>'.join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).split("\n")
    )  # fmt: skip
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>{together}'
        f'<w:jc w:val="{side}"/></w:pPr><w:r>{strong}{lines}</w:r></w:p></w:tc>'
    )
