"""What consumers report from the scan page, complaints, and the cases that they become."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import EVERYONE, SIGNED_IN, BackgroundChore, NavigationItem, Page, Panel
from lienvung.texts import Text

ALL, MEMBERS = frozenset({EVERYONE}), frozenset({SIGNED_IN})
BOTH = ("GET", "POST")
CONCERNED = "officials of the provinces concerned, the product's people, who complained (cases.access.cases)"
IN_CHARGE = "officials of the province in charge; the product's people what the table gives them (cases.rules.TABLE)"
PAGES = [
    Page("cases:index", MEMBERS, note=CONCERNED),
    Page("cases:file", MEMBERS, note=CONCERNED),
    Page("cases:reports_file", MEMBERS, note="contacts to whom may see them only (cases.access.may_see_contact)"),
    Page("cases:report", ALL, BOTH, "limited by network address, code and product (cases.limits)"),
    Page("cases:told", ALL, BOTH, "whoever has the reporter's secret link"),
    Page("cases:new", MEMBERS, BOTH, "who writes for some organisation (cases.access.openers_of)"),
    Page("cases:photo", MEMBERS, note="who sees the report (cases.access.reports_of)"),
    Page("cases:spam", MEMBERS, BOTH, "officials of the province in charge"),
    Page("cases:case", MEMBERS, note=CONCERNED),
    Page("cases:act", MEMBERS, BOTH, IN_CHARGE),
]


class CasesConfig(AppConfig):
    name = "lienvung.cases"
    label = "cases"
    verbose_name = "Phản ánh và vụ việc / Reports and cases"

    def ready(self) -> None:
        # Panels and chores read tables, so their modules can only be imported when all apps are ready.
        from lienvung.cases import panels, reporting, words

        for name, label in words.ACTS.items():
            registry.act_words.register(registry.ActWords(name, label))
        for page in PAGES:
            registry.pages.register(page)
        cases = Text("Phản ánh, vụ việc", "Reports and cases")
        registry.navigation.register(NavigationItem("cases", cases, "cases:index", order=47, roles=MEMBERS))
        door = Text("Báo vấn đề, không cần tài khoản", "Report a problem, no account needed")
        registry.code_doors.register(registry.CodeDoor("cases.report", door, panels.report_door))
        registry.lot_panels.register(Panel("cases.lot", cases, "cases/parts/listed.html", panels.of_lot, order=18))
        registry.product_panels.register(
            Panel("cases.product", cases, "cases/parts/listed.html", panels.of_product, order=45)
        )
        registry.organisation_panels.register(
            Panel("cases.organisation", cases, "cases/parts/listed.html", panels.of_organisation, order=45)
        )
        registry.home_panels.register(Panel("cases.waiting", cases, "cases/parts/home.html", panels.of_home, order=6))
        registry.search_providers.register(
            registry.SearchProvider("cases", Text("Vụ việc", "Cases"), panels.find_cases, order=90)
        )
        registry.origins.register(registry.RecallOrigin("cases", Text("Vụ việc", "Case"), panels.origin_of))
        registry.chores.register(BackgroundChore("cases.contacts", reporting.erase_contacts, pause=3600.0))
