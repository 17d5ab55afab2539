"""What the quality room offers to the resolver: whether a thing is recalled."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from lienvung.ledger.trace_names import kind_of, lookup
from lienvung.quality import access
from lienvung.registry import Identifier, LinkProvider, OfferedLink
from lienvung.texts import Text

RECALLED = Text("Đang bị thu hồi: xem quyết định", "Recalled: see the decision")
NOT_RECALLED = Text("Chưa bị thu hồi; các lệnh thu hồi đã có", "Not recalled; the recalls there are")


def recall_status(identifier: Identifier) -> Sequence[OfferedLink]:
    """The recall that reaches the thing, else the list of recalls; nothing for what the ledger never saw."""
    if kind_of(identifier.uri) not in ("lot", "serial", "logistic") or not len(lookup(identifier.uri)):
        return []
    recall = access.in_force_reaching(identifier.uri)
    if recall is None:
        place, title = reverse("quality:index"), NOT_RECALLED
    else:
        place, title = reverse("quality:recall", args=[recall.pk]), RECALLED
    return [OfferedLink("recallStatus", place, title, ("vi", "en"), "text/html")]


PROVIDER = LinkProvider("quality.recall_status", frozenset({"recallStatus"}), recall_status, order=40)
