"""Workbooks of agreements: template, staged import, undo, and the rows that stand as a workbook."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import OFFICIAL, NavigationItem, Page, Panel
from lienvung.texts import Text

OFFICIALS = frozenset({OFFICIAL})
BOTH, POST = ("GET", "POST"), ("POST",)
OF = "focal officers, approvers and agencies of the agreement's parties (imports.access.party_for)"
OWN = "the same, of the party that sent it; others 404 (imports.access.file)"
PAGES = [
    Page("imports:index", OFFICIALS, note="the agreements for which one may send files in"),
    Page("imports:agreement", OFFICIALS, note=OF),
    Page("imports:send", OFFICIALS, BOTH, OF),
    Page("imports:template", OFFICIALS, note=OF),
    Page("imports:filled", OFFICIALS, note=OF),
    Page("imports:file", OFFICIALS, note=OWN),
    Page("imports:take", OFFICIALS, POST, OWN + "; each row asks its own act"),
    Page("imports:again", OFFICIALS, POST, OWN),
    Page("imports:drop", OFFICIALS, POST, OWN),
    Page("imports:undo", OFFICIALS, BOTH, OWN + "; each row asks its own act"),
    Page("imports:marked", OFFICIALS, note=OWN),
]


class ImportsConfig(AppConfig):
    name = "lienvung.imports"
    label = "imports"
    verbose_name = "Nhập từ Excel / Imports from Excel"

    def ready(self) -> None:
        # Panels and words read tables, so their modules can only be imported when all apps are ready.
        from lienvung.imports import panels, words

        for name, label in words.ACTS.items():
            registry.act_words.register(registry.ActWords(name, label))
        for page in PAGES:
            registry.pages.register(page)
        label = Text("Nhập từ Excel", "Import from Excel")
        registry.navigation.register(NavigationItem("imports", label, "imports:index", order=33, roles=OFFICIALS))
        registry.agreement_panels.register(
            Panel("imports.agreement", label, "imports/parts/agreement.html", panels.of_agreement, 30)
        )
        registry.home_panels.register(Panel("imports.waiting", label, "imports/parts/home.html", panels.of_home, 18))
