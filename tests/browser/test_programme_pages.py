"""Every page of agreements, results, reports, dashboards and open data on a phone: nobody has to list a new page.

The walk begins at the addresses of `tests/app/url_roles.tsv` and follows the links of the pages themselves, as the
public, as a focal officer and as the head of his agency. A page is looked at once for each address name (and each act),
with axe in Vietnamese and for its layout in English; a name of these rooms that the walk never opens fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, get_resolver, resolve
from playwright.sync_api import Browser, BrowserContext, Page
from tests.app.test_url_roles import ROWS, all_urls
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, watch
from tests.browser.test_every_page import LEAST_TARGET, SMALL_TARGETS

ROOMS = ("programme", "results", "reports", "imports")
SEEDS = ["/programme/", "/results/", "/imports/", "/reports/documents/", "/reports/dashboards/", "/reports/public/"]
NARROW = {"width": 320, "height": 700}
ROLES = ("public", "focal", "head")
FILES = (".csv", ".ics", ".xml", ".json", ".xlsx", ".docx", ".pdf")
# words in addresses that make another page of the same name; everything else is the key of a row
TELLING = {"kind", "name", "act"}
ACTS = (":do", ":do_agency", ":step")  # one page with a form of its own for each act; axe sees one for each kind of row
POSTED = {"results:agree", "imports:take", "imports:again", "imports:drop"}  # answer POST only
Key = tuple[str, ...]
LINK = re.compile(r'<a [^>]*?href="([^"]*)"')
LOOK = """() => ({language: document.documentElement.lang,
  sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  headings: document.querySelectorAll('h1').length,
  scripts: document.querySelectorAll('script, [style], [onclick]').length})"""


@dataclass
class Walk:
    """What was opened by which address, and what was wrong with it."""

    opened: dict[Key, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {key[1] for key in self.opened}


def key_of(role: str, path: str) -> Key | None:
    """The name and kind of page of an address of these rooms; None for other rooms and for files."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.namespace not in ROOMS or match.route.endswith(FILES) or match.view_name in POSTED:
        return None
    words = [str(value) for name, value in sorted(match.kwargs.items()) if name in TELLING]
    return ("public" if role == "public" else "official", match.view_name, *words)


def listed(known: dict[str, Any]) -> list[str]:
    """The addresses of the table whose rows the world of browser tests holds, each once."""
    found = []
    for row in ROWS:
        if row["name"].partition(":")[0] in ROOMS and row["method"] == "GET":
            try:
                found.append(row["address"].format(**known))
            except KeyError:
                continue
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def contexts(browser: Browser, site: Site) -> Iterator[dict[str, BrowserContext]]:
    made: dict[str, BrowserContext] = {}
    watched = []
    for role in ROLES:
        context = browser.new_context(viewport=NARROW, bypass_csp=True)
        context.set_default_timeout(20_000)
        watched.append(watch(context, site.origin))
        made[role] = context
        if role != "public":
            page = context.new_page()
            sign_in(page, site.origin, site.known[f"ninhbinh_{role}"], site.known["password"])
            page.close()
    yield made
    for context in made.values():
        context.close()
    assert not [url for seen in watched for url in seen.strangers], "requests left the machine"


def look(page: Page, address: str, language: str) -> str | None:
    """Open a page; what is wrong with it, or None. A refusal (403, 404) is no page of the room: ""."""
    answer = page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    if answer is None or answer.status in (403, 404):
        return ""
    if answer.status != 200:
        return f"status {answer.status}"
    seen = page.evaluate(LOOK)
    seen["small"] = page.evaluate(SMALL_TARGETS, LEAST_TARGET)
    wanted = {"language": language, "sideways": False, "headings": 1, "scripts": 0, "small": []}
    return None if seen == wanted else str({name: value for name, value in seen.items() if value != wanted[name]})


def links_of(html: str) -> list[str]:
    """Where the links of a page's own part lead."""
    return [unescape(link) for link in LINK.findall(html.partition("<main")[2].partition("</main>")[0])]


def walk(context: BrowserContext, role: str, origin: str, seeds: list[str], *, seen: Walk | None = None) -> Walk:
    """From the seeds along the links. What is in `seen` is read for its links only: another account looked at it."""
    found, narrow, phone, axe = Walk(), context.new_page(), context.new_page(), Axe()
    phone.set_viewport_size(PHONE)
    looked = set(seen.opened) if seen else set()
    waiting, known = [origin + path for path in seeds], set[str]()
    always = set(waiting)  # the table names the same page in several states: each is looked at
    while waiting:
        address = waiting.pop(0)
        key = key_of(role, urlsplit(address).path)
        if key is None or address in known or (key in found.opened and address not in always):
            continue
        known.add(address)
        if key in looked:
            answer, fault = context.request.get(address), None
            html = answer.text() if answer.status == 200 else ""
        else:
            fault = look(narrow, address, "vi")
            html = "" if fault == "" else narrow.content()
        if not html:  # refused
            continue
        waiting += [urljoin(address, link).partition("#")[0].partition("?")[0] for link in links_of(html)]
        act = key[1].endswith(ACTS)
        if key not in looked and fault is None and not (act and key[:3] in {each[:3] for each in found.opened}):
            result = axe.run(narrow)
            fault = result.generate_report() if result.violations_count else None
        if key not in looked and fault is None and key not in found.opened and not act:
            fault = look(phone, address, "en")
        found.opened.setdefault(key, address)
        if fault is not None:
            found.faults.append(f"{role} {urlsplit(address).path}: {fault}")
    narrow.close()
    phone.close()
    return found


@pytest.fixture(scope="module")
def walks(contexts: dict[str, BrowserContext], site: Site) -> dict[str, Walk]:
    seeds = SEEDS + listed(site.known) + site.known["programme_pages"]
    made = {
        "public": walk(contexts["public"], "public", site.origin, SEEDS),
        "focal": walk(contexts["focal"], "focal", site.origin, seeds),
    }
    left = [path for path in seeds if key_of("head", path) not in made["focal"].opened]
    made["head"] = walk(contexts["head"], "head", site.origin, SEEDS + left, seen=made["focal"])
    return made


@pytest.mark.parametrize("role", ROLES)
def test_each_page_is_accessible_and_narrow(walks: dict[str, Walk], role: str) -> None:
    assert walks[role].faults == []


def test_no_page_was_forgotten(walks: dict[str, Walk]) -> None:
    names = {name for name in all_urls() if name.partition(":")[0] in ROOMS} - POSTED
    files = {name for name in names if route_of(name).endswith(FILES)}
    opened = set().union(*(each.names for each in walks.values()))
    assert names - files - opened == set(), "give the world of build_world.py a row that leads to this page"


def route_of(name: str) -> str:
    """The address pattern of a URL's name."""
    space, _, own = name.rpartition(":")
    inner = get_resolver()
    for part in filter(None, space.split(":")):
        inner = inner.namespace_dict[part][1]
    return str(next(each.pattern for each in inner.url_patterns if each.name == own))
