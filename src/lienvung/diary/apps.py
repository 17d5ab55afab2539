"""Plots, herds, ponds and hives, and what is done on them: the production diary that harvests rest on."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import MEMBER, OFFICIAL, SIGNED_IN, NavigationItem, Page, Panel
from lienvung.texts import Text

BOTH = ("GET", "POST")
SEES = "the organisation's people and officials (diary.access.units); others 404"
WRITES = "who may record for the unit's organisation (people.access.may_record)"
PAGES = [
    Page("diary:index", frozenset({SIGNED_IN}), note=SEES),
    Page("diary:csv", frozenset({SIGNED_IN}), note=SEES),
    Page("diary:xlsx", frozenset({SIGNED_IN}), note=SEES),
    Page("diary:register", frozenset({MEMBER}), BOTH, "who may record for the organisation"),
    Page("diary:unit", frozenset({SIGNED_IN}), note=SEES),
    Page("diary:season", frozenset({MEMBER}), BOTH, WRITES),
    Page("diary:close", frozenset({MEMBER}), BOTH, WRITES),
    Page("diary:write", frozenset({MEMBER}), BOTH, WRITES),
    Page("diary:entry", frozenset({SIGNED_IN}), note=SEES),
    Page("diary:correct", frozenset({MEMBER}), BOTH, WRITES),
    Page("diary:withdraw", frozenset({MEMBER}), BOTH, WRITES),
    Page("diary:photo", frozenset({SIGNED_IN}), note="as its line, and diary.access.may_read_notes; others 404"),
]

ACTS = {
    "diary.register_unit": Text("Lập nhật ký cho thửa, đàn, ao", "Registered a plot, herd or pond"),
    "diary.start_season": Text("Bắt đầu vụ mới", "Started a season"),
    "diary.close_unit": Text("Đóng nhật ký", "Closed a diary"),
    "diary.record_entry": Text("Ghi nhật ký sản xuất", "Wrote a line of a diary"),
    "diary.correct_entry": Text("Sửa nhật ký sản xuất", "Corrected a line of a diary"),
}


class DiaryConfig(AppConfig):
    name = "lienvung.diary"
    label = "diary"
    verbose_name = "Nhật ký sản xuất / Production diaries"

    def ready(self) -> None:
        # Panels and providers read tables, so their modules can only be imported when all apps are ready.
        from lienvung.diary import access, panels

        for name, words in ACTS.items():
            registry.act_words.register(registry.ActWords(name, words))
        registry.growing.register(registry.GrowingProvider("diary", access.growing, access.whose))
        for page in PAGES:
            registry.pages.register(page)
        label = Text("Nhật ký sản xuất", "Production diary")
        roles = frozenset({MEMBER, OFFICIAL})
        registry.navigation.register(NavigationItem("diary", label, "diary:index", order=42, roles=roles))
        registry.lot_panels.register(Panel("diary.lot", label, "diary/parts/lot.html", panels.of_lot, order=25))
        registry.organisation_panels.register(
            Panel("diary.units", label, "diary/parts/organisation.html", panels.of_organisation, 25)
        )
        waiting = Text("Thời gian cách ly", "Waiting periods")
        registry.home_panels.register(Panel("diary.waiting", waiting, "diary/parts/home.html", panels.of_home, 18))
        registry.search_providers.register(
            registry.SearchProvider("diary", Text("Thửa, đàn, ao", "Plots, herds, ponds"), panels.find_units, 46)
        )
