"""Plots, herds, ponds and hives, and what is done on them: the production diary that harvests rest on."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.texts import Text

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
        from lienvung.diary import access

        for name, words in ACTS.items():
            registry.act_words.register(registry.ActWords(name, words))
        registry.growing.register(registry.GrowingProvider("diary", access.growing))
