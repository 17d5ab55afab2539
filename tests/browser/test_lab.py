"""The laboratory room in a real browser, at 360 px: axe on every page, and a sample from its order to a hold."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.acts import codes_on_screen, sign_in
from tests.browser.conftest import PHONE, Site, watch
from tests.browser.test_every_page import check

PAGES = [
    ("public", "/lab/limits"),
    ("member", "/lab/"),
    ("member", "/lab/plan"),
    ("member", "/lab/samples/{sample}"),
    ("member", "/lab/holds/{hold}"),
    ("tester", "/"),
    ("tester", "/lab/samples/{sample}"),
    ("tester", "/lab/samples/{sample}/custody"),
    ("tester", "/lab/samples/{sample}/result"),
    ("official", "/"),
    ("official", "/lab/"),
    ("official", "/lab/samples/new"),
    ("official", "/lab/samples/{sample}"),
    ("official", "/lab/samples/{sample}/label"),
    ("official", "/lab/samples/{sample}/take"),
    ("official", "/lab/plan/new"),
    ("official", "/lab/limits/import"),
    ("official", "/lab/holds"),
    ("official", "/lab/holds/new"),
    ("official", "/lab/holds/{hold}"),
    ("official", "/lab/holds/{hold}/release"),
    ("official", "/lab/alarms"),
    ("official", "/lab/alarms/{alarm}"),
    ("official", "/ledger/things{lot}"),
]


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site):
    """A phone for each role, script off: every form works without it. Axe runs in the page all the same."""
    made: dict[str, BrowserContext] = {}
    watched = []
    for role in ("public", "member", "official", "tester"):
        context = browser.new_context(viewport=PHONE, bypass_csp=True)
        watched.append(watch(context, site.origin))
        made[role] = context
        if role != "public":
            page = context.new_page()
            email = site.known["tester"] if role == "tester" else site.known["emails"][role]
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
    page.click("main form[method=post] button[type=submit]")


def test_from_an_order_to_a_hold_and_its_release(people, site: Site) -> None:
    official, tester = people["official"].new_page(), people["tester"].new_page()
    lot = f"https://id.gs1.org/01/{site.known['gtin']}/10/MAU-TRINH-DUYET"
    official.goto(site(f"/lab/samples/new?lang=vi&lot={lot}"))
    official.select_option("select[name=laboratory]", site.known["laboratory"])
    submit(official)
    address = official.url
    official.click("text=In nhãn")
    assert codes_on_screen(official) == [address]
    official.goto(address)
    official.click("text=Ghi việc lấy mẫu")
    official.fill("input[name=seal]", "NP-77")
    submit(official)
    official.click("text=Giao nhận mẫu")
    submit(official)  # what is filled in already: handed by the authority to the laboratory
    assert "bên nhận chưa ghi" in official.inner_text("main")
    tester.goto(address + "?lang=vi")
    tester.click("text=Giao nhận mẫu")
    submit(tester)
    tester.click("text=Nhập kết quả")
    tester.fill("input[name=analyte]", "cadmium")
    tester.fill("input[name=value]", "0,77")
    submit(tester)
    tester.click("text=Xác nhận kết quả")
    assert "không đạt" in tester.inner_text("main")
    check(tester)
    official.goto(address)
    assert "bên nhận chưa ghi" not in official.inner_text("main")
    official.click("text=đang tạm giữ lô")
    check(official)
    official.click("main a:has-text('Giải toả')")
    official.fill("textarea[name=reason]", "Mẫu thứ hai đạt, biên bản số 7.")
    submit(official)
    assert "đã giải toả" in official.inner_text("main")
    official.close()
    tester.close()
