"""Words, times and quantities in templates, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from lienvung.epcis import vocabulary as cbv
from lienvung.texts import Text
from lienvung.web import vocabulary
from lienvung.web.naming import uri_of_path
from lienvung.web.parts import Cell, Column, Table, csv_answer, csv_text
from lienvung.web.templatetags import words


def render(source: str, language: str, **values: object) -> str:
    with translation.override(language):
        return Template(source).render(Context(values))


@pytest.mark.parametrize(("language", "said"), [("vi", "Lô hàng"), ("en", "Lot"), ("fr", "Lô hàng")])
def test_bi_speaks_the_readers_language(language: str, said: str) -> None:
    assert render('{% bi "Lô hàng" "Lot" %}', language) == said
    assert render("{% bi text %}", language, text=Text("Lô hàng", "Lot")) == said
    assert render("{{ text|said }}", language, text=Text("Lô hàng", "Lot")) == said


def test_bi_escapes_and_falls_back_to_vietnamese() -> None:
    assert render("{% bi a b %}", "en", a="<Gạo>", b="") == "&lt;Gạo&gt;"
    assert render("{% name a b %}", "en", a="<Gạo>", b="") == '<span lang="vi">&lt;Gạo&gt;</span>'
    assert render("{% name a b %}", "vi", a="Gạo", b="") == "Gạo"
    assert render("{{ a|viet }}", "vi", a="<b>") == "&lt;b&gt;"


def test_times_are_vietnamese_whatever_the_reader_is() -> None:
    late = datetime(2026, 6, 4, 18, 30, tzinfo=UTC)
    assert words.moment(late) == "05/06/2026 01:30"
    assert words.moment(int(late.timestamp() * 1000)) == "05/06/2026 01:30"
    assert words.day(date(2026, 6, 5)) == "05/06/2026"
    assert words.day(late) == "05/06/2026"
    assert words.iso(late) == "2026-06-05T01:30:00+07:00"
    assert words.moment(None) == words.day("") == words.iso(None) == ""


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (Decimal("12500.500"), "12.500,5", "12,500.5"),
        (1000000, "1.000.000", "1,000,000"),
        (0.1, "0,1", "0.1"),
        (-3, "-3", "-3"),
        (100, "100", "100"),
        (None, "", ""),
    ],
)
def test_amounts_have_the_separators_of_the_language(value: object, vi: str, en: str) -> None:
    for language, said in (("vi", vi), ("en", en)):
        with translation.override(language):
            assert words.amount(value) == said


def test_every_cbv_word_is_spoken_in_both_languages() -> None:
    missing = set(cbv.BIZ_STEP.words) - set(vocabulary.BIZ_STEPS) | set(cbv.DISPOSITION.words) - set(
        vocabulary.DISPOSITIONS
    )
    assert not missing
    tables = (
        vocabulary.BIZ_STEPS,
        vocabulary.DISPOSITIONS,
        vocabulary.EVENT_TYPES,
        vocabulary.ACTIONS,
        vocabulary.UNITS,
    )
    assert all(text.vi and text.en for table in tables for text in table.values())
    assert set(vocabulary.TONES) <= set(vocabulary.DISPOSITIONS)


def test_a_diary_speaks_its_own_words() -> None:
    assert vocabulary.step_word("other", "growing", "fertilising").vi == "Bón phân"
    assert vocabulary.step_word("other", "growing", "grafting").vi == "grafting"
    assert vocabulary.step_word("commissioning", "growing", None).vi == "Gieo trồng, thu hoạch"
    assert vocabulary.step_word("disassembling", "processing", {"odd": 1}).vi == "Pha lóc, tách rời"


def test_an_unknown_word_stands_for_itself() -> None:
    assert (
        vocabulary.word(vocabulary.BIZ_STEPS, "https://example.org/steps/drying").vi
        == "https://example.org/steps/drying"
    )
    assert vocabulary.word(vocabulary.BIZ_STEPS, "urn:epcglobal:cbv:bizstep:shipping").en == "Shipping"
    assert vocabulary.word(vocabulary.BIZ_STEPS, "https://ref.gs1.org/cbv/BizStep-shipping").en == "Shipping"


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2+3", "@SUM(A1)", "\tx"])
def test_csv_cells_cannot_become_formulas(text: str) -> None:
    assert csv_text(text) == "'" + text
    assert csv_text("-2", number=True) == "-2"
    table = Table(Text("a", "a"), [Column(Text("x", "x"))], [[Cell(text)]])
    body = csv_answer(table, "x").content.decode("utf-8-sig")
    assert "\n=" not in body
    assert body.split("\r\n")[1].lstrip('"').startswith("'")


def test_the_path_of_a_printed_code_with_lot_and_serial() -> None:
    path = "01/08930000040022/10/CLC-2-26/21/008N94HKB7"
    assert uri_of_path(path) == f"https://id.gs1.org/{path}"
    assert uri_of_path("01/08930000040022/10/A/B") == "https://id.gs1.org/01/08930000040022/10/A%2FB"
