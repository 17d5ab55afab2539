"""The front door: base pages, home, search, and what the rooms hand in."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.texts import Text


class WebConfig(AppConfig):
    name = "lienvung.web"
    label = "web"

    def ready(self) -> None:
        signed_in = frozenset({registry.SIGNED_IN})
        for item in (
            registry.NavigationItem("home", Text("Trang đầu", "Home"), "web:home", 0),
            registry.NavigationItem("search", Text("Tìm kiếm", "Search"), "web:search", 10),
            registry.NavigationItem("dashboard", Text("Bàn làm việc", "Dashboard"), "web:dashboard", 20, signed_in),
        ):
            registry.navigation.register(item)
