"""The GS1-Conformant resolver: from an identifier to the links that its owner and the other rooms know."""

from django.apps import AppConfig

from lienvung import registry
from lienvung.registry import EVERYONE, MEMBER, NavigationItem, Page
from lienvung.texts import Text

OWN = "another organisation's is answered as if it were not there (resolver.access.may_edit)"
TOKEN = 'a token of the organisation with the scope "links"; else 401'
PAGES = [
    Page("resolver:digital_link", frozenset({EVERYONE}), ("GET", "HEAD", "OPTIONS")),
    Page("resolver:description", frozenset({EVERYONE}), ("GET", "HEAD", "OPTIONS")),
    Page("resolver:links", frozenset({EVERYONE}), ("GET", "POST"), note=TOKEN),
    Page("resolver:link", frozenset({EVERYONE}), ("GET", "PUT", "DELETE"), note=TOKEN),
    Page("resolver:link_set", frozenset({EVERYONE}), ("GET", "PUT", "POST"), note=TOKEN),
    Page("links:index", frozenset({MEMBER}), note="own links only"),
    Page("links:new", frozenset({MEMBER}), ("GET", "POST"), note="own identifiers only (resolver.access.may_link)"),
    Page("links:edit", frozenset({MEMBER}), ("GET", "POST"), note=OWN),
    Page("links:remove", frozenset({MEMBER}), ("GET", "POST"), note=OWN),
]
ACTS = {
    "resolver.register_link": Text("Thêm liên kết của mã", "Registered a link of a code"),
    "resolver.change_link": Text("Sửa liên kết của mã", "Changed a link of a code"),
    "resolver.remove_link": Text("Xoá liên kết của mã", "Removed a link of a code"),
    "resolver.put_link_set": Text("Gửi một bộ liên kết", "Sent a set of links"),
}


class ResolverConfig(AppConfig):
    name = "lienvung.resolver"
    label = "resolver"
    verbose_name = "Phân giải mã GS1 / GS1 resolver"

    def ready(self) -> None:
        for page in PAGES:
            registry.pages.register(page)
        for name, words in ACTS.items():
            registry.act_words.register(registry.ActWords(name, words))
        label = Text("Liên kết", "Links")
        registry.navigation.register(NavigationItem("links", label, "links:index", order=65, roles=frozenset({MEMBER})))
