"""Organisations, accounts, sign-in: what this room registers."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.texts import Text

EVERYONE = frozenset({registry.EVERYONE})
SIGNED_IN = frozenset({registry.SIGNED_IN})
MANAGER = frozenset({registry.MANAGER})
OFFICIAL = frozenset({registry.OFFICIAL})
GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")

PAGES = [
    registry.Page("people:organisations", EVERYONE, GET),
    registry.Page("people:organisation", EVERYONE, GET, "public facts; the telephone only when signed in"),
    registry.Page("people:register_organisation", OFFICIAL, BOTH),
    registry.Page("people:sign_in", EVERYONE, BOTH, "rate limit a person and address"),
    registry.Page("people:sign_in_code", EVERYONE, BOTH, "only after the right password"),
    registry.Page("people:sign_out", EVERYONE, POST),
    registry.Page("people:account", SIGNED_IN, GET, "one's own"),
    registry.Page("people:password", SIGNED_IN, BOTH, "one's own"),
    registry.Page("people:second_factor", SIGNED_IN, BOTH, "one's own"),
    registry.Page("people:confirm_second_factor", SIGNED_IN, POST, "one's own"),
    registry.Page("people:second_factor_off", SIGNED_IN, BOTH, "one's own; password and code again"),
    registry.Page("people:recovery_codes", SIGNED_IN, BOTH, "one's own; password and code again"),
    registry.Page("people:end_sessions", SIGNED_IN, POST, "one's own"),
    registry.Page("people:audit", OFFICIAL, GET),
    registry.Page(
        "people:members",
        MANAGER | OFFICIAL,
        BOTH,
        "managers of this organisation; while it has none, officials of its province and who registered it",
    ),
    registry.Page("people:remove_member", MANAGER, POST, "managers of this organisation"),
    registry.Page("people:tokens", MANAGER, BOTH, "managers of this organisation"),
    registry.Page("people:revoke_token", MANAGER, POST, "managers of this organisation"),
]


class PeopleConfig(AppConfig):
    name = "lienvung.people"
    label = "people"

    def ready(self) -> None:
        from lienvung.people.search import find_organisations
        from lienvung.people.words import ACTS

        for name, label in ACTS.items():
            registry.act_words.register(registry.ActWords(name, label))
        for page in PAGES:
            registry.pages.register(page)
        registry.navigation.register(
            registry.NavigationItem("organisations", Text("Đơn vị", "Organisations"), "people:organisations", 50)
        )
        registry.navigation.register(
            registry.NavigationItem("audit", Text("Nhật ký", "Audit log"), "people:audit", 90, OFFICIAL)
        )
        registry.search_providers.register(
            registry.SearchProvider("organisations", Text("Đơn vị", "Organisations"), find_organisations, 40)
        )
