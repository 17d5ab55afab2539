"""The cut fonts: small, complete for Vietnamese, found as static files."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from fontTools.ttLib import TTFont

from lienvung.web import fonts

LIMIT = 25 * 1024  # bytes


@pytest.fixture
def home(tmp_path: Path, settings) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_a_cut_font_is_small_and_has_every_vietnamese_letter(home: Path, weight: int) -> None:
    fonts.ensure_fonts()
    path = fonts.font_path(weight)
    assert path.is_relative_to(home)
    assert 5_000 < path.stat().st_size < LIMIT
    assert path.read_bytes()[:4] == b"wOF2"
    letters = TTFont(path).getBestCmap()
    assert not [letter for letter in fonts.VIETNAMESE + fonts.VIETNAMESE.upper() + "₫–“”" if ord(letter) not in letters]
    assert not list(home.rglob("*.part"))


def test_fonts_are_made_once(home: Path) -> None:
    first = [path.stat().st_mtime_ns for path in fonts.ensure_fonts()]
    assert [path.stat().st_mtime_ns for path in fonts.ensure_fonts()] == first


def test_the_finder_gives_fonts_and_nothing_else(home: Path) -> None:
    (home / "secret_key").write_text("x")
    assert finders.find("fonts/be-vietnam-pro-400.woff2") == str(fonts.font_path(400))
    for escape in ("../secret_key", "fonts/../../secret_key", "secret_key", "fonts/nothing.woff2"):
        assert not fonts.BuiltFiles().find(escape)


def test_the_style_sheet_names_the_fonts_that_are_served(client: Client) -> None:
    css = Path(finders.find("web/lienvung.css")).read_text()
    for weight in fonts.WEIGHTS:
        assert f'url("../fonts/{fonts.font_path(weight).name}")' in css
    assert "http" not in css.replace('[href^="http"]', "")
