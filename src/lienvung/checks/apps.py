"""Findings: where the ledger contradicts itself or what is possible, each with the events it rests on."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import OFFICIAL, SIGNED_IN, BackgroundChore, NavigationItem, Page, Panel
from lienvung.texts import Text

CONCERNED = "officials and staff all, others what is about their goods and places (checks.access.findings)"
PAGES = [
    Page("checks:index", frozenset({SIGNED_IN}), note=CONCERNED),
    Page("checks:csv", frozenset({SIGNED_IN}), note=CONCERNED),
    Page("checks:xlsx", frozenset({SIGNED_IN}), note=CONCERNED),
    Page("checks:parameters", frozenset({SIGNED_IN})),
    Page("checks:finding", frozenset({SIGNED_IN}), note=CONCERNED),
    Page("checks:dismiss", frozenset({OFFICIAL}), ("GET", "POST"), note="of a province concerned"),
    Page("checks:answer", frozenset({SIGNED_IN}), ("GET", "POST"), note="who writes for an organisation concerned"),
]
ACTS = {
    "checks.dismiss": Text("Bỏ qua một phát hiện", "Dismissed a finding"),
    "checks.reopen": Text("Mở lại một phát hiện đã thay đổi", "Reopened a finding that changed"),
    "checks.answer": Text("Giải trình một phát hiện", "Answered a finding"),
    "checks.set_parameter": Text("Đặt tham số kiểm tra", "Set a parameter of the checks"),
}


class ChecksConfig(AppConfig):
    name = "lienvung.checks"
    label = "checks"
    verbose_name = "Kiểm tra sổ cái / Checks on the ledger"

    def ready(self) -> None:
        # Panels and chores read tables, so their modules can only be imported when all apps are ready.
        from lienvung.checks import actions, panels

        for name, words in ACTS.items():
            registry.act_words.register(registry.ActWords(name, words))
        for page in PAGES:
            registry.pages.register(page)
        label = Text("Phát hiện", "Findings")
        registry.navigation.register(
            NavigationItem("checks", label, "checks:index", order=45, roles=frozenset({OFFICIAL}))
        )
        registry.lot_panels.register(Panel("checks.findings", label, "checks/parts/lot.html", panels.of_lot, order=15))
        registry.home_panels.register(Panel("checks.findings", label, "checks/parts/home.html", panels.of_home, 15))
        registry.chores.register(BackgroundChore("checks", actions.run_checks, pause=5.0))
