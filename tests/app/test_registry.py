"""Registries: typed, ordered, frozen; words without marks; the URL × role table of our rooms."""

from __future__ import annotations

import pytest
from django.urls import URLPattern
from hypothesis import given
from hypothesis import strategies as st

from lienvung import registry
from lienvung.catalogue import urls as catalogue_urls
from lienvung.people import urls as people_urls
from lienvung.registry.matching import plain, tokens
from lienvung.registry.registries import Registry, RegistryFrozen
from lienvung.texts import Text


def item(name: str, order: int = 100) -> registry.NavigationItem:
    return registry.NavigationItem(name, Text(name, name), "x", order)


def test_parts_come_in_order():
    parts: Registry[registry.NavigationItem] = Registry("test")
    for part in (item("c"), item("a", 200), item("b")):
        parts.register(part)
    assert [part.name for part in parts] == ["b", "c", "a"]
    assert "b" in parts
    assert parts["b"].order == 100
    assert len(parts) == 3


def test_reading_freezes_and_late_comers_are_refused():
    parts: Registry[registry.NavigationItem] = Registry("test")
    parts.register(item("a"))
    assert not parts.frozen
    list(parts)
    assert parts.frozen
    with pytest.raises(RegistryFrozen, match="too late"):
        parts.register(item("b"))
    assert [part.name for part in parts] == ["a"]


def test_freezing_without_reading():
    parts: Registry[registry.NavigationItem] = Registry("test")
    parts.freeze()
    with pytest.raises(RegistryFrozen):
        parts.register(item("a"))


def test_a_name_is_taken_once():
    parts: Registry[registry.NavigationItem] = Registry("test")
    parts.register(item("a"))
    with pytest.raises(ValueError, match="already"):
        parts.register(item("a"))


def test_the_site_registries_freeze_together():
    registry.freeze()
    assert all(one.frozen for one in registry.ALL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Gạo nếp", "gao nep"), ("ĐỒNG  GIAO", "dong giao"), ("Hoà", "hoa"), ("Yên Mô – lô 7", "yen mo – lo 7"), ("", "")],
)
def test_plain(text, expected):
    assert plain(text) == expected


def test_plain_joins_what_is_there():
    assert plain("Đất", None, "", "Cát") == "dat cat"


def test_tokens():
    assert tokens("Gạo nếp, gạo!") == ["gao", "nep"]
    assert tokens("lô NB-0412") == ["lo", "nb-0412"]
    assert tokens("%_' --") == []
    assert len(tokens(" ".join(f"w{n}" for n in range(50)))) == 8


@given(st.text(max_size=60))
def test_plain_is_stable_and_tokens_are_parts_of_it(text):
    assert plain(plain(text)) == plain(text)
    for token in tokens(text):
        assert token in plain(text)


@pytest.mark.parametrize("room", [people_urls, catalogue_urls], ids=lambda room: room.app_name)
def test_every_page_of_the_room_is_in_the_table_and_the_table_names_no_other(room):
    urls = {f"{room.app_name}:{pattern.name}" for pattern in room.urlpatterns if isinstance(pattern, URLPattern)}
    listed = {page.name for page in registry.pages if page.name.startswith(room.app_name + ":")}
    assert listed == urls


def test_every_row_has_roles_and_methods():
    known = {registry.EVERYONE, registry.SIGNED_IN, registry.MEMBER, registry.MANAGER, registry.OFFICIAL}
    for page in registry.pages:
        assert page.roles, page.name
        assert page.roles <= known, page.name
        assert set(page.methods) <= {"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"}, page.name
