"""The screens of the programme, for `screenshots.py --programme`: from the demo, in both languages and widths.

Writes `docs/screens/programme-NAME-WIDTH-LANGUAGE.png`, at most 48 kB each. The pages are looked up by their links.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tests.browser.acts import sign_in
from tests.browser.conftest import CHROMIUM, DESK, FLAGS, PHONE

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
LARGEST = 48_000  # bytes
WIDEST = 960  # px of a screen of the desk
TALLEST = 1250  # CSS px that a picture shows at most
COLOURS = (64, 32, 24, 16)
OFFICER = "dau.moi@lien-vung.example"
CODE, ARTICLE = "minh-hoa-2026-2030", "hn-nb-2015-2020"
# name → the page to open, and the links to follow from there (CSS)
PAGES: dict[str, tuple[str, ...]] = {
    "agreement": (f"/programme/a/{CODE}",),
    "article": (f"/programme/a/{ARTICLE}",),
    "article-commitment": (f"/programme/a/{ARTICLE}", "main table a >> nth=3"),
    "commitment": (f"/programme/a/{CODE}", "main table a >> nth=3"),
    "party": (f"/programme/a/{CODE}", "main dl a:has-text('Ninh B')"),
    "claim": (
        f"/results/of/{CODE}",
        "main li:has(.tag:text-is('bên kia không đồng ý')) a",
    ),
    "indicators": (f"/results/of/{CODE}/indicators",),
    "period": (f"/results/of/{CODE}", "main li:has(.tag-green) a[href*='/periods/']"),
    "dashboard": (f"/reports/dashboards/{CODE}",),
    "public": (f"/reports/public/{CODE}",),
    "report": (f"/reports/documents/{CODE}", "main table a >> nth=0"),
    "rights": ("/programme/rights",),
}


def programme(origin: str, password: str) -> None:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for size in (PHONE, DESK):
            context = browser.new_context(viewport=size)
            page = context.new_page()
            sign_in(page, origin, OFFICER, password)
            for name, (path, *links) in PAGES.items():
                page.goto(f"{origin}{path}?lang=vi")
                for link in links:
                    with page.expect_navigation(wait_until="load"):
                        page.locator(link).first.click()
                for language in ("vi", "en"):
                    page.goto(f"{page.url.partition('?')[0]}?lang={language}")
                    keep(page, SCREENS / f"programme-{name}-{size['width']}-{language}.png")
        browser.close()


def keep(page: Page, path: Path) -> None:
    """The page's own part, without the furniture, in as many colours as fit."""
    picture = Image.open(BytesIO(page.locator("main").screenshot())).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, picture.height * WIDEST // picture.width), Image.Resampling.LANCZOS)
    for colours in COLOURS:
        # MAXCOVERAGE keeps the few pixels of a chart's or a tag's colour; the mean would give all to the text
        picture.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            break
    print(f"{path.name}: {path.stat().st_size:,} bytes")
