"""Take the pictures of the documents from a running demo: `python tests/browser/screenshots.py http://127.0.0.1:8000`.

Writes `docs/images/NAME-360.png` and `NAME-1280.png`, at most 150 kB each (a palette of 128
colours is enough for these pages). The pages of signed-in people are taken with a trial account,
whose e-mail and password are given as `--email` and `--password`.
"""

from __future__ import annotations

import argparse
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tests.browser.acts import sign_in
from tests.browser.conftest import CHROMIUM, DESK, FLAGS, PHONE

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
LARGEST = 150_000  # bytes
TALLEST = 1400  # CSS px that a picture shows at most
COLOURS = (128, 64, 32, 16)

PUBLIC = {"home": "/", "search": "/search?q=gao+nep", "components": "/mau/"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("origin")
    parser.add_argument("--email", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--page", action="append", default=[], metavar="NAME=PATH[@SELECTOR]", help="a further page")
    parser.add_argument("--language", default="vi", choices=("vi", "en"))
    args = parser.parse_args()
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
