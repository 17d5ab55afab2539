"""The room's part of the demo story, through the actions only: two reports of invented shoppers.

One is answered and closed; one waits for its organisation.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lienvung.cases import actions
from lienvung.cases.models import Case
from lienvung.cases.reporting import Told, report
from lienvung.people.models import Account

SHOPPER = "192.0.2.1"  # of the block for examples (RFC 5737); only its keyed hash is kept, for a day
INVENTED = "(Phản ánh minh hoạ.)"


@dataclass(frozen=True, slots=True)
class Played:
    """`closed` was answered; `waiting` is new. `secret`: of the closed one's link, to show it."""

    closed: Case
    waiting: Case
    secret: str


def play(*, closed_code: str, waiting_code: str, official: Account, owner: Account, bought_province: str) -> Played:
    """`owner` writes for the organisation of the first code's product; `official` is of its province."""
    first, secret = report(
        code=closed_code,
        told=Told(
            what="label",
            text=f"Túi ghi ngày đóng gói khác với trang quét mã một ngày. {INVENTED}",
            bought_where="Cửa hàng minh hoạ",
            bought_province=bought_province,
        ),
        address=SHOPPER,
        form=uuid.uuid4(),
        illustrative=True,
    )
    case = first.case
    case = actions.look(by=official, case=case, version=case.version)
    case = actions.answer(
        by=owner,
        case=case,
        version=case.version,
        text="Cảm ơn bạn. Máy in nhãn chạy qua nửa đêm nên ngày lệch một ngày; hàng cùng lô, hạn dùng không đổi.",
    )
    case = actions.close(
        by=official,
        case=case,
        version=case.version,
        text="Đã đối chiếu sổ đóng gói với sự kiện trong sổ: lệch do giờ in. Cơ sở đã chỉnh máy in.",
    )
    second, _ = report(
        code=waiting_code,
        told=Told(
            what="spoiled",
            text=f"Hàng có mùi lạ khi mở túi, đã giữ lại bao bì. {INVENTED}",
            bought_where="Quầy minh hoạ",
            bought_province=bought_province,
        ),
        address=SHOPPER,
        form=uuid.uuid4(),
        illustrative=True,
    )
    return Played(case, second.case, secret)
