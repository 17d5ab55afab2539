"""The rice chain by five users in browsers of their own, from the diary to the shelf and back: pages only.

A bookkeeper, a mill, a distributor and a store on phones, an inspector at a desk; a laboratory and a shopper beside
them. What each does is in `rice_chain.py`; what came of it is asked here. `answered_and_closed` is played for the
pictures only; `test_recall.py` tests answers and dossier.
"""

from __future__ import annotations

from collections.abc import Iterator
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser
from tests.browser import rice_chain as chain
from tests.browser.conftest import Site, no_sideways_scroll, served


@pytest.fixture(scope="module")
def rice_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served("build_rice_chain.py", tmp_path_factory.mktemp("rice-chain")) as site:
        yield site


def test_from_the_diary_to_the_recall(browser: Browser, rice_site: Site) -> None:
    with chain.people(browser, rice_site) as (journey, watched):
        on_its_way_to_the_shelf(journey)
        held_and_recalled(journey)
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
    assert "tạm giữ" in journey.pages["seller"].inner_text("main .error-summary")
    chain.decide(journey)
    page = chain.scan(journey, "22-scan-band")
    assert "thu hồi" in page.inner_text("main").lower()
    assert page.get_by_role("heading", name="Đang bị thu hồi").count() == 1


def answered_and_closed(journey: chain.Journey) -> None:
    for who in ("miller", "carrier", "seller"):
        page = chain.answer(journey, who)
        assert "đã trả lời" in page.inner_text("main")
        assert no_sideways_scroll(page)
    page = chain.close(journey)
    assert "Đã rõ" in page.inner_text("main") or "đã trả lời" in page.inner_text("main")
    page.goto(journey.told["recall"] + "/dossier")
    with open(chain.download(page, "PDF, tiếng Việt").path(), "rb") as file:
        assert file.read(5) == b"%PDF-"
    with ZipFile(chain.download(page, "Bảng tính, tiếng Việt").path()) as book:
        assert "xl/workbook.xml" in book.namelist()
        assert any(journey.told["rice"].encode() in book.read(name) for name in book.namelist())
    assert chain.scan(journey, "28-scan-closed").get_by_role("heading", name="Đang bị thu hồi").count() == 0
