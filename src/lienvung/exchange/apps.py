"""The ledger's outward face: the EPCIS 2.0 REST binding, named queries, subscriptions (docs/reference/api.md)."""

from django.apps import AppConfig

from lienvung import registry


class ExchangeConfig(AppConfig):
    name = "lienvung.exchange"
    label = "exchange"
    verbose_name = "Trao đổi dữ liệu EPCIS / EPCIS exchange"

    def ready(self) -> None:
        # Links read tables, so their module can only be imported when all apps are ready.
        from lienvung.exchange import links

        registry.link_providers.register(links.PROVIDER)
