"""Every kind of page, both languages: axe finds nothing, no sideways scroll at 320 px, targets are big enough."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.acts import sign_in
from tests.browser.conftest import Site, no_sideways_scroll, watch

NARROW = {"width": 320, "height": 700}
PUBLIC = [
    "/",
    "/search?q=gao+nep",
    "/search?q=khong+co+gi",
    "/search?q={gtin}",
    "/mau/",
    "/nowhere",
    "/people/",
    "/people/sign-in",
    "/people/{organisation}",
    "/catalogue/",
    "/catalogue/{product}",
    "/catalogue/places",
    "/quality/",
    "{pack}",
    "{lot}",
    "/01/{gtin}",
    "/01/{gtin}/21/CHUACAP",
    "{lot}?linkType=linkset",
    "{lot}?linkType=gs1:nosuchlt",
    "/01/123",
    "/control/establishments/{establishment}",
]
MEMBERS = [
    "/ledger/",
    "/ledger/things{lot}",
    "/ledger/things{lot}?fold=none&zoom=50",
    "/ledger/things{pack}",
    "/people/account",
    "/people/account/password",
    "/people/account/second-factor",
    "/catalogue/new",
    "/catalogue/{product}/edit",
    "/catalogue/{product}/lots/new",
    "/catalogue/places/new",
    "/labels/",
    "/labels/new/{gtin}",
    "/resolver/",
    "/resolver/new",
    "/resolver/{link}/edit",
    "/resolver/{link}/remove",
    "/field/outbox",
    "/control/mine",
    "/control/inspections/{waiting_inspection}/countersign",
    "/control/inspections/{signed_inspection}",
    "/control/findings/{finding}",
    "/control/findings/{finding}/answer",
]
OFFICIALS = ["/ledger/events/{event}", "/people/audit", "/people/new", "/quality/declare", "/quality/notices"]
OFFICIALS += [
    "/control/",
    "/control/establishments",
    "/control/establishments/new",
    "/control/establishments/{establishment}",
    "/control/establishments/{establishment}/edit",
    "/control/establishments/{establishment}/grade",
    "/control/establishments/{establishment}/commitment",
    "/control/establishments/{establishment}/inspect",
    "/control/commitments",
    "/control/commitments/{commitment}/breach",
    "/control/plans",
    "/control/plans/{plan}",
    "/control/plans/{plan}/add",
    "/control/plans/{plan}/approve",
    "/control/plans/rows/{plan_row}",
    "/control/inspections",
    "/control/inspections/{open_inspection}",
    "/control/inspections/{open_inspection}/items/nhan",
    "/control/inspections/{open_inspection}/result",
    "/control/inspections/{waiting_inspection}/other-side",
    "/control/inspections/{waiting_inspection}/reopen",
    "/control/inspections/{signed_inspection}",
    "/control/inspections/{signed_inspection}/amend",
    "/control/findings",
    "/control/findings/{finding}",
]
LEAST_TARGET = 24  # CSS px, WCAG 2.2 success criterion 2.5.8; links inside sentences are exempt

SMALL_TARGETS = """least => [...document.querySelectorAll('button, input:not([type=hidden]), select, nav a, .button')]
  .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, r]) => r.width && (r.width < least || r.height < least)).map(([html]) => html)"""


@pytest.fixture(scope="module")
def contexts(browser: Browser, site: Site):
    """One browser for each role, narrow; bypassing the policy so that axe can be put into the page."""
    made: dict[str, BrowserContext] = {}
    watched = []
    for role in ("public", "member", "official"):
        context = browser.new_context(viewport=NARROW, bypass_csp=True)
        watched.append(watch(context, site.origin))
        made[role] = context
        if role != "public":
            page = context.new_page()
            sign_in(page, site.origin, site.known["emails"][role], site.known["password"])
            page.close()
    yield made
    for context in made.values():
        context.close()
    assert not [url for seen in watched for url in seen.strangers], "requests left the machine"


def check(page: Page) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert no_sideways_scroll(page), "scrolls sideways at 320 px"
    assert page.evaluate(SMALL_TARGETS, LEAST_TARGET) == []
    assert page.locator("h1").count() == 1
    # a link set stands in its page as data, which is no script; tasks and diaries load our own
    own = ", [src^='/field/code/']" if urlsplit(page.url).path.startswith(("/field/", "/diary/")) else ""
    assert page.locator(f"script:not([type='application/ld+json']{own}), [style], [onclick]").count() == 0


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("role", "path"),
    [("public", path) for path in PUBLIC]
    + [("member", path) for path in MEMBERS]
    + [("official", path) for path in OFFICIALS],
)
def test_page_is_accessible(contexts, site: Site, role: str, path: str, language: str) -> None:
    page = contexts[role].new_page()
    address = path.format(**site.known)
    page.goto(site(address + ("&" if "?" in address else "?") + f"lang={language}"))
    assert page.locator("html").get_attribute("lang") == language
    check(page)
    page.close()


def test_the_keyboard_reaches_content_first_and_sees_where_it_is(contexts, site: Site) -> None:
    page = contexts["public"].new_page()
    page.goto(site("/?lang=vi"))
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Đến nội dung chính"
    assert skip.bounding_box()["x"] >= 0  # it comes into sight
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("name") == "q"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.type("gao nep")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=gao*")


def test_a_faulty_form_leads_the_reader_to_the_fault(contexts, site: Site) -> None:
    page = contexts["member"].new_page()
    page.goto(site("/catalogue/new?lang=vi"))
    page.click("main button[type=submit]")
    assert page.title().startswith("Lỗi:")
    summary = page.locator(".error-summary")
    assert summary.get_attribute("role") == "alert"
    check(page)
    summary.get_by_role("link").first.click()
    assert page.locator(":focus, :target").count() >= 1


def test_pages_print_without_the_furniture(contexts, site: Site) -> None:
    page = contexts["public"].new_page()
    page.goto(site("/?lang=vi"))
    page.emulate_media(media="print")
    for furniture in ("nav.main", ".search", ".phase"):
        assert not page.locator(furniture).first.is_visible()
    assert page.locator("h1").is_visible()
