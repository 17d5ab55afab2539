"""Samples and laboratory results; a result over the limit holds the lot and all that was made of it."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import EVERYONE, OFFICIAL, SIGNED_IN, NavigationItem, Page, Panel
from lienvung.texts import Text

ALL, MEMBERS, OFFICIALS = frozenset({EVERYONE}), frozenset({SIGNED_IN}), frozenset({OFFICIAL})
BOTH = ("GET", "POST")
CONCERNED = "officials; the producer's, the orderer's and the laboratory's people (lab.access.samples)"
LABORATORY = "the laboratory's people only (lab.access.may_test)"
PROVINCE = "officials of the producer's province (lab.access.may_decide)"
ORDER = "officials of the producer's province, the producer's quality officer (lab.access.orderer_of)"
PAGES = [
    Page("lab:index", MEMBERS, note=CONCERNED),
    Page("lab:samples_file", MEMBERS, note=CONCERNED),
    Page("lab:order", MEMBERS, BOTH, ORDER),
    Page("lab:sample", MEMBERS, note=CONCERNED),
    Page("lab:label", MEMBERS, note=CONCERNED),
    Page("lab:take", MEMBERS, BOTH, "the orderer's people and officials of the province (lab.access.may_take)"),
    Page("lab:custody", MEMBERS, BOTH, "each side its own part (lab.access.may_handle)"),
    Page("lab:result", MEMBERS, BOTH, LABORATORY),
    Page("lab:confirm", MEMBERS, ("POST",), LABORATORY),
    Page("lab:drop", MEMBERS, ("POST",), LABORATORY),
    Page("lab:plan", MEMBERS),
    Page("lab:plan_file", MEMBERS),
    Page("lab:plan_line", MEMBERS, BOTH, "one's own authority or producer (lab.access.planners_of)"),
    Page("lab:limits", ALL),
    Page("lab:limits_file", ALL),
    Page("lab:import_limits", OFFICIALS, BOTH),
    Page("lab:holds", MEMBERS, note="officials; whom the goods concern (lab.access.holds)"),
    Page("lab:holds_file", MEMBERS, note="officials; whom the goods concern (lab.access.holds)"),
    Page("lab:new_hold", OFFICIALS, BOTH, PROVINCE),
    Page("lab:hold", MEMBERS, note="officials; whom the goods concern (lab.access.holds)"),
    Page("lab:claims", OFFICIALS, BOTH, PROVINCE),
    Page("lab:release", OFFICIALS, BOTH, PROVINCE),
    Page("lab:alarms", MEMBERS, note="officials of both provinces, holder, producer (lab.access.alarms)"),
    Page("lab:alarms_file", MEMBERS, note="officials of both provinces, holder, producer (lab.access.alarms)"),
    Page("lab:alarm", MEMBERS, BOTH, "answered by officials of both provinces and the holder (lab.access.may_answer)"),
]


class LabConfig(AppConfig):
    name = "lienvung.lab"
    label = "lab"
    verbose_name = "Mẫu và kết quả / Samples and results"

    def ready(self) -> None:
        # Panels read tables, so their module can only be imported when all apps are ready.
        from lienvung.lab import alarms, panels, words

        for name, label in words.ACTS.items():
            registry.act_words.register(registry.ActWords(name, label))
        for page in PAGES:
            registry.pages.register(page)
        samples = Text("Mẫu kiểm nghiệm", "Samples")
        registry.navigation.register(NavigationItem("lab", samples, "lab:index", order=45, roles=MEMBERS))
        registry.lot_panels.register(Panel("lab.results", samples, "lab/parts/lot.html", panels.of_lot, order=20))
        waiting = Text("Kiểm nghiệm: cảnh báo và tạm giữ", "Laboratory: alarms and holds")
        registry.home_panels.register(Panel("lab.waiting", waiting, "lab/parts/home.html", panels.of_home, order=5))
        for act in panels.ACTS:
            registry.lot_acts.register(act)
        origin = registry.RecallOrigin("lab", Text("Kết quả kiểm nghiệm", "Laboratory result"), panels.origin_of)
        registry.origins.register(origin)
        registry.chores.register(registry.BackgroundChore("lab.alarms", alarms.look_for_alarms, pause=1.0))
