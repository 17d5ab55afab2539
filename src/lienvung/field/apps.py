"""Tasks of the people in the chain on a phone: harvest, buy in, make, pack, ship, receive, sell, write off."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import MEMBER, OFFICIAL, NavigationItem, Page, Panel
from lienvung.texts import Text

MEMBERS = frozenset({MEMBER})
BOTH = ("GET", "POST")
OWN = "for one's own organisation only (field.access.may_work)"
PAGES = [
    Page("field:home", MEMBERS, note=OWN),
    Page("field:desk", MEMBERS, BOTH, OWN),
    Page("field:tasks", MEMBERS, BOTH, "managers of the organisation (field.access.may_choose_tasks)"),
    Page("field:do", MEMBERS, BOTH, OWN),
    Page("field:done", frozenset({MEMBER, OFFICIAL}), note="its organisation's people, officials (access.submission)"),
]


class FieldConfig(AppConfig):
    name = "lienvung.field"
    label = "field"
    verbose_name = "Công việc / Tasks"

    def ready(self) -> None:
        # Views read tables, so their modules can only be imported when all apps are ready.
        from lienvung.field import offline, panels, words

        for name, label in words.ACTS.items():
            registry.act_words.register(registry.ActWords(name, label))
        for page in (*PAGES, *offline.PAGES):
            registry.pages.register(page)
        work = Text("Công việc", "Tasks")
        registry.navigation.register(NavigationItem("field", work, "field:home", order=15, roles=MEMBERS))
        registry.home_panels.register(Panel("field.tasks", work, "field/parts/home.html", panels.of_home, order=1))
        registry.lot_panels.register(Panel("field.tasks", work, "field/parts/lot.html", panels.of_lot, order=5))
