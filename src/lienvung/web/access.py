"""Who may see what of the ledger in the pages.

Written rule (ASVS 5.0 8.1.1):
- The scan page, products, organisations and the public figures are for everybody.
- Events: `lienvung.ledger.access`, the same in pages and API. Officials and staff see all;
  members what their organisations sent or what happened at their places.
- Things (lots, items, pallets): officials and staff; the organisation whose product it is; and
  organisations that see at least one event of it. Lineage, journey and balance of a thing are whole
  for the first two; for the others they say what the events visible to them say, and nothing else,
  not even as a number (`lienvung.ledger.access.lineage_for`): to name a lot in an event of one's own
  must not open what others did with it.
- Everybody else is referred to the scan page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lienvung.errors import NotAllowed
from lienvung.ledger.access import Visible, lineage_for, visible_to_account
from lienvung.ledger.events import StoredEvent, latest
from lienvung.people.access import is_official, organisations_of
from lienvung.web.naming import Names, split


def sees_all(account: Any) -> bool:
    return bool(account.is_authenticated and (account.is_staff or is_official(account)))


def visible_events(account: Any, events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Those of `events` (at most some hundreds) that `account` may see, in the same order."""
    if not events or sees_all(account):
        return list(events)
    seen_by = visible_to_account(account)
    numbers = [event.rid for event in events]
    among = Visible(f"({seen_by.sql}) AND e.rid IN ({','.join(['%s'] * len(numbers))})", (*seen_by.values, *numbers))
    allowed = {event.rid for event in latest(len(numbers), seen_by=among)}
    return [event for event in events if event.rid in allowed]


def may_see_thing(account: Any, uri: str, visible: Sequence[StoredEvent]) -> bool:
    """`visible`: the events of the thing that the account sees."""
    if visible or sees_all(account):
        return True
    key, value, _, _ = split(uri)
    product = Names([uri]).products.get(value) if key == "01" else None
    return product is not None and organisations_of(account).filter(pk=product.owner_id).exists()


def eyes_for(account: Any, uri: str) -> Visible:
    """What lineage, journey and balance of a thing may rest on, for this account."""
    return lineage_for(visible_to_account(account), uri, organisations_of(account))


def check_may_see(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(
            "web.not_your_chain",
            vi="Chỉ tổ chức có tên trong chuỗi của lô này và cán bộ quản lý mới xem được trang này. "
            "Thông tin công khai của lô nằm ở trang quét mã.",
            en="Only the organisations in the chain of this lot, and officials, may see this page. "
            "What is public about the lot is on its scan page.",
        )
