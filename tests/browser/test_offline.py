"""Tasks done without network are kept on the phone and sent later: once, in order, nothing lost and nothing doubled.

A real Chromium, a real server (`offline_server.py`) and between them a network that can be cut, or that loses the
answer after the server has captured (`wire.py`). Each safety has a twin that must fail without it.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, expect
from tests.browser.conftest import CHROMIUM, FLAGS, PHONE
from tests.browser.offline_field import (
    AN,
    BINH,
    KEPT_ANYWHERE,
    QUEUE,
    READY,
    WAIT_MS,
    Field,
    enter,
    keep,
    settle,
    sign_in,
    tell,
    until,
)


def test_with_network_a_task_is_sent_at_once(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    tell(page, field, "gặt")
    page.wait_for_url("**/field/outbox")
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ")
    assert field.done() == ["gặt"]
    assert page.evaluate(QUEUE) == []


def test_without_network_tasks_wait_and_are_sent_in_order_when_it_is_back(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page)
    field.wire.set("cut")
    phone.set_offline(True)
    numbers = []
    for what in ("gặt", "phơi", "cân"):
        keep(page, field, what)
        numbers.append(page.locator("#number").input_value())
    assert numbers == ["NEP-261123-01A", "NEP-261123-02A", "NEP-261123-03A"]  # one page, three lots
    page.goto(field("/field/outbox"))
    expect(page.locator("#outbox li")).to_have_count(3)
    page.reload()
    expect(page.locator("#outbox li")).to_have_count(3)
    assert field.done() == []
    field.wire.set("open")
    phone.set_offline(False)
    until(lambda: len(field.done()) == 3, "the tasks were not sent when the network came back")
    assert field.done() == ["gặt", "phơi", "cân"]
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ", timeout=WAIT_MS)
    assert page.evaluate(QUEUE) == []


def lose_the_answer(page: Page, field: Field) -> None:
    """The server captures two tasks; the answer to the first is lost on its way, and the phone sends again."""
    settle(page)
    field.wire.set("deaf")
    keep(page, field, "gặt")
    assert field.wire.lost >= 1, "no answer was lost"
    assert field.done().count("gặt") >= 1, "the server had not captured"
    assert page.evaluate(QUEUE) == [["gặt", "waiting"]]
    keep(page, field, "phơi")
    field.wire.set("open")
    page.goto(field("/field/outbox"))
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ", timeout=WAIT_MS)


def test_an_answer_lost_after_the_capture_doubles_nothing(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    lose_the_answer(page, field)
    assert field.done() == ["gặt", "phơi"]


def test_twin_a_server_that_forgets_task_ids_doubles(phone: BrowserContext, field: Field) -> None:
    """The same acts as above; without the uniqueness of task ids they must double, or the test above proves nothing."""
    (field.home / "unsafe").touch()
    try:
        page = phone.new_page()
        enter(page, field)
        lose_the_answer(page, field)
    finally:
        (field.home / "unsafe").unlink()
    assert field.done().count("gặt") > 1
    assert len({task for task, what in zip(field.done("task"), field.done()) if what == "gặt"}) == 1


def test_the_server_stops_in_the_middle_and_starts_again(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page)
    field.wire.set("deaf")
    keep(page, field, "gặt")
    field.stop()
    keep(page, field, "phơi")
    assert page.evaluate(QUEUE) == [["gặt", "waiting"], ["phơi", "waiting"]]
    field.start()
    field.wire.set("open")
    page.goto(field("/field/outbox"))
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ", timeout=WAIT_MS)
    assert field.done() == ["gặt", "phơi"]


def test_the_queue_outlives_the_browser(playwright: Playwright, field: Field, tmp_path: Path) -> None:
    photo = tmp_path / "anh.jpg"
    photo.write_bytes(b"\xff\xd8" + bytes(5000))

    def opened() -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=FLAGS, viewport=PHONE, locale="vi-VN"
        )
        context.set_default_timeout(WAIT_MS)
        return context

    phone = opened()
    page = phone.new_page()
    enter(page, field)
    settle(page)
    field.wire.set("cut")
    page.goto(field("/field/trial"))
    page.wait_for_selector(READY)
    page.fill("#what", "gặt")
    page.set_input_files("#photo", photo)
    page.click("main form[data-task] button")
    expect(page.locator("#work-said")).to_contain_text("Đã giữ trong máy này")
    keep(page, field, "phơi")
    phone.close()
    phone = opened()
    page = phone.new_page()
    page.goto(field("/field/outbox"))  # still no network: the page comes from the phone
    expect(page.locator("#outbox li")).to_have_count(2)
    field.wire.set("open")
    page.reload()
    if "/people/sign-in" in page.url:  # the session ended with the browser
        sign_in(page, AN)
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ", timeout=WAIT_MS)
    phone.close()
    assert field.done() == ["gặt", "phơi"]
    assert field.done("bytes")[0] == 5002, "the photo did not come through"


def test_an_ended_session_keeps_the_tasks_until_one_signs_in(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page)
    page.goto(field("/field/trial"))
    page.wait_for_selector(READY)
    phone.clear_cookies(name="sessionid")
    page.fill("#what", "gặt")
    page.click("main form[data-task] button")
    expect(page.locator("#work-said")).to_contain_text("Phiên đăng nhập đã hết")
    assert field.done() == []
    page.click("#work-said a:has-text('Đăng nhập lại')")
    sign_in(page, AN)
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ", timeout=WAIT_MS)
    assert field.done() == ["gặt"]
    assert field.done("by") == [AN]


def test_another_account_neither_sends_nor_sees_the_tasks_of_the_first(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page)
    field.wire.set("cut")
    keep(page, field, "việc của An")
    field.wire.set("open")
    phone.clear_cookies(name="sessionid")
    enter(page, field, BINH)
    tell(page, field, "việc của Bình")
    page.wait_for_url("**/field/outbox")
    expect(page.locator("#outbox")).to_contain_text("1 việc của Nguyễn Thị An chờ trên máy này")
    assert "việc của An" not in page.locator("main").inner_text()
    assert list(zip(field.done(), field.done("by"))) == [("việc của Bình", BINH)]
    phone.clear_cookies(name="sessionid")
    enter(page, field, AN)
    until(lambda: len(field.done()) == 2, "the first account's task was not sent")
    assert list(zip(field.done(), field.done("by")))[1] == ("việc của An", AN)


def test_a_refused_task_stops_those_with_its_lot_and_no_other(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page)
    field.wire.set("cut")
    keep(page, field, "sai", number="LO-1")  # the server will refuse it: 422
    keep(page, field, "chở", lot="https://id.gs1.org/01/08930000040022/10/LO-1", number="")
    keep(page, field, "gặt", number="LO-2")
    field.wire.set("open")
    page.goto(field("/field/outbox"))
    until(lambda: field.done() == ["gặt"], "the task with another lot was not sent")
    rows = page.locator("#outbox li[data-state]")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Số lượng phải lớn hơn 0.")
    expect(rows.nth(1)).to_contain_text("việc trước cùng lô đã bị từ chối")
    rows.nth(0).get_by_role("button", name="Sửa và gửi lại").click()  # the server's own page with the fault
    expect(page.locator("#fault")).to_have_text("Số lượng phải lớn hơn 0.")
    page.wait_for_selector(READY)
    page.fill("#what", "đúng")
    page.click("main form[data-task] button")
    page.wait_for_url("**/field/outbox")
    until(lambda: len(field.done()) == 3, "the mended task and the one it stopped were not sent")
    assert field.done() == ["gặt", "đúng", "chở"]
    assert page.evaluate(QUEUE) == []


def test_what_the_server_refuses_at_once_is_shown_beside_the_form(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    enter(page, field)
    tell(page, field, "giu")  # 409: held
    expect(page.locator("#work-said")).to_contain_text("Lô này đang bị giữ.")
    page.goto(field("/field/outbox"))
    page.get_by_role("button", name="Bỏ việc này").click()
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ")
    tell(page, field, "sai")  # 422: the server draws the form with its faults
    expect(page.locator("#fault")).to_be_visible()
    page.wait_for_selector(READY)
    page.fill("#what", "đúng")
    page.click("main form[data-task] button")
    page.wait_for_url("**/field/outbox")
    assert field.done() == ["đúng"]


def test_a_task_on_which_the_server_breaks_is_set_aside_and_lets_others_go(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page)
    field.wire.set("cut")
    keep(page, field, "hong")  # the server answers 500
    keep(page, field, "phơi")
    field.wire.set("open")
    page.goto(field("/field/outbox"))
    for _ in range(5):
        assert field.done() in ([], ["phơi"])
        page.click("#send-now")
        page.wait_for_timeout(300)
    until(lambda: field.done() == ["phơi"], "the broken task stops all others for ever")
    assert page.evaluate(QUEUE) == [["hong", "refused"]]


def test_pressing_twice_makes_one_task(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    page.fill("#what", "gặt")
    page.evaluate(
        "() => { const form = document.querySelector('form[data-task]'); form.requestSubmit(); form.requestSubmit(); }"
    )
    page.wait_for_url("**/field/outbox")
    assert field.done() == ["gặt"]


def test_signing_out_takes_the_kept_pages_away_and_leaves_the_tasks(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    enter(page, field)
    settle(page)
    field.wire.set("cut")
    keep(page, field, "gặt")
    field.wire.set("open")
    page.goto(field("/"))  # a page without scripts: the server's cookie tells the worker
    page.get_by_role("button", name="Đăng xuất").click()
    until(lambda: not page.evaluate(KEPT_ANYWHERE), "kept pages are still there")
    field.wire.set("cut")
    page.goto(field("/field/trial"))
    expect(page.locator("h1")).to_have_text("Không có mạng")
    field.wire.set("open")
    enter(page, field)
    until(lambda: field.done() == ["gặt"], "the task was lost")
