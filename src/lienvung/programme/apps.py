"""The agreement of the provinces, its fields, clauses, commitments, yearly plans, tasks and meetings."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.papers.providers import FileProvider, providers
from lienvung.registry import EVERYONE, OFFICIAL, NavigationItem, Page, Panel
from lienvung.texts import Text

SEES = "published, or an official of a party (programme.access.Standing)"
PAGES = [
    Page("programme:index", frozenset({EVERYONE}), note=SEES),
    Page("programme:rights", frozenset({EVERYONE})),
    Page("programme:agreement", frozenset({EVERYONE}), note=SEES),
    Page("programme:party", frozenset({EVERYONE}), note=SEES),
    Page("programme:commitment", frozenset({EVERYONE}), note=SEES),
    Page("programme:plan", frozenset({EVERYONE}), note=SEES),
    Page("programme:meeting", frozenset({EVERYONE}), note=SEES),
    Page("programme:amendment", frozenset({EVERYONE}), note=SEES),
    Page("programme:new", frozenset({OFFICIAL}), ("GET", "POST"), "focal officers"),
    Page("programme:do_agency", frozenset({OFFICIAL}), ("GET", "POST"), "the table of rights: programme.rules.MAY"),
    Page("programme:do", frozenset({OFFICIAL}), ("GET", "POST"), "the table of rights: programme.rules.MAY"),
]


class ProgrammeConfig(AppConfig):
    name = "lienvung.programme"
    label = "programme"
    verbose_name = "Chương trình hợp tác / Cooperation programme"

    def ready(self) -> None:
        # These read tables, so they can only be imported when all apps are ready.
        from lienvung.programme import panels
        from lienvung.programme.views import may_open
        from lienvung.programme.words import AUDITED

        for name, words in AUDITED.items():
            registry.act_words.register(registry.ActWords(f"programme.{name}", words))
        for page in PAGES:
            registry.pages.register(page)
        label = Text("Hợp tác", "Cooperation")
        registry.navigation.register(NavigationItem("programme", label, "programme:index", 30))
        registry.home_panels.register(
            Panel("programme.due", Text("Thỏa thuận hợp tác", "Agreements"), "programme/parts/home.html",
                  panels.of_home, 15)
        )  # fmt: skip
        registry.search_providers.register(
            registry.SearchProvider("agreements", Text("Thỏa thuận hợp tác", "Agreements"), panels.find_agreements, 35)
        )
        providers.register(FileProvider("programme", may_open))
