"""The front door: base pages, home, search, and what the rooms hand in."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.texts import Text

SIGNED_IN = frozenset({registry.SIGNED_IN})
EVERYONE = frozenset({registry.EVERYONE})
FINER = "web.access: officials and staff, or an organisation of the thing's chain"


class WebConfig(AppConfig):
    name = "lienvung.web"
    label = "web"

    def ready(self) -> None:
        for item in (
            registry.NavigationItem("home", Text("Trang đầu", "Home"), "web:home", 0),
            registry.NavigationItem("search", Text("Tìm kiếm", "Search"), "web:search", 10),
            registry.NavigationItem("dashboard", Text("Bàn làm việc", "Dashboard"), "web:dashboard", 20, SIGNED_IN),
        ):
            registry.navigation.register(item)
        for name in ("web:home", "web:search", "web:components"):
            registry.pages.register(registry.Page(name, EVERYONE))
        registry.pages.register(registry.Page("web:dashboard", SIGNED_IN, note="lists only what the reader may see"))
        for name in ("web:lot_by_id", "web:thing", "web:thing_by_id", "web:event", "web:event_json", "web:event_by_id"):
            registry.pages.register(registry.Page(name, SIGNED_IN, note=FINER))
