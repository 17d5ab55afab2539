"""Certificates for the search page: by kind, number, issuer or holder, those that one may see."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lienvung.proofs import access, words
from lienvung.registry.matching import tokens
from lienvung.registry.parts import SearchHit
from lienvung.texts import Text

KIND = Text("Giấy chứng nhận", "Certificate")


def find_certificates(query: str, limit: int, account: Any) -> list[SearchHit]:
    if not tokens(query):
        return []
    return [
        SearchHit(
            title=f"{words.kind_name(one.kind, one.stars).vi} {one.number}",
            kind=KIND,
            url=reverse("proofs:certificate", args=[one.pk]),
            detail=one.holder.name,
            title_en=f"{words.kind_name(one.kind, one.stars).en} {one.number}",
        )
        for one in access.visible_to(account, query)[:limit]
    ]
