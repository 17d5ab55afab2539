"""Five journeys through the house, in a real browser without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, expect
from tests.browser.acts import codes_on_screen, one_time_code, sign_in
from tests.browser.conftest import DESK, Site, no_sideways_scroll

desk = pytest.mark.parametrize("visitor", [DESK], indirect=True, ids=["desk"])


def test_a_shopper_scans_and_reads_the_journey_in_two_languages(visitor: BrowserContext, site: Site) -> None:
    page = visitor.new_page()
    page.goto(site(site.known["pack"]))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gạo nếp hạt cau Ninh Bình")
    expect(page.get_by_role("heading", name="Hành trình")).to_be_visible()
    steps = page.locator("ol.steps > li")
    assert steps.count() >= 4
    expect(page.locator("#journey")).to_contain_text("Ruộng Kim Sơn số 3")
    expect(page.locator("#journey")).to_contain_text("Quầy nông sản Cầu Giấy")
    assert no_sideways_scroll(page)
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Journey")).to_be_visible()
    assert page.locator("ol.steps > li").count() == steps.count()
    assert not visitor.cookies()


@desk
def test_a_member_signs_in_with_two_factors_and_reads_a_lots_lineage(visitor: BrowserContext, site: Site) -> None:
    page = visitor.new_page()
    page.goto(site("/ledger/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập")  # not let in
    sign_in(page, site.origin, site.known["emails"]["manager"], site.known["password"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Nhập mã xác thực")
    page.goto(site("/ledger/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập")  # the password alone is not enough
    sign_in(page, site.origin, site.known["emails"]["manager"], site.known["password"])
    page.fill("input[name=code]", one_time_code(site.known["totp_key"]))
    page.click("main button[type=submit]")
    page.get_by_role("link", name="Bàn làm việc").first.click()
    page.get_by_role("link", name=re.compile("Lô NHC-0504")).first.click()
    drawing = page.locator(".graph-frame svg")
    expect(drawing).to_be_visible()
    boxes = drawing.locator("a").count()
    width = drawing.bounding_box()["width"]
    page.get_by_role("link", name="Không gộp").click()
    assert page.locator(".graph-frame svg a").count() > boxes
    page.get_by_role("link", name="200 %").click()
    assert page.locator(".graph-frame svg").bounding_box()["width"] > 1.9 * width
    assert no_sideways_scroll(page)  # the drawing scrolls in its own frame
    page.locator("#lineage-table ~ tbody, table:has(#lineage-table) tbody").get_by_role(
        "link", name=re.compile("THOC-3")
    ).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lô THOC-3")
    page.locator("table:has(#events-table)").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Từng trường")).to_be_visible()
    expect(page.locator("pre")).to_contain_text('"eventTime"')


def test_search_without_marks_leads_to_product_and_lot(visitor: BrowserContext, site: Site) -> None:
    page = visitor.new_page()
    page.goto(site("/"))
    page.get_by_role("searchbox").fill("gao nep")
    page.get_by_role("button", name="Tìm").click()
    page.locator("main").get_by_role("link", name=re.compile("Gạo nếp hạt cau")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gạo nếp hạt cau Ninh Bình")
    page.locator("main").get_by_role("link", name=re.compile("NHC-0504")).first.click()
    expect(page.locator("body")).to_contain_text("NHC-0504")
    assert no_sideways_scroll(page)


@desk
def test_printed_labels_carry_issued_codes_that_open_their_page(visitor: BrowserContext, site: Site) -> None:
    page = visitor.new_page()
    sign_in(page, site.origin, site.known["emails"]["member"], site.known["password"])
    page.goto(site(f"/labels/new/{site.known['gtin']}"))
    page.check("input[name=kind][value=serial]")
    page.fill("input[name=count]", "4")
    page.click("main button[type=submit]")
    expect(page.get_by_role("heading", level=1)).to_have_text("Xem lại trước khi cấp mã")
    page.get_by_role("button", name="Cấp mã và in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("4 nhãn")
    page.get_by_role("link", name=re.compile(r"Trang 1 \(SVG\)")).click()
    codes = codes_on_screen(page)
    assert len(set(codes)) == 4
    assert all(code.startswith(f"{site.origin}/01/{site.known['gtin']}") for code in codes)
    page.goto(codes[0])
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gạo nếp hạt cau Ninh Bình")
    never_issued = codes[0][:-4] + "ZZZ9"
    answer = page.request.get(never_issued)
    assert answer.status == 404


@desk
def test_an_official_recalls_a_lot_and_its_page_says_so_at_once(visitor: BrowserContext, site: Site) -> None:
    shopper, official = visitor.new_page(), visitor.new_page()
    shopper.goto(site(site.known["recalled_lot"]))
    expect(shopper.get_by_text("Đang bị thu hồi")).to_have_count(0)
    sign_in(official, site.origin, site.known["emails"]["official"], site.known["password"])
    official.goto(site("/ledger/things" + site.known["recalled_lot"]))
    official.get_by_role("link", name="Thu hồi lô này").click()
    official.fill("textarea[name=reason]", "Mẫu kiểm nghiệm vượt mức cho phép.")
    official.fill("textarea[name=public_vi]", "Không dùng lô này; mang trả nơi mua.")
    official.fill("textarea[name=public_en]", "Do not use this lot; return it to the shop.")
    official.click("main button[type=submit]")
    official.get_by_role("button", name="Xác nhận thu hồi").click()
    expect(official.locator("body")).to_contain_text("NHC-0511")
    shopper.reload()
    expect(shopper.get_by_role("heading", name="Đang bị thu hồi")).to_be_visible()
    expect(shopper.locator("body")).to_contain_text("Không dùng lô này; mang trả nơi mua.")
    shopper.goto(site(site.known["lot"]))  # the other lot is not touched
    expect(shopper.get_by_role("heading", name="Đang bị thu hồi")).to_have_count(0)
