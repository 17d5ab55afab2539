"""The GS1-Conformant resolver: from an identifier to the links that its owner and the other rooms know."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import EVERYONE, Page

ANYBODY = ("GET", "HEAD", "OPTIONS")


class ResolverConfig(AppConfig):
    name = "lienvung.resolver"
    label = "resolver"
    verbose_name = "Phân giải mã GS1 / GS1 resolver"

    def ready(self) -> None:
        for name in ("resolver:digital_link", "resolver:description"):
            registry.pages.register(Page(name, frozenset({EVERYONE}), ANYBODY))
