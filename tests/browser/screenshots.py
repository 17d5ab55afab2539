"""Take the pictures of the documents from a running demo: `python tests/browser/screenshots.py http://127.0.0.1:8000`.

Writes `docs/images/NAME-360.png` and `NAME-1280.png`, at most 150 kB each (a palette of 128
colours is enough for these pages). `--story` plays the rice chain of `test_rice_chain.py` on a server of
its own instead and writes its screens into `docs/screens/` (WebP, 60 kB each at most; the origin is not
used). The pages of signed-in people are taken with a trial account,
whose e-mail and password are given as `--email` and `--password`.
"""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tests.browser.acts import sign_in
from tests.browser.conftest import CHROMIUM, DESK, FLAGS, PHONE, served
from tests.browser.programme_screens import programme
from tests.browser.rice_chain import people
from tests.browser.test_rice_chain import (
    answered_and_closed,
    held_and_recalled,
    inspected_by_both_provinces,
    on_its_way_to_the_shelf,
)

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
SCREENS = IMAGES.with_name("screens")
SCRIPT = "build_rice_chain.py"
ENGLISH = frozenset(
    {"02-diary", "13-scan", "16-failed", "17-hold", "22-recall", "23-scan-band", "24-notice", "26-answered"}
    | {"28-dossier"}
)  # the screens of the story that are kept in English too
WIDEST = 900  # px of a screen of the desk
LARGEST = 150_000  # bytes
TALLEST = 1400  # CSS px that a picture shows at most
COLOURS = (128, 64, 32, 16)

PUBLIC = {"home": "/", "search": "/search?q=gao+nep", "components": "/mau/"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("origin", nargs="?", default="")
    parser.add_argument("--story", action="store_true", help="the screens of the rice chain")
    parser.add_argument("--email", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--page", action="append", default=[], metavar="NAME=PATH[@SELECTOR]", help="a further page")
    parser.add_argument("--language", default="vi", choices=("vi", "en"))
    parser.add_argument("--programme", action="store_true", help="the screens of agreements; give --password")
    args = parser.parse_args()
    if args.story:
        return story()
    if args.programme:
        return programme(args.origin, args.password)
    pages = PUBLIC | dict(pair.split("=", 1) for pair in args.page)
    if args.email:
        pages["dashboard"] = "/ledger/"
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for size in (PHONE, DESK):
            context = browser.new_context(viewport=size)
            page = context.new_page()
            if args.email:
                sign_in(page, args.origin, args.email, args.password)
            for name, place in pages.items():
                path, _, part = place.partition("@")
                page.goto(f"{args.origin}{path}{'&' if '?' in path else '?'}lang={args.language}")
                keep(page, IMAGES / f"{name}-{size['width']}.png", part)
        browser.close()


def story() -> None:
    """Play the rice chain, with the questions of its test, and keep the screens."""
    with sync_playwright() as running, TemporaryDirectory() as folder, served(SCRIPT, Path(folder) / "home") as site:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with people(browser, site, keep_screen) as (journey, _):
            on_its_way_to_the_shelf(journey)
            held_and_recalled(journey)
            inspected_by_both_provinces(journey)
            answered_and_closed(journey)
        browser.close()


def keep_screen(page: Page, name: str, part: str = "") -> None:
    """The page down to where its own part ends; those of `ENGLISH` also in English, in a page beside it."""
    shoot(page, name)
    if name in ENGLISH:
        beside = page.context.new_page()
        beside.goto(f"{page.url}?lang=en")
        shoot(beside, f"{name}-en")
        beside.goto(f"{page.url}?lang=vi")  # the language is remembered
        beside.close()


def shoot(page: Page, name: str) -> None:
    height = page.evaluate("Math.ceil(document.querySelector('main').getBoundingClientRect().bottom + scrollY)")
    picture = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, height, TALLEST)))
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, picture.height * WIDEST // picture.width))
    SCREENS.mkdir(parents=True, exist_ok=True)
    picture.save(SCREENS / f"{name}.webp", quality=60, method=6)


def keep(page: Page, path: Path, part: str = "") -> None:
    """The page's upper part, or the element of a CSS selector, as a small PNG."""
    shot = page.locator(part).first.screenshot() if part else page.screenshot(full_page=True)
    picture = Image.open(BytesIO(shot)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
    path.parent.mkdir(parents=True, exist_ok=True)
    for colours in COLOURS:
        picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            break
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
