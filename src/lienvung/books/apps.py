"""The co-operative's book in Excel: template, staged import, undo."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import MEMBER, NavigationItem, Page, Panel
from lienvung.texts import Text

MEMBERS = frozenset({MEMBER})
BOTH = ("GET", "POST")
OWN = "who records for the organisation (books.access.organisations); others 404"
PAGES = [
    Page("books:index", MEMBERS, note=OWN),
    Page("books:send", MEMBERS, BOTH, "who records for some organisation that is no authority"),
    Page("books:template", MEMBERS, note=OWN),
    Page("books:book", MEMBERS, note=OWN),
    Page("books:take", MEMBERS, ("POST",), OWN),
    Page("books:again", MEMBERS, ("POST",), OWN),
    Page("books:drop", MEMBERS, ("POST",), OWN),
    Page("books:undo", MEMBERS, BOTH, OWN),
    Page("books:marked", MEMBERS, note=OWN),
]


class BooksConfig(AppConfig):
    name = "lienvung.books"
    label = "books"
    verbose_name = "Sổ Excel / Books in Excel"

    def ready(self) -> None:
        # Panels and words read tables, so their modules can only be imported when all apps are ready.
        from lienvung.books import panels, words

        for name, label in words.ACTS.items():
            registry.act_words.register(registry.ActWords(name, label))
        for page in PAGES:
            registry.pages.register(page)
        label = Text("Sổ Excel", "Books in Excel")
        registry.navigation.register(NavigationItem("books", label, "books:index", order=43, roles=MEMBERS))
        registry.organisation_panels.register(
            Panel("books.organisation", label, "books/parts/organisation.html", panels.of_organisation, 26)
        )
        registry.home_panels.register(Panel("books.waiting", label, "books/parts/home.html", panels.of_home, 19))
