"""The pages of an installation in which nothing has happened yet."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_home_page_says_what_to_do(client: Client) -> None:
    cache.clear()
    body = client.get("/").content.decode()
    assert "Chưa có lô nào" in body
    assert "đăng ký sản phẩm và lô đầu tiên" in body


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_component_page_needs_no_data(client: Client, language: str) -> None:
    body = client.get(f"/mau/?lang={language}").content.decode()
    for part in (
        "error-summary",
        "field-error",
        "recall-band",
        "tag-red",
        'class="facts"',
        "<caption",
        "timeline",
        "graph-frame",
        "<progress",
        'class="empty"',
        "pager",
    ):
        assert part in body, part
