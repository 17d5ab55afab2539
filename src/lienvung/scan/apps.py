"""The scan room: pages behind the codes on labels, scan counts, label printing."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import EVERYONE, MEMBER, OFFICIAL, SIGNED_IN, NavigationItem, Page, Panel
from lienvung.texts import Text

OWN = "another organisation's is answered as if it were not there (scan.access.may_print)"


class ScanConfig(AppConfig):
    name = "lienvung.scan"
    label = "scan"

    def ready(self) -> None:
        # Panels read tables, so their module can only be imported when all apps are ready.
        from lienvung.scan import links, panels
        from lienvung.scan.indicators import INDICATORS

        for indicator in INDICATORS:
            registry.indicators.register(indicator)
        registry.navigation.register(
            NavigationItem("labels", Text("Nhãn", "Labels"), "labels:index", order=60, roles=frozenset({MEMBER}))
        )
        for name in ("scan:page", "scan:journey"):
            registry.pages.register(Page(name, frozenset({EVERYONE}), ("GET", "HEAD", "OPTIONS")))
        registry.pages.register(Page("scan:code", frozenset({EVERYONE}), note="only codes that were issued"))
        registry.pages.register(Page("labels:index", frozenset({MEMBER}), note="own products only"))
        registry.pages.register(Page("labels:new", frozenset({MEMBER}), ("GET", "POST"), note=OWN))
        registry.pages.register(Page("labels:reprint", frozenset({MEMBER}), ("POST",), note=OWN))
        for name in ("labels:preview", "labels:job", "labels:sheet_pdf", "labels:sheet_svg"):
            registry.pages.register(Page(name, frozenset({MEMBER}), note=OWN))
        code = Text("Mã QR và lượt quét", "QR code and scans")
        registry.product_panels.register(Panel("scan.code", code, "scan/parts/code.html", panels.of_product, order=40))
        registry.lot_panels.register(Panel("scan.code", code, "scan/parts/code.html", panels.of_lot, order=40))
        complete = Text("Độ đầy đủ", "Completeness")
        registry.lot_panels.register(
            Panel("scan.score", complete, "scan/parts/score.html", panels.score_of_lot, order=30)
        )
        registry.navigation.register(
            NavigationItem("completeness", complete, "completeness:index", order=46, roles=frozenset({OFFICIAL}))
        )
        registry.pages.register(Page("completeness:index", frozenset({OFFICIAL})))
        registry.pages.register(Page("completeness:csv", frozenset({OFFICIAL})))
        of_chain = "those of the lot's chain, officials, staff; to others there is no such lot (scan.access.in_chain)"
        registry.pages.register(Page("completeness:lot", frozenset({SIGNED_IN}), note=of_chain))
        for provider in links.PROVIDERS:
            registry.link_providers.register(provider)
