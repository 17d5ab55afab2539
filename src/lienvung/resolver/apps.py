"""The GS1-Conformant resolver: from an identifier to the links that its owner and the other rooms know."""

from django.apps import AppConfig


class ResolverConfig(AppConfig):
    name = "lienvung.resolver"
    label = "resolver"
    verbose_name = "Phân giải mã GS1 / GS1 resolver"
