"""Products, lots, places and issued codes: what this room registers."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.texts import Text

EVERYONE = frozenset({registry.EVERYONE})
MEMBER = frozenset({registry.MEMBER})
GET, BOTH = ("GET",), ("GET", "POST")

PAGES = [
    registry.Page("catalogue:products", EVERYONE, GET),
    registry.Page("catalogue:product", EVERYONE, GET, "quantities of lots: the owner's people and officials"),
    registry.Page("catalogue:product_picture", EVERYONE, GET),
    registry.Page("catalogue:register_product", MEMBER, BOTH, "for one's own organisation"),
    registry.Page("catalogue:edit_product", MEMBER, BOTH, "the owner's people"),
    registry.Page("catalogue:register_lot", MEMBER, BOTH, "the owner's people"),
    registry.Page("catalogue:places", EVERYONE, GET),
    registry.Page("catalogue:place", EVERYONE, GET),
    registry.Page("catalogue:register_place", MEMBER, BOTH, "for one's own organisation"),
]


class CatalogueConfig(AppConfig):
    name = "lienvung.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from lienvung.catalogue import search, words

        for name, label in words.ACTS.items():
            registry.act_words.register(registry.ActWords(name, label))
        for page in PAGES:
            registry.pages.register(page)
        products = Text("Sản phẩm", "Products")
        registry.navigation.register(registry.NavigationItem("products", products, "catalogue:products", 30))
        registry.navigation.register(
            registry.NavigationItem("places", Text("Địa điểm", "Places"), "catalogue:places", 40)
        )
        for provider in (
            registry.SearchProvider("products", products, search.find_products, 10),
            registry.SearchProvider("lots", Text("Lô", "Lots"), search.find_lots, 20),
            registry.SearchProvider("places", Text("Địa điểm", "Places"), search.find_places, 50),
        ):
            registry.search_providers.register(provider)
        registry.home_panels.register(
            registry.Panel("products", products, "catalogue/panel_products.html", search.some_products, 30)
        )
        registry.organisation_panels.register(
            registry.Panel("products", products, "catalogue/panel_products.html", search.products_of_organisation, 10)
        )
        registry.organisation_panels.register(
            registry.Panel(
                "places", Text("Địa điểm", "Places"), "catalogue/panel_places.html", search.places_of_organisation, 20
            )
        )
