"""The quality room: recalls."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import EVERYONE, OFFICIAL, SIGNED_IN, NavigationItem, Page, Panel
from lienvung.texts import Text

PROVINCE = "officials of the producer's province or of Hà Nội (quality.access.may_decide)"
PAGES = [
    Page("quality:index", frozenset({EVERYONE})),
    Page("quality:open_csv", frozenset({EVERYONE})),
    Page("quality:open_json", frozenset({EVERYONE})),
    Page("quality:recall", frozenset({EVERYONE}), note="the scope table only for officials and the producer"),
    Page("quality:scope_csv", frozenset({SIGNED_IN}), note="officials and the producer's people"),
    Page("quality:declare", frozenset({OFFICIAL}), ("GET", "POST"), note=PROVINCE),
    Page("quality:close", frozenset({OFFICIAL}), ("GET", "POST"), note=PROVINCE),
    Page("quality:notices", frozenset({SIGNED_IN}), note="one's own; officials all"),
    Page("quality:notice", frozenset({SIGNED_IN}), note="the holder's people and officials"),
    Page("quality:acknowledge", frozenset({SIGNED_IN}), ("POST",), note="the holder's people"),
    Page("quality:answer", frozenset({SIGNED_IN}), ("GET", "POST"), note="the holder's people"),
    Page("quality:treatment", frozenset({OFFICIAL}), ("GET", "POST"), note=PROVINCE),
    Page("quality:extend", frozenset({OFFICIAL}), ("GET", "POST"), note=PROVINCE),
    Page("quality:dossier", frozenset({SIGNED_IN}), note="officials and the producer's people"),
    Page("quality:dossier_pdf", frozenset({SIGNED_IN}), note="officials and the producer's people"),
    Page("quality:dossier_xlsx", frozenset({SIGNED_IN}), note="officials and the producer's people"),
    Page("quality:report", frozenset({SIGNED_IN}), note="officials and the producer's people"),
]


ACTS = {
    "quality.declare_recall": Text("Quyết định thu hồi một lô", "Decided on a recall"),
    "quality.acknowledge_notice": Text("Xác nhận đã nhận thông báo thu hồi", "Acknowledged a recall notice"),
    "quality.answer_notice": Text("Trả lời thông báo thu hồi", "Answered a recall notice"),
    "quality.choose_treatment": Text("Chọn hình thức xử lý hàng thu hồi", "Chose a treatment of recalled goods"),
    "quality.extend_recall": Text("Mở rộng phạm vi thu hồi", "Added to a recall's scope"),
    "quality.close_recall": Text("Kết thúc thu hồi", "Closed a recall"),
}


class QualityConfig(AppConfig):
    name = "lienvung.quality"
    label = "quality"

    def ready(self) -> None:
        # Panels read tables, so their module can only be imported when all apps are ready.
        from lienvung.quality import links, origins, panels

        registry.link_providers.register(links.PROVIDER)
        registry.recall_finders.register(registry.RecallFinder("quality", origins.decided_from))
        for name, words in ACTS.items():
            registry.act_words.register(registry.ActWords(name, words))
        for page in PAGES:
            registry.pages.register(page)
        registry.navigation.register(NavigationItem("recalls", Text("Thu hồi", "Recalls"), "quality:index", order=40))
        label = Text("Thu hồi", "Recall")
        registry.lot_panels.register(Panel("quality.recall", label, "quality/parts/lot.html", panels.of_lot, order=10))
        label = Text("Thông báo thu hồi cho bạn", "Recall notices for you")
        registry.home_panels.register(
            Panel("quality.notices", label, "quality/parts/home_notices.html", panels.of_notices, 5)
        )
        registry.home_panels.register(
            Panel(
                "quality.recalls",
                Text("Đang thu hồi", "Recalls in force"),
                "quality/parts/home.html",
                panels.of_home,
                10,
            )
        )
