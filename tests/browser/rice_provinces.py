"""The inspectors of the two provinces on the rice chain: each inspects its own establishment, reads the other's, and is
refused when it tries to change it.

Acts of the `Journey` of `rice_chain.py`, after a residue was found: Ninh Bình goes to the field, Hà Nội to the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page
from tests.browser.rice_chain import Journey, follow, send

OWN = {"inspector": "field", "neighbour": "store"}
"""Who inspects what; each tries to change what the other did."""
FINDING = "main a[href*='/control/findings/']"
OTHER = {"inspector": "neighbour", "neighbour": "inspector"}
ACTIVITY = {"field": "growing", "store": "sale"}
PEOPLE = {"field": "Phạm Thị Sổ", "store": "Đỗ Thị Quầy"}
FAILS = {"field": ("Giữ đúng thời gian cách ly", "Bao thuốc không ghi ngày mở; không rõ đã đủ ngày cách ly."),
         "store": ("Hàng bao gói có nhãn", "Ba gói trên kệ bong nhãn.")}  # fmt: skip


def inspect(journey: Journey, who: str) -> Page:
    """An inspector puts the establishment under control, answers the checklist, one item fails, both sides sign."""
    place, page = OWN[who], journey.go(who, "/control/establishments/new")
    page.fill("input[name=gln]", journey.chain["glns"][place])
    page.check(f"input[name=activities][value={ACTIVITY[place]}]")
    page.check("input[name=scale][value=small]")
    page.check("input[name=risk][value=high]")
    send(page)
    journey.told[f"establishment of {who}"] = page.url
    follow(page, "main a:has-text('Bắt đầu kiểm tra')")
    send(page)
    journey.told[f"inspection of {who}"] = page.url
    follow(page, "main a:has-text('Bắt đầu từ mục 1')")
    failing, note = FAILS[place]
    while page.locator("input[name=answer]").count():
        fails = failing in page.inner_text("h1")
        page.check(f"input[name=answer][value={'fail' if fails else 'pass'}]")
        if fails:
            page.fill("textarea[name=note]", note)
            if who == "neighbour":
                journey.look(page, "30-checklist")
        send(page)
    follow(page, "main a:has-text('Kết luận')")
    send(page)
    send(page)
    page.check("input[name=side][value=on_the_spot]")
    page.fill("input[name=name]", PEOPLE[place])
    page.fill("textarea[name=statement]", "Đồng ý, sẽ khắc phục.")
    send(page)
    if who == "neighbour":
        journey.look(page, "31-inspection")
    journey.told[f"finding of {who}"] = journey.site(str(page.locator(FINDING).first.get_attribute("href")))
    return page


@dataclass(frozen=True, slots=True)
class Try:
    """A POST to what the other province did: its status, and the words of the page that came back."""

    path: str
    status: int
    says: str


def attempts(journey: Journey, who: str, whose: str) -> Iterator[Try]:
    """What an inspector would change of what `whose` inspector did, sent with all that the forms ask for."""
    establishment, inspection = (journey.told[f"{each} of {whose}"] for each in ("establishment", "inspection"))
    finding = journey.told[f"finding of {whose}"]
    yield post(journey, who, f"{establishment}/inspect", checklist=ACTIVITY[OWN[whose]])
    yield post(journey, who, f"{establishment}/grade", graded_on="01/06/2026", result="pass", document="1/QĐ")
    yield post(journey, who, f"{inspection}/amend", text="Bổ sung của tỉnh khác.")
    yield post(journey, who, f"{inspection}/again")
    yield post(journey, who, f"{finding}/close", note="Đã khắc phục, có ảnh kèm theo.")


def post(journey: Journey, who: str, path: str, **told: str) -> Try:
    """The request itself, with the session's token: a page without the form keeps nobody from sending it."""
    page = journey.pages[who]
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    address = path if path.startswith("http") else journey.site(path)
    answer = page.request.post(
        address, form={"csrfmiddlewaretoken": token, **told}, headers={"Referer": page.url}, max_redirects=0
    )
    return Try(address.removeprefix(journey.site.origin), answer.status, answer.text())
