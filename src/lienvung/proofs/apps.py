"""Certificates of farms, makers and products: what they cover, until when, and what a scan page may claim."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import EVERYONE, MANAGER, OFFICIAL, SIGNED_IN, NavigationItem, Page, Panel
from lienvung.texts import Text

ALL, SIGNED, MANAGERS, OFFICIALS = (frozenset({role}) for role in (EVERYONE, SIGNED_IN, MANAGER, OFFICIAL))
GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")
CHECKERS = "officials of the holder's province and the issuing body's people (proofs.access.may_check)"
HOLDERS = "managers of the holder, until it is confirmed (proofs.access.may_edit)"
SEEN = "confirmed ones; others are seen by the holder, officials and the issuing body (proofs.access.visible_to)"
PAGES = [
    Page("proofs:index", ALL, GET, SEEN),
    Page("proofs:open_csv", ALL, GET, "confirmed ones only"),
    Page("proofs:certificate", ALL, GET, SEEN),
    Page("proofs:document", SIGNED, GET, "the holder's people, officials, the issuing body (access.may_see_inside)"),
    Page("proofs:register", MANAGERS, BOTH, "managers, for their organisation"),
    Page("proofs:edit", MANAGERS, BOTH, HOLDERS),
    Page("proofs:scope", MANAGERS, BOTH, HOLDERS),
    Page("proofs:remove_scope", MANAGERS, POST, HOLDERS),
    Page("proofs:check", SIGNED, BOTH, CHECKERS),
    Page("proofs:measure", SIGNED, BOTH, CHECKERS),
    Page("proofs:issuers", OFFICIALS, BOTH),
    Page("proofs:end_issuer", OFFICIALS, POST),
    Page("proofs:watch", SIGNED, GET, "one's own organisations, an official's province (access.watched_by)"),
    Page("proofs:watch_csv", SIGNED, GET, "as the watch"),
    Page("proofs:watch_xlsx", SIGNED, GET, "as the watch"),
    Page("proofs:watch_ics", SIGNED, GET, "as the watch"),
    Page("proofs:calendar_key", SIGNED, POST, "one's own"),
    Page("proofs:feed", ALL, GET, "whoever has the key in the address"),
]


class ProofsConfig(AppConfig):
    name = "lienvung.proofs"
    label = "proofs"
    verbose_name = "Chứng nhận / Certificates"

    def ready(self) -> None:
        # These read tables, so they can only be imported when all apps are ready.
        from lienvung.proofs import areas, goods, links, panels, search, words

        label = Text("Chứng nhận", "Certificates")
        for name, text in words.ACTS.items():
            registry.act_words.register(registry.ActWords(name, text))
        for page in PAGES:
            registry.pages.register(page)
        registry.navigation.register(NavigationItem("proofs", label, "proofs:index", order=45))
        registry.search_providers.register(
            registry.SearchProvider("proofs", label, search.find_certificates, 45),
        )
        registry.link_providers.register(links.PROVIDER)
        registry.proofs.register(registry.ProofProvider("proofs", goods.proofs))
        registry.certified_areas.register(registry.AreaProvider("proofs", areas.areas))
        template = "proofs/parts/proofs.html"
        registry.product_panels.register(Panel("proofs", label, template, panels.of_product, order=20))
        registry.lot_panels.register(Panel("proofs", label, template, panels.of_lot, order=20))
        registry.organisation_panels.register(
            Panel("proofs", label, "proofs/parts/organisation.html", panels.of_organisation, order=15)
        )
        ending = Text("Chứng nhận sắp hết hạn, chờ kiểm tra", "Certificates that expire or wait")
        registry.home_panels.register(Panel("proofs.due", ending, "proofs/parts/home.html", panels.of_home, order=20))
