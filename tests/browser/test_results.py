"""Results in a real browser at 360 px: two officers over one result (its pages: `test_programme_pages.py`)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, watch
from tests.browser.test_every_page import check
from tests.results_world import PDF


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site):
    """A phone for each officer, script off. Axe runs in the page all the same."""
    made: dict[str, BrowserContext] = {}
    watched = []
    for side in ("hanoi", "ninhbinh"):
        context = browser.new_context(viewport=PHONE, bypass_csp=True)
        watched.append(watch(context, site.origin))
        made[side] = context
        page = context.new_page()
        sign_in(page, site.origin, site.known[f"{side}_officer"], site.known["password"])
        page.close()
    yield made
    for context in made.values():
        context.close()
    assert not [url for seen in watched for url in seen.strangers], "requests left the machine"


def test_one_tells_a_result_with_a_file_the_other_disputes_then_confirms(people, site: Site) -> None:
    hanoi, ninhbinh = people["hanoi"].new_page(), people["ninhbinh"].new_page()
    save = "main form[method=post] button[type=submit]"
    hanoi.goto(site(f"/results/commitments/{site.known['results_commitment']}/new?lang=vi"))
    hanoi.select_option("select[name=period]", site.known["results_period"])
    hanoi.fill("textarea[name=text]", "Bảy sản phẩm mang mã QR trong trình duyệt.")
    hanoi.select_option("select[name=indicator]", site.known["results_indicator"])
    hanoi.fill("input[name=value]", "7")
    hanoi.click(save)
    address = hanoi.url.partition("?")[0]
    hanoi.click("text=Đính kèm tệp")
    hanoi.set_input_files("input[name=file]", {"name": "danh sach.pdf", "mimeType": "application/pdf", "buffer": PDF})
    hanoi.click(save)
    hanoi.click("main a:has-text('Gửi bên kia xác nhận')")
    hanoi.click(save)
    assert "chưa trả lời" in hanoi.inner_text("main")
    ninhbinh.goto(site("/?lang=vi"))
    assert "chờ bên bạn xác nhận" in ninhbinh.inner_text("main")
    ninhbinh.goto(site("/results/?lang=vi"))
    ninhbinh.click("main a:has-text('trong trình duyệt') >> nth=0")
    assert ninhbinh.url.partition("?")[0] == address
    assert ninhbinh.locator("a:has-text('danh sach.pdf')").count() == 1
    ninhbinh.click("main a.button:has-text('Không đồng ý')")
    ninhbinh.fill("textarea[name=words]", "Chỉ thấy sáu sản phẩm trên kệ.")
    ninhbinh.click(save)
    check(ninhbinh)
    hanoi.goto(address)
    assert "Chỉ thấy sáu sản phẩm trên kệ." in hanoi.inner_text("main")
    hanoi.click("main a.button:has-text('Trao đổi thêm')")
    hanoi.fill("textarea[name=words]", "Sản phẩm thứ bảy bán ở cửa hàng số 2.")
    hanoi.click(save)
    ninhbinh.goto(address)
    ninhbinh.click("main a.button:has-text('Xác nhận') >> nth=0")
    ninhbinh.click(save)
    hanoi.goto(address)
    for page in (hanoi, ninhbinh):
        shown = page.inner_text("main")
        said = (
            "Chỉ thấy sáu",
            "cửa hàng số 2",
            "hai bên đã xác nhận",
            "Cán bộ hanoi1",
            "Cán bộ ninhbinh1",
            "danh sach.pdf",
        )
        assert [words for words in said if words not in shown] == []
    hanoi.goto(site(f"/results/periods/{site.known['results_period']}?lang=vi"))
    assert "7" in hanoi.inner_text("table")
    hanoi.close()
    ninhbinh.close()
