"""Recall drills: the same scope, holders and clock as a recall, and nothing marked, nothing public."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import OFFICIAL, SIGNED_IN, NavigationItem, Page, Panel
from lienvung.texts import Text

PROVINCE = "officials of the producer's province or of Hà Nội (quality.access.may_decide)"
PAGES = [
    Page("drills:index", frozenset({SIGNED_IN}), note="officials all; the producer's and one's own notices"),
    Page("drills:start", frozenset({OFFICIAL}), ("GET", "POST"), note=PROVINCE),
    Page("drills:drill", frozenset({SIGNED_IN}), note="officials and the producer's people"),
    Page("drills:report_pdf", frozenset({SIGNED_IN}), note="officials and the producer's people"),
    Page("drills:end", frozenset({OFFICIAL}), ("GET", "POST"), note=PROVINCE),
    Page("drills:notice", frozenset({SIGNED_IN}), note="the holder's people and officials"),
    Page("drills:acknowledge", frozenset({SIGNED_IN}), ("POST",), note="the holder's people"),
    Page("drills:answer", frozenset({SIGNED_IN}), ("GET", "POST"), note="the holder's people"),
]
ACTS = {
    "drills.start_drill": Text("Bắt đầu diễn tập thu hồi", "Started a recall drill"),
    "drills.acknowledge": Text("Xác nhận thông báo diễn tập", "Acknowledged a drill's notice"),
    "drills.answer": Text("Trả lời thông báo diễn tập", "Answered a drill's notice"),
    "drills.end_drill": Text("Kết thúc diễn tập thu hồi", "Ended a recall drill"),
}


class DrillsConfig(AppConfig):
    name = "lienvung.drills"
    label = "drills"

    def ready(self) -> None:
        # Panels read tables, so their module can only be imported when all apps are ready.
        from lienvung.drills import panels

        for name, words in ACTS.items():
            registry.act_words.register(registry.ActWords(name, words))
        for page in PAGES:
            registry.pages.register(page)
        label = Text("Diễn tập thu hồi", "Recall drills")
        registry.navigation.register(
            NavigationItem("drills", label, "drills:index", order=41, roles=frozenset({SIGNED_IN}))
        )
        registry.home_panels.register(Panel("drills.notices", label, "drills/parts/home.html", panels.of_home, 6))
