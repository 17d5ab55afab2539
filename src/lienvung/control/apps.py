"""Establishments under control: grading, food-safety commitments, yearly plans, inspections and findings."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import EVERYONE, MEMBER, OFFICIAL, SIGNED_IN, NavigationItem, Page, Panel
from lienvung.texts import Text

GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")
OWN = "officials of the establishment's own province (control.access.may_act)"
SEES = "officials of every province and the establishment's people (control.access.may_see)"
SIDE = "who may record for the establishment's organisation"


def _row(name: str, role: str, methods: tuple[str, ...] = GET, note: str = "") -> Page:
    return Page(f"control:{name}", frozenset({role}), methods, note)


PAGES = [
    _row("desk", OFFICIAL),
    _row("mine", MEMBER, note="one's own organisations'"),
    _row("download", OFFICIAL),
    _row("establishments", OFFICIAL),
    _row("register", OFFICIAL, BOTH, OWN),
    _row("establishment", EVERYONE, note=f"everybody: grades with their days; the rest: {SEES}"),
    _row("edit", OFFICIAL, BOTH, OWN),
    _row("grade", OFFICIAL, BOTH, OWN),
    _row("commitment", OFFICIAL, BOTH, OWN),
    _row("commitments", OFFICIAL),
    _row("breach", OFFICIAL, BOTH, OWN),
    _row("plans", OFFICIAL, BOTH, "a plan for one's own province"),
    _row("plan", OFFICIAL),
    _row("add_row", OFFICIAL, BOTH, "officials of the plan's province"),
    _row("approve", OFFICIAL, BOTH, "officials of the plan's province"),
    _row("row", OFFICIAL, BOTH, "officials of the plan's province"),
    _row("inspections", OFFICIAL),
    _row("start", OFFICIAL, BOTH, OWN),
    _row("inspection", SIGNED_IN, note=f"{SEES}, the latter once the inspector has signed"),
    _row("item", OFFICIAL, BOTH, OWN),
    _row("result", OFFICIAL, BOTH, OWN),
    _row("sign", OFFICIAL, BOTH, OWN),
    _row("other_side", OFFICIAL, BOTH, OWN),
    _row("countersign", MEMBER, BOTH, SIDE),
    _row("reopen", OFFICIAL, BOTH, OWN),
    _row("amend", OFFICIAL, BOTH, OWN),
    _row("again", OFFICIAL, POST, OWN),
    _row("photo", SIGNED_IN, note=SEES),
    _row("findings", OFFICIAL),
    _row("finding", SIGNED_IN, note=SEES),
    _row("answer", MEMBER, BOTH, SIDE),
    _row("close", OFFICIAL, BOTH, OWN),
]


class ControlConfig(AppConfig):
    name = "lienvung.control"
    label = "control"
    verbose_name = "Kiểm tra cơ sở / Establishments and inspections"

    def ready(self) -> None:
        # Panels read tables, so their module can only be imported when all apps are ready.
        from lienvung.control import panels
        from lienvung.control.words import ACTS

        for name, label in ACTS.items():
            registry.act_words.register(registry.ActWords(name, label))
        for page in PAGES:
            registry.pages.register(page)
        label, own = Text("Kiểm tra", "Inspections"), Text("Kiểm tra của tôi", "My inspections")
        registry.navigation.register(NavigationItem("control", label, "control:desk", 45, frozenset({OFFICIAL})))
        registry.navigation.register(NavigationItem("control.mine", own, "control:mine", 46, frozenset({MEMBER})))
        registry.organisation_panels.register(
            Panel(
                "control.grades",
                Text("Kiểm tra an toàn thực phẩm", "Food-safety inspection"),
                "control/parts/organisation.html",
                panels.of_organisation,
                15,
            )
        )
        registry.home_panels.register(
            Panel("control.work", label, "control/parts/home.html", panels.of_home, 20),
        )
        registry.search_providers.register(
            registry.SearchProvider(
                "establishments", Text("Cơ sở được kiểm tra", "Establishments"), panels.find_establishments, 45
            )
        )
