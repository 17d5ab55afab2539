"""Certificates in a real browser: from the holder's claim over the official's check to the scan page; axe; 360 px."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.app.proofs_world import PDF
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, no_sideways_scroll, watch
from tests.browser.test_every_page import check

PAGES = [
    ("public", "/proofs/"),
    ("public", "/proofs/?q=khong-co"),
    ("public", "/proofs/{certificate}"),
    ("public", "{lot}"),
    ("public", "/people/{organisation}"),
    ("public", "/catalogue/{product}"),
    ("manager", "/"),
    ("manager", "/proofs/"),
    ("manager", "/proofs/new"),
    ("manager", "/proofs/new?replaces={certificate}"),
    ("manager", "/proofs/{claim}"),
    ("manager", "/proofs/{claim}/edit"),
    ("manager", "/proofs/{claim}/scope"),
    ("manager", "/proofs/watch"),
    ("official", "/proofs/{claim}/check"),
    ("official", "/proofs/{certificate}"),
    ("official", "/proofs/{certificate}/measure"),
    ("official", "/proofs/issuers"),
    ("official", "/proofs/watch"),
]


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site):
    """A narrow browser for each role."""
    made: dict[str, BrowserContext] = {}
    watched = []
    for role in ("public", "manager", "official"):
        context = browser.new_context(viewport=PHONE, bypass_csp=True)
        watched.append(watch(context, site.origin))
        made[role] = context
        if role != "public":
            page = context.new_page()
            email = site.known["holder" if role == "manager" else "checker"]
            sign_in(page, site.origin, email, site.known["password"])
            page.close()
    yield made
    for context in made.values():
        context.close()
    assert not [url for seen in watched for url in seen.strangers], "requests left the machine"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("role", "path"), PAGES)
def test_page_is_accessible_on_a_phone(people, site: Site, role: str, path: str, language: str) -> None:
    page = people[role].new_page()
    address = path.format(**site.known)
    answer = page.goto(site(address + ("&" if "?" in address else "?") + f"lang={language}"))
    assert answer is not None
    assert answer.status == 200
    check(page)
    page.close()


def submit(page: Page) -> None:
    page.click("main form[enctype] button[type=submit]")


def test_from_paper_to_scan_page(people, site: Site, tmp_path: Path) -> None:
    """No script is needed: a holder claims, an official confirms after seeing the file, a buyer sees it; then not."""
    paper = tmp_path / "giay.pdf"
    paper.write_bytes(PDF)
    holder, official, buyer = (people[role].new_page() for role in ("manager", "official", "public"))
    holder.goto(site("/proofs/new?lang=vi"))
    submit(holder)
    assert holder.title().startswith("Lỗi:")
    holder.select_option("select[name=kind]", "organic")
    holder.fill("input[name=number]", "HC-2026-11")
    holder.fill("input[name=issuer_name]", "Tổ chức chứng nhận Mẫu")
    holder.fill("input[name=valid_from]", "01/01/2026")
    holder.set_input_files("input[name=document]", str(paper))
    submit(holder)
    holder.wait_for_url("**/scope*")
    holder.select_option("select[name=product]", index=1)
    submit(holder)
    assert no_sideways_scroll(holder)
    claimed = re.sub("/scope.*", "", holder.url)
    assert "HC-2026-11" not in (buyer.goto(site("/proofs/?lang=vi")) and buyer.content())

    official.goto(f"{claimed}?lang=vi")
    with official.expect_download() as got:
        official.get_by_role("link", name="Tải bản PDF").click()
    assert Path(got.value.path()).read_bytes() == PDF
    official.goto(f"{claimed}/check?lang=vi")
    official.check("input[value=confirm]")
    submit(official)
    official.wait_for_url(claimed)
    assert official.get_by_text("còn hiệu lực").count() == 1

    buyer.goto(f"{claimed}?lang=vi")
    covered = buyer.locator("dt:has-text('Phạm vi') + dd").inner_text()
    assert covered
    buyer.goto(site("/proofs/?lang=vi&q=HC-2026-11"))
    assert buyer.get_by_role("link", name="Hữu cơ HC-2026-11").count() == 1

    official.goto(f"{claimed}/measure?lang=vi")
    official.check("input[value=withdrawn]")
    official.fill("textarea[name=reason]", "Cơ sở không còn sản xuất hữu cơ.")
    submit(official)
    buyer.goto(f"{claimed}?lang=vi")
    assert buyer.get_by_text("đã bị thu hồi").count() == 1
    for page in (holder, official, buyer):
        page.close()
