"""An official document as a pure value: who issues it, its number, title, body, annexes, recipients, signature.

`papers.word.as_docx(document)` and `papers.pdf.as_pdf(document)` lay it out as Nghị định 30/2020/NĐ-CP wants; the
measures stand in `data/layouts.json` with their source, and are read by `papers.measures`. A document is in one
language: whoever makes it chooses the words. No database and no clock here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from lienvung.texts import Text

STATE: Final = Text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM")
MOTTO: Final = Text("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness")
NUMBER: Final = Text("Số:", "No.:")
RECIPIENTS: Final = Text("Nơi nhận:", "Recipients:")
BASIS: Final = Text("Căn cứ", "Pursuant to")
ANNEX: Final = Text("Phụ lục", "Annex")
MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                 "November", "December")  # fmt: skip
ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 to 3. The number ("I.", "1.", "a)") is part of the text, as in official documents."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `note`: small and italic, under a table or a heading."""

    text: str
    note: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """Lines with a dash before each."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """`widths`: shares of the text's width; `numbers`: columns set to the right. The head is repeated on every page.

    `shaded`: rows (by index) that stand for a group or a sum, set bold.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    numbers: frozenset[int] = frozenset()
    caption: str = ""
    bold_rows: frozenset[int] = frozenset()


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True, slots=True)
class Annex:
    """Begins a new page; `landscape` turns it, for wide tables."""

    title: str
    blocks: Sequence[Block]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """`authority`: "TM. ỦY BAN NHÂN DÂN"; `post`: "CHỦ TỊCH" (lines may be broken by newlines); `name`: empty before
    it is known."""

    authority: str = ""
    post: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """`issuer_above`: the body over the issuer ("ỦY BAN NHÂN DÂN TỈNH …"), empty for the highest of a province.

    `number` and `dated` stay empty in a draft: a gap is printed, to be filled in by hand. `kind`: "BÁO CÁO";
    `basis`: the "Căn cứ" lines; `mark`: over every page, what this must not be taken for ("DỰ THẢO").
    """

    language: str
    issuer: str
    kind: str
    subject: str
    blocks: Sequence[Block]
    issuer_above: str = ""
    number: str = ""
    symbol: str = ""
    place: str = ""
    dated: date | None = None
    addressed_to: str = ""
    basis: Sequence[str] = ()
    annexes: Sequence[Annex] = ()
    recipients: Sequence[str] = ()
    signature: Signature = Signature()
    mark: str = ""

    def says(self, text: Text) -> str:
        return text.in_language(self.language)

    @property
    def issuer_lines(self) -> list[str]:
        """The issuer in capitals; a council's or committee's place stands on a line of its own, whole."""
        return _broken(self.issuer.upper())

    @property
    def issuer_above_lines(self) -> list[str]:
        return _broken(self.issuer_above.upper()) if self.issuer_above else []

    @property
    def basis_lines(self) -> list[str]:
        """Each with its "Căn cứ" and a semicolon, the last with a full stop."""
        word = self.says(BASIS)
        bare = [line.strip().rstrip(";.") for line in self.basis if line.strip()]
        said = [line if line.lower().startswith(word.lower()) else f"{word} {line}" for line in bare]
        return [f"{line}{'.' if at == len(said) else ';'}" for at, line in enumerate(said, start=1)]

    @property
    def full_number(self) -> str:
        """ "Số: 45/BC-UBND"; a gap where the number is not given yet."""
        number = self.number or "        "
        return f"{self.says(NUMBER)} {number}/{self.symbol}" if self.symbol else f"{self.says(NUMBER)} {number}"

    @property
    def place_and_date(self) -> str:
        """ "Ninh Bình, ngày 05 tháng 7 năm 2026": days under 10 and the months 1 and 2 with a zero before them."""
        said = dated_words(self.dated, self.language)
        return f"{self.place}, {said}" if self.place else said

    @property
    def title(self) -> str:
        return f"{self.kind} {self.subject}".strip()

    def annex_title(self, at: int) -> str:
        """ "Phụ lục" alone where there is one, else with its Roman number."""
        number = f" {ROMAN[at] if at < len(ROMAN) else at + 1}" if len(self.annexes) > 1 else ""
        return f"{self.says(ANNEX)}{number}"

    def annex_origin(self) -> str:
        """ "(Kèm theo Báo cáo số 45/BC-UBND ngày … của …)"."""
        number = (self.number or "……") + (f"/{self.symbol}" if self.symbol else "")
        day = dated_words(self.dated, self.language)
        kind = self.kind.capitalize()
        if self.language == "vi":
            return f"(Kèm theo {kind} số {number} {day} của {self.issuer})"
        return f"(Attached to {kind} No. {number}, {day}, of {self.issuer})"

    def all_blocks(self) -> Iterator[Block]:
        yield from self.blocks
        for annex in self.annexes:
            yield from annex.blocks


# what XML 1.0, and so a .docx, cannot hold
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """`text` without what no document can hold."""
    return _NO_XML.sub("", text)


_OF_A_PLACE = re.compile(r"^((?:ỦY|UỶ) BAN NHÂN DÂN|HỘI ĐỒNG NHÂN DÂN|PEOPLE'S (?:COMMITTEE|COUNCIL) OF) (.+)$")


def _broken(issuer: str) -> list[str]:
    found = _OF_A_PLACE.match(issuer)
    return [found[1], found[2]] if found else [issuer]


def leads_in(line: str) -> bool:
    """Whether the line announces what follows, and so must not be the last of a page."""
    return line.rstrip().endswith(":")


def with_stops(lines: Sequence[str]) -> list[str]:
    """Recipients as they stand: "- …;" and a full stop after the last."""
    bare = [line.strip().lstrip("-").strip().rstrip(";.") for line in lines if line.strip()]
    return [f"- {line}{'.' if at == len(bare) else ';'}" for at, line in enumerate(bare, start=1)]


def dated_words(day: date | None, language: str) -> str:
    """The date as official documents write it; gaps where there is none."""
    if language == "vi":
        if day is None:
            return "ngày      tháng      năm 20…"
        month = f"{day.month:02d}" if day.month < 3 else str(day.month)
        return f"ngày {day.day:02d} tháng {month} năm {day.year}"
    if day is None:
        return "……/……/20…"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
