"""The rice chain by five users in browsers of their own, from the diary to the shelf and back: pages only.

A bookkeeper, a mill, a distributor and a store on phones, an inspector at a desk; a laboratory and a shopper beside
them, and the inspector of the other province. What each does is in `rice_chain.py` and `rice_provinces.py`; what came
of it is asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser
from tests.browser import rice_chain as chain
from tests.browser import rice_provinces as provinces
from tests.browser.conftest import Site, no_sideways_scroll, served


@pytest.fixture(scope="module")
def rice_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served("build_rice_chain.py", tmp_path_factory.mktemp("rice-chain")) as site:
        yield site


def test_from_the_diary_to_the_recall(browser: Browser, rice_site: Site) -> None:
    with chain.people(browser, rice_site) as (journey, watched):
        on_its_way_to_the_shelf(journey)
        held_and_recalled(journey)
        inspected_by_both_provinces(journey)
        answered_and_closed(journey)
    assert not [url for seen in watched for url in seen.strangers], "requests left the machine"
    complaints = [said for seen in watched for said in seen.complaints]
    assert all("409" in said for said in complaints), complaints  # the sale that was refused


def on_its_way_to_the_shelf(journey: chain.Journey) -> None:
    chain.keep_the_diary(journey)
    assert "14" in journey.pages["grower"].inner_text("main") or "cách ly" in journey.pages["grower"].inner_text("main")
    for act in (chain.harvest, chain.mill, chain.carry, chain.sell):
        act(journey)
    page = chain.scan(journey, "13-scan")
    assert "5/5" in page.inner_text("main")
    assert page.get_by_role("heading", name="Đang bị thu hồi").count() == 0
    assert no_sideways_scroll(page)


def held_and_recalled(journey: chain.Journey) -> None:
    chain.fail_a_sample(journey)
    assert "không đạt" in journey.pages["tester"].inner_text("main")
    chain.see_the_hold(journey)
    held = journey.pages["inspector"].inner_text("main")
    assert "0,18 mg/kg" in held
    assert f"Gạo nếp Yên Khánh 2 kg (lô {journey.told['rice']})" in held
    assert "tạm giữ" in journey.pages["seller"].inner_text("main .error-summary")
    chain.decide(journey)
    scope = journey.pages["inspector"].inner_text("main")
    assert "300 gói" in scope
    assert "chưa rõ" not in scope, "everybody told what he did with it"
    page = chain.scan(journey, "23-scan-band")
    assert "thu hồi" in page.inner_text("main").lower()
    assert page.get_by_role("heading", name="Đang bị thu hồi").count() == 1


def inspected_by_both_provinces(journey: chain.Journey) -> None:
    """Each acts on its own establishment; both read all of the chain; neither changes what is the other's."""
    for who in provinces.OWN:
        assert "đúng như đã ký" in provinces.inspect(journey, who).inner_text("main")
    for who, other in provinces.OTHER.items():
        before = what_stands(journey, other)
        for each in provinces.attempts(journey, who, other):
            assert each.status == 403, each.path
            assert "Chỉ cán bộ của tỉnh, thành phố nơi có cơ sở" in each.says, each.path
        assert what_stands(journey, other) == before
        page = journey.go(who, journey.told[f"finding of {other}"])
        assert provinces.FAILS[provinces.OWN[other]][1] in page.inner_text("main")
        assert page.locator("main form, main a.button").count() == 0
        if who == "inspector":
            journey.look(page, "32-finding-of-the-other-province")
        added = provinces.post(journey, who, f"{journey.told[f'inspection of {who}']}/amend", text="Đã gửi biên bản.")
        assert added.status == 302, "the same request to what is one's own"
    laboratory_of_the_other_province(journey)


def what_stands(journey: chain.Journey, whose: str) -> list[str]:
    """The pages of an inspector's establishment, inspection and finding, as the inspector reads them."""
    kinds = ("establishment", "inspection", "finding")
    return [journey.go(whose, journey.told[f"{kind} of {whose}"]).inner_text("main") for kind in kinds]


def laboratory_of_the_other_province(journey: chain.Journey) -> None:
    """Hà Nội reads the result and the hold of Ninh Bình's goods; it may neither test nor release them."""
    page = journey.go("neighbour", journey.told["sample"])
    assert "không đạt" in page.inner_text("main")
    sample, hold = journey.told["sample"], journey.told["hold"]
    page.goto(hold)
    assert "đang tạm giữ" in page.inner_text("main")
    assert page.locator("main a[href$='/release']").count() == 0
    for path, told in (
        (f"{hold}/release", {"reason": "Hà Nội thấy không cần giữ nữa."}),
        (f"{sample}/result", {"analyte": "chlorpyrifos", "value": "0,01", "unit": "mg/kg"}),
        (f"{sample}/confirm", {}),
        (f"{sample}/custody", {}),
    ):
        tried = provinces.post(journey, "neighbour", path, **told)
        assert tried.status == 403, (tried.path, tried.status)
    page.goto(hold)
    assert "đang tạm giữ" in page.inner_text("main")


def answered_and_closed(journey: chain.Journey) -> None:
    for who in ("miller", "carrier", "seller"):
        page = chain.answer(journey, who)
        assert "đã trả lời" in page.inner_text("main")
        assert no_sideways_scroll(page)
    page = chain.close(journey)
    assert "Đã rõ" in page.inner_text("main") or "đã trả lời" in page.inner_text("main")
    page.goto(journey.told["recall"] + "/dossier")
    journey.look(page, "28-dossier")
    with open(chain.download(page, "PDF, tiếng Việt").path(), "rb") as file:
        assert file.read(5) == b"%PDF-"
    with ZipFile(chain.download(page, "Bảng tính, tiếng Việt").path()) as book:
        assert "xl/workbook.xml" in book.namelist()
        assert any(journey.told["rice"].encode() in book.read(name) for name in book.namelist())
    assert chain.scan(journey, "29-scan-closed").get_by_role("heading", name="Đang bị thu hồi").count() == 0
