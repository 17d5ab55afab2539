"""Indicators, periods, and results that one party claims and the other confirms, returns or disputes."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import OFFICIAL, NavigationItem, Page, Panel
from lienvung.texts import Text

GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")
SEES = "officials of the agreement's parties (results.access.seen)"
SIDE = "the side of the result (results.rules.STEPS) and the table of roles (programme.rules.MAY)"
MEASURES = "focal officers of the parties (programme.rules.MAY: agreement, measure)"


def _row(name: str, methods: tuple[str, ...] = GET, note: str = SEES) -> Page:
    return Page(f"results:{name}", frozenset({OFFICIAL}), methods, note)


PAGES = [
    _row("desk", note="one's own parties'"),
    _row("claim", note=SEES + "; one never submitted, by its own party only"),
    _row("edit_claim", BOTH, SIDE),
    _row("attach", BOTH, SIDE),
    _row("step", BOTH, SIDE),
    _row("new_claim", BOTH, "programme.rules.MAY: commitment, claim"),
    _row("period"),
    _row("turn", BOTH, "programme.rules.MAY: period, lock and unlock"),
    _row("edit_indicator", BOTH, MEASURES),
    _row("evidence"),
    _row("target", BOTH, MEASURES),
    _row("correct", BOTH, "programme.rules.MAY: period, correct"),
    _row("agree", POST, "another party's officer (programme.rules.MAY: period, agree)"),
    _row("agreement"),
    _row("indicators"),
    _row("new_indicator", BOTH, MEASURES),
    _row("new_periods", BOTH, MEASURES),
    _row("calendar", BOTH, MEASURES),
]


class ResultsConfig(AppConfig):
    name = "lienvung.results"
    label = "results"
    verbose_name = "Kết quả / Results"

    def ready(self) -> None:
        # Panels and access read tables, so their modules can only be imported when all apps are ready.
        from lienvung.papers.access import FileProvider, providers
        from lienvung.results import access, panels
        from lienvung.results.words import ACTS

        for name, label in ACTS.items():
            registry.act_words.register(registry.ActWords(name, label))
        for page in PAGES:
            registry.pages.register(page)
        label = Text("Kết quả hợp tác", "Cooperation results")
        registry.navigation.register(NavigationItem("results", label, "results:desk", 32, frozenset({OFFICIAL})))
        registry.home_panels.register(Panel("results.waiting", label, "results/parts/home.html", panels.of_home, 15))
        registry.agreement_panels.register(
            Panel("results.agreement", label, "results/parts/of_agreement.html", panels.of_agreement, 10)
        )
        told = Text("Kết quả đã báo", "Results told")
        registry.commitment_panels.register(
            Panel("results.commitment", told, "results/parts/of_commitment.html", panels.of_commitment, 10)
        )
        providers.register(FileProvider(access.ROOM, access.may_open))
