"""The ledger's outward face: the EPCIS 2.0 REST binding, named queries, subscriptions (docs/reference/api.md)."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "lienvung.exchange"
    label = "exchange"
    verbose_name = "Trao đổi dữ liệu EPCIS / EPCIS exchange"
