"""An inspection on a phone without script: answers with a photo, both signatures, correction, re-inspection."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, no_sideways_scroll, watch
from tests.control_world import photo


@pytest.fixture
def phone(browser: Browser, site: Site):
    """Two phones of 360 px with script turned off: the inspector's and the establishment's."""
    pages: dict[str, Page] = {}
    contexts = []
    for role in ("official", "member"):
        context = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
        contexts.append((context, watch(context, site.origin)))
        pages[role] = context.new_page()
        sign_in(pages[role], site.origin, site.known["emails"][role], site.known["password"])
    yield pages
    for context, seen in contexts:
        context.close()
        assert not seen.strangers, "requests left the machine"
        assert all("422" in said for said in seen.complaints), "only the form that was to be refused"


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).click()


def test_a_visit_on_two_phones(phone: dict[str, Page], site: Site, tmp_path: Path) -> None:
    inspector, member = phone["official"], phone["member"]
    taken = tmp_path / "kho.jpg"
    taken.write_bytes(photo("grey", (1600, 1200)))
    # the open visit of the mill is left over from the table of pages: go on with it
    inspector.goto(site(f"/control/inspections/{site.known['open_inspection']}?lang=vi"))
    inspector.get_by_role("link", name="Bắt đầu từ mục 1").click()
    for number in range(1, 13):
        assert f"mục {number} / 12" in inspector.locator(".eyebrow").inner_text()
        if number == 4:
            inspector.get_by_label("Không đạt", exact=True).check()
            press(inspector, "Ghi, sang mục sau")
            assert inspector.locator(".error-summary").is_visible(), "a failure needs its note"
            inspector.get_by_label("Ghi chú").fill("Không có lịch làm vệ sinh.")
            inspector.locator("input[type=file]").set_input_files(taken)
        else:
            inspector.get_by_label("Đạt", exact=True).check()
        press(inspector, "Ghi, sang mục sau")
    inspector.get_by_role("link", name="Kết luận").click()
    assert "0 lỗi nghiêm trọng, 1 lỗi nặng, 0 lỗi nhẹ" in inspector.locator("main").inner_text()
    press(inspector, "Ghi, xem lại trước khi ký")
    assert inspector.locator("main img").count() == 1
    press(inspector, "Ký biên bản")
    assert inspector.locator("h1").inner_text() == "Chữ ký của cơ sở"

    member.goto(site("/control/mine?lang=vi"))
    member.get_by_role("link", name="Xưởng xay Yên Khánh").first.click()
    assert "Không có lịch làm vệ sinh." in member.locator("main").inner_text()
    member.get_by_label("Ý kiến của cơ sở").fill("Sẽ lập lịch trong tuần.")
    press(member, "Ký")
    assert "đúng như đã ký" in member.locator("main").inner_text()
    member.get_by_role("link", name="Có lịch làm vệ sinh và ghi lại việc đã làm.").first.click()
    member.get_by_role("link", name="Báo đã khắc phục").click()
    member.get_by_label("Đã khắc phục thế nào").fill("Đã lập lịch và dán ở xưởng.")
    member.locator("input[type=file]").set_input_files([taken, taken])
    press(member, "Gửi")
    assert member.locator(".notice img").count() == 2

    inspector.goto(site(f"/control/inspections/{site.known['open_inspection']}"))
    press(inspector, "Bắt đầu kiểm tra lại")
    inspector.get_by_role("link", name="Bắt đầu từ mục 1").click()
    inspector.get_by_label("Đạt", exact=True).check()
    press(inspector, "Ghi, sang mục sau")
    inspector.get_by_role("link", name="Kết luận").click()
    press(inspector, "Ghi, xem lại trước khi ký")
    press(inspector, "Ký biên bản")
    inspector.get_by_label("Từ chối ký").check()
    inspector.get_by_label("Họ tên người của cơ sở").fill("Trần Văn Xay")
    inspector.get_by_label("Ý kiến của cơ sở, hoặc lý do từ chối").fill("Không có mặt người phụ trách.")
    press(inspector, "Ghi và khoá biên bản")
    assert "từ chối ký" in inspector.locator("main").inner_text()
    member.reload()
    assert "đã khắc phục" in member.locator("main").inner_text()


def test_wide_pages_fit_a_phone(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    sign_in(page, site.origin, site.known["emails"]["official"], site.known["password"])
    for path in ("/control/", "/control/plans/{plan}", "/control/inspections/{signed_inspection}", "/control/findings"):
        page.goto(site(path.format(**site.known)))
        assert no_sideways_scroll(page), path
    context.close()
