"""Who may see what of the ledger in the pages (the API asks `lienvung.ledger` with a token).

Written rule (ASVS 5.0 8.1.1):
- The scan page, products, organisations and the public figures are for everybody.
- Officials (members of an authority) and staff see every lot, event and lineage.
- Members of an organisation see a lot or thing that is theirs, or in whose history their
  organisation recorded an event, with its whole lineage: every party of a chain may know
  where its goods came from and went to. They see the events of such things, and their own.
- Everybody else is referred to the scan page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lienvung.errors import NotAllowed
from lienvung.ledger.events import StoredEvent, history
from lienvung.people.access import is_official, organisations_of
from lienvung.web.naming import Names, split

LOOKED_AT = 50  # events of a thing, or things of an event, that are searched for the reader's organisation


def sees_all(account: Any) -> bool:
    return bool(account.is_authenticated and (account.is_staff or is_official(account)))


def own_ids(account: Any) -> frozenset[str]:
    """UUIDs, as text, of the organisations of `account`."""
    return frozenset(str(pk) for pk in organisations_of(account).values_list("pk", flat=True))


def may_see_thing(account: Any, uri: str, events: Iterable[StoredEvent] | None = None) -> bool:
    """`events`: the thing's history when the caller has it already."""
    if sees_all(account):
        return True
    own = own_ids(account)
    if not own:
        return False
    key, value, _, _ = split(uri)
    product = Names([uri]).products.get(value) if key == "01" else None
    if product and str(product.owner_id) in own:
        return True
    return any(event.submitter in own for event in (history(uri, limit=LOOKED_AT) if events is None else events))


def may_see_event(account: Any, event: StoredEvent, things: Iterable[str]) -> bool:
    if sees_all(account) or event.submitter in own_ids(account):
        return True
    return any(may_see_thing(account, uri) for uri in list(things)[:LOOKED_AT])


def check_may_see(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(
            "web.not_your_chain",
            vi="Chỉ tổ chức có tên trong chuỗi của lô này và cán bộ quản lý mới xem được trang này. "
            "Thông tin công khai của lô nằm ở trang quét mã.",
            en="Only the organisations in the chain of this lot, and officials, may see this page. "
            "What is public about the lot is on its scan page.",
        )
