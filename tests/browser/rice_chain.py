"""The rice chain from the diary to the closed recall, as its people play it in their browsers: nothing but pages.

Each act is a function of a `Journey`, called in the order of the story by `test_rice_chain.py`, which asks what came
out, and by `screenshots.py`, which takes the pictures of the documents. A journey's `look` is told each screen worth
keeping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Download, Page
from tests.browser.acts import sign_in
from tests.browser.conftest import DESK, PHONE, Site, Watched, watch

PEOPLE = {
    **{"grower": PHONE, "miller": PHONE, "carrier": PHONE, "seller": PHONE},
    **{"inspector": DESK, "neighbour": DESK, "tester": DESK},
}
"""Who works where: phones in the field, a desk for officials and the laboratory."""
LOCAL = timezone(timedelta(hours=7))
WAIT = 15_000  # milliseconds at most for anything


def nothing(page: Page, name: str, part: str = "") -> None:
    """Keep no picture."""


@dataclass
class Journey:
    """The people's pages, and what they hand on to each other: numbers on bags, addresses."""

    site: Site
    pages: dict[str, Page]
    look: Callable[..., None] = nothing
    told: dict[str, str] = field(default_factory=dict)

    @property
    def chain(self) -> dict[str, Any]:
        return dict(self.site.known["chain"])

    def go(self, who: str, path: str) -> Page:
        page = self.pages[who]
        page.goto(path if path.startswith(self.site.origin) else self.site(path))
        return page

    def at_work(self, who: str) -> Page:
        """The page of tasks, where the place of work has been chosen once."""
        page = self.go(who, "/field/")
        if page.url.endswith("/field/desk"):
            page.check(f"input[name=place][value='{self.chain['glns'][PLACES[who]]}']")
            send(page)
        return page


PLACES = {"grower": "field", "miller": "mill", "carrier": "depot", "seller": "store"}


@contextmanager
def people(
    browser: Browser, site: Site, look: Callable[..., None] = nothing
) -> Iterator[tuple[Journey, list[Watched]]]:
    """A browser context of its own for everybody, and one without an account for the shopper."""
    contexts: list[BrowserContext] = []
    watched = []
    pages = {}
    for who, size in {**PEOPLE, "shopper": PHONE}.items():
        context = browser.new_context(viewport=size, locale="vi-VN", accept_downloads=True)
        context.set_default_timeout(WAIT)
        contexts.append(context)
        watched.append(watch(context, site.origin))
        pages[who] = context.new_page()
        if who in PEOPLE:
            sign_in(pages[who], site.origin, site.known["chain"]["emails"][who], site.known["password"])
    try:
        yield Journey(site, pages, look), watched
    finally:
        for context in contexts:
            context.close()


def send(page: Page) -> None:
    """Send the page's form. A script of the page may send it first and open what came of it: the next page is waited
    for, not the click."""
    follow(page, "main form[method=post] button[type=submit]")


def follow(page: Page, link: str) -> None:
    with page.expect_event("load", timeout=WAIT):
        page.locator(link).first.click()


def fact(page: Page, name: str) -> str:
    """What stands beside a word of a list of facts."""
    return page.locator(f"dl.facts dt:text-is('{name}') + dd").first.inner_text().strip()


# --- the lot comes to the shelf ------------------------------------------------------------------


def keep_the_diary(journey: Journey) -> None:
    """The bookkeeper: a plot, its sowing, fertiliser, and a plant protection product with a waiting period."""
    page, look = journey.go("grower", "/diary/"), journey.look
    follow(page, "main a:has-text('Thêm thửa, đàn, ao')")
    page.check("input[name=kind][value=plot]")
    page.fill("input[name=name]", "Ruộng nhà bà Sổ")
    page.fill("input[name=species]", "Nếp hạt cau")
    page.fill("input[name=area_m2]", "3600")
    page.fill("input[name=season]", "X26")
    page.check("input[name=place] >> nth=0")
    send(page)
    journey.told["plot"] = page.url
    write(page, "Gieo hạt", days_ago=100, material="Nếp hạt cau", amount="20")
    write(page, "Bón phân", days_ago=60, material="NPK 16-16-8", amount="45")
    write(page, "Phun thuốc", days_ago=21, material="Chlorpyrifos 480EC", amount="1", waiting_days="14", look=look)
    look(page, "02-diary")


def write(page: Page, activity: str, *, days_ago: int, look: Callable[..., None] = nothing, **told: str) -> None:
    follow(page, f"main li a:text-is('{activity}')")
    for name, value in told.items():
        page.fill(f"input[name={name}]", value)
    day = datetime.now(LOCAL) - timedelta(days=days_ago)
    page.fill("input[name=day]", f"{day:%Y-%m-%d}")
    page.fill("input[name=clock]", "06:30")
    look(page, "01-spraying")
    send(page)


def at(page: Page, hours_ago: int) -> None:
    """When a task was done: yesterday in the field and at the mill, today on the road and in the store."""
    page.fill("input[name=at]", f"{datetime.now(LOCAL) - timedelta(hours=hours_ago):%d/%m/%Y %H:%M}")


def harvest(journey: Journey) -> None:
    """The bookkeeper: 1 000 kg of paddy from the plot, shipped to the mill."""
    page = journey.at_work("grower")
    journey.look(page, "03-tasks")
    follow(page, "main a.button:has-text('Thu hoạch')")
    page.fill("input[name=amount]", "1000")
    page.select_option("select[name=plot]", label="Ruộng nhà bà Sổ (Nếp hạt cau)")
    journey.told["paddy"] = page.input_value("input[name=number]")
    at(page, 34)
    journey.look(page, "04-harvest")
    send(page)
    journey.look(page, "05-harvested")
    follow(page, "main a.button:has-text('Gửi hàng đi')")
    page.fill("input[name=amount_0]", "1000")
    page.select_option("select[name=to]", journey.chain["glns"]["mill"])
    at(page, 32)
    send(page)


def mill(journey: Journey) -> None:
    """The mill: receives what was announced, mills it, packs 300 bags in cases, prints labels, ships."""
    page = journey.at_work("miller")
    journey.look(page, "06-coming")
    follow(page, "main a:has-text('Nhận hàng từ')")
    at(page, 30)
    journey.look(page, "07-receive")
    send(page)
    follow(page, "main a.button:has-text('Xay xát')")
    page.fill("input[name=amount_0]", "1000")
    page.select_option("select[name=product]", journey.chain["gtins"]["bulk"])
    page.fill("input[name=amount]", "640")
    journey.told["bulk"] = page.input_value("input[name=number]")
    at(page, 29)
    journey.look(page, "08-milling")
    send(page)
    follow(page, "main a.button:has-text('Đóng gói')")
    page.fill("input[name=amount_0]", "600")
    page.select_option("select[name=product]", journey.chain["gtins"]["rice"])
    page.fill("input[name=packs]", "300")
    journey.told["rice"] = page.input_value("input[name=number]")
    at(page, 28)
    journey.look(page, "09-packing")
    send(page)
    packed = page.url
    journey.look(page, "10-packed")
    follow(page, "main a.button:has-text('In nhãn')")
    page.check("input[name=kind][value=lot]")
    page.fill("input[name=count]", "24")
    send(page)
    send(page)
    journey.told["label"] = page.url
    page.goto(packed)
    follow(page, "main a.button:has-text('Gửi hàng đi')")
    page.fill("input[name=amount_0]", "300")
    page.select_option("select[name=to]", journey.chain["glns"]["depot"])
    page.fill("input[name=paper]", "PGH-118")
    at(page, 26)
    send(page)


def carry(journey: Journey) -> None:
    """The distributor: receives 300 packs, sends 200 on to the store and keeps 100."""
    page = journey.at_work("carrier")
    follow(page, "main a:has-text('Nhận hàng từ')")
    at(page, 20)
    send(page)
    follow(page, "main a.button:has-text('Gửi hàng đi')")
    page.fill("input[name=amount_0]", "200")
    page.select_option("select[name=to]", journey.chain["glns"]["store"])
    at(page, 8)
    journey.look(page, "11-shipping")
    send(page)


def sell(journey: Journey) -> None:
    """The store: types the code of the label, two packs are short; puts 150 on the shelf, sells 20."""
    rice = lot(journey, "rice")
    page = journey.at_work("seller")
    follow(page, "main a.button:has-text('Nhận hàng')")
    page.fill("input[name=code_0]", journey.site.origin + rice)
    page.fill("input[name=amount_0]", "198")
    page.fill("input[name=note]", "Thiếu 2 gói so với phiếu")
    at(page, 6)
    journey.look(page, "12-store-receives")
    send(page)
    follow(page, "main a.button:has-text('Bày bán')")
    page.fill("input[name=amount_0]", "150")
    at(page, 5)
    send(page)
    follow(page, "main a.button:has-text('Bày bán')")
    page.fill("input[name=amount_0]", "20")
    page.select_option("select[name=sold]", "1")
    at(page, 1)
    send(page)
    journey.look(journey.at_work("seller"), "14-shelf")


def lot(journey: Journey, product: str) -> str:
    """The path of a lot that was made: what its label leads to."""
    return f"/01/{journey.chain['gtins'][product]}/10/{journey.told[product]}"


def scan(journey: Journey, name: str) -> Page:
    """The shopper reads the label of a pack."""
    page = journey.go("shopper", lot(journey, "rice"))
    journey.look(page, name)
    return page


# --- a residue is found --------------------------------------------------------------------------


def fail_a_sample(journey: Journey) -> None:
    """The inspector has a sample of the bulk rice tested; the laboratory finds a residue above its limit."""
    official, tester = journey.pages["inspector"], journey.pages["tester"]
    official.goto(journey.site(f"/ledger/things{lot(journey, 'bulk')}"))
    follow(official, "main a:has-text('Yêu cầu lấy mẫu')")
    official.select_option("select[name=laboratory]", journey.chain["organisations"]["tester"])
    official.fill("input[name=analytes]", "chlorpyrifos")
    send(official)
    journey.told["sample"] = official.url
    follow(official, "main a:has-text('Ghi việc lấy mẫu')")
    official.fill("input[name=taken_by]", "Nguyễn Thị Thanh Tra")
    official.fill("input[name=seal]", "NP-118")
    official.fill("input[name=amount]", "2 × 500 g")
    send(official)
    follow(official, "main a:has-text('Giao nhận mẫu')")
    send(official)
    tester.goto(official.url)
    follow(tester, "main a:has-text('Giao nhận mẫu')")
    send(tester)
    follow(tester, "main a:has-text('Nhập kết quả')")
    tester.fill("input[name=analyte]", "chlorpyrifos")
    tester.fill("input[name=value]", "0,18")
    tester.fill("input[name=method]", "GC-MS")
    journey.look(tester, "15-result")
    send(tester)
    follow(tester, "main button:has-text('Xác nhận kết quả')")


def see_the_hold(journey: Journey) -> None:
    """The inspector reads what is held; the store is kept from selling."""
    official = journey.pages["inspector"]
    official.goto(journey.told["sample"])
    journey.look(official, "16-failed")
    follow(official, "main .notice-error a")
    journey.told["hold"] = official.url
    journey.look(official, "17-hold")
    page = journey.at_work("seller")
    journey.look(page, "18-store-held")
    follow(page, "main a.button:has-text('Bày bán')")
    page.fill("input[name=code_0]", journey.site.origin + lot(journey, "rice"))
    page.fill("input[name=amount_0]", "10")
    page.click("main form[method=post] button[type=submit]")
    page.wait_for_selector("main .error-summary")  # the page stays: the goods are held
    journey.look(page, "19-not-sold")


def decide(journey: Journey) -> None:
    """The inspector decides on the recall from the sample: scope first, then the decision."""
    page = journey.go("inspector", journey.told["sample"])
    follow(page, "main a:has-text('Thu hồi lô này')")
    page.fill("input[name=legal_basis]", "Biên bản kiểm nghiệm số 118")
    journey.look(page, "20-declare")
    send(page)
    journey.look(page, "21-scope")
    follow(page, "main button[name=confirm]")
    journey.told["recall"] = page.url
    journey.look(page, "22-recall")
    follow(page, "main a:has-text('Chọn hình thức xử lý')")
    way = page.locator("select[name=treatment] option", has_text="huỷ").first.get_attribute("value")
    page.select_option("select[name=treatment]", way)
    send(page)


def answer(journey: Journey, who: str) -> Page:
    """A holder finds the notice on the home page, acknowledges it, and destroys what the ledger says is there."""
    page = journey.go(who, "/")
    follow(page, "main a[href*='/quality/notices/']")
    if who == "seller":
        journey.look(page, "24-notice")
    known = [(stated(part, "Sổ ghi đang ở cơ sở"), stated(part, "Sổ ghi đã bán")) for part in parts(page)]
    follow(page, "main button:has-text('Xác nhận đã nhận')")
    follow(page, "main a:has-text('Báo số lượng')")
    for name in ("found", "returned", "destroyed", "sold"):
        fields = page.locator(f"main input[name$='-{name}']")
        for n, (present, sold) in enumerate(known):
            fields.nth(n).fill({"found": present, "destroyed": present, "sold": sold}.get(name, "0"))
    if who == "seller":
        journey.look(page, "25-answer")
    send(page)
    return page


def parts(page: Page) -> list[str]:
    """The lines of a notice, as they stand on its page."""
    return [part.inner_text() for part in page.locator("main h2 + dl.facts").all()]


def stated(part: str, name: str) -> str:
    """The number beside a word of a line; 0 where there is none."""
    found = re.search(rf"{name}\s+([\d.,]+)", part)
    return found[1].replace(".", "") if found else "0"


def close(journey: Journey) -> Page:
    page = journey.pages["inspector"]
    page.goto(journey.told["recall"])
    journey.look(page, "26-answered")
    follow(page, "main a:has-text('Kết thúc thu hồi')")
    page.fill("textarea[name=note]", "Hàng tìm thấy đã tiêu huỷ, có biên bản của từng nơi.")
    send(page)
    journey.look(page, "27-report")
    return page


def download(page: Page, link: str) -> Download:
    with page.expect_download(timeout=30_000) as waiting:
        page.locator(f"main a:has-text('{link}')").first.click()
    return waiting.value
