"""The words of the room in both languages: states, what may be said beside goods, acts."""

from __future__ import annotations

from typing import Final

from lienvung.catalogue.words import product_kind
from lienvung.proofs.kinds import kinds
from lienvung.proofs.models import ScopeRow
from lienvung.proofs.rules import Act, Shown, State
from lienvung.texts import Text

STATES: Final[dict[State, Text]] = {
    State.CLAIMED: Text("chờ kiểm tra", "not checked yet"),
    State.REFUSED: Text("không được xác nhận", "refused"),
    State.WITHDRAWN: Text("đã bị thu hồi", "withdrawn"),
    State.SUSPENDED: Text("đang bị đình chỉ", "suspended"),
    State.NOT_YET: Text("chưa đến ngày hiệu lực", "not valid yet"),
    State.EXPIRED: Text("đã hết hạn", "expired"),
    State.REPLACED: Text("đã có giấy thay thế", "replaced"),
    State.EXPIRING: Text("sắp hết hạn", "expiring soon"),
    State.VALID: Text("còn hiệu lực", "valid"),
}
TONES: Final[dict[State, str]] = {
    State.CLAIMED: "amber",
    State.REFUSED: "red",
    State.WITHDRAWN: "red",
    State.SUSPENDED: "red",
    State.NOT_YET: "amber",
    State.EXPIRED: "red",
    State.REPLACED: "amber",
    State.EXPIRING: "amber",
    State.VALID: "green",
}
SHOWN: Final[dict[Shown, Text]] = {
    Shown.VALID: Text("còn hiệu lực", "valid"),
    Shown.UNCHECKED: Text("chưa được kiểm tra", "not checked"),
    Shown.NOT_COVERED: Text("không cấp cho hàng này", "not given for these goods"),
    Shown.PARTLY: Text("chỉ cấp cho một phần nơi làm ra hàng này", "covers only a part of where these goods were made"),
    Shown.WITHDRAWN: Text("đã bị thu hồi", "withdrawn"),
    Shown.SUSPENDED: Text("đang bị đình chỉ", "suspended"),
    Shown.NOT_YET: Text("chưa đến ngày hiệu lực", "not valid yet"),
    Shown.EXPIRED: Text("đã hết hạn", "expired"),
    Shown.REPLACED: Text("đã có giấy thay thế", "replaced by another"),
    Shown.NOT_WHEN_MADE: Text("không có hiệu lực khi làm ra hàng này", "not in force when these goods were made"),
    Shown.DAY_UNKNOWN: Text("chưa rõ ngày làm ra hàng này", "the day when these goods were made is not known"),
}
MEASURES: Final[dict[Act, Text]] = {
    Act.SUSPENDED: Text("Đình chỉ", "Suspended"),
    Act.RESTORED: Text("Cho hiệu lực trở lại", "Restored"),
    Act.WITHDRAWN: Text("Thu hồi", "Withdrawn"),
}
ACTS: Final[dict[str, Text]] = {
    "proofs.register": Text("Đăng ký giấy chứng nhận", "Registered a certificate"),
    "proofs.change": Text("Sửa giấy chứng nhận", "Changed a certificate"),
    "proofs.add_scope": Text("Thêm phạm vi của giấy chứng nhận", "Added to a certificate's scope"),
    "proofs.remove_scope": Text("Bớt phạm vi của giấy chứng nhận", "Took from a certificate's scope"),
    "proofs.confirm": Text("Xác nhận giấy chứng nhận", "Confirmed a certificate"),
    "proofs.refuse": Text("Không xác nhận giấy chứng nhận", "Refused a certificate"),
    "proofs.suspended": Text("Đình chỉ giấy chứng nhận", "Suspended a certificate"),
    "proofs.restored": Text("Cho giấy chứng nhận hiệu lực trở lại", "Restored a certificate"),
    "proofs.withdrawn": Text("Thu hồi giấy chứng nhận", "Withdrew a certificate"),
    "proofs.accept_issuer": Text("Công nhận nơi cấp giấy", "Accepted an issuing body"),
    "proofs.end_issuer": Text("Thôi công nhận nơi cấp giấy", "Ended an issuing body"),
    "proofs.make_calendar_key": Text("Tạo địa chỉ lịch", "Made a calendar address"),
}


def kind_name(key: str, stars: int | None = None) -> Text:
    """'OCOP 4 sao'; the kind's name alone where there are no stars."""
    name = kinds()[key].name
    return Text(f"{name.vi} {stars} sao", f"{name.en}, {stars} star{'s' * (stars > 1)}") if stars else name


def scope(row: ScopeRow) -> Text:
    """A row of the scope: 'Gạo nếp hạt cau, Ruộng Kim Sơn số 3'; the whole organisation where it names nothing."""
    vi = [row.product.name if row.product else "", product_kind(row.group).vi if row.group else ""]
    en = [(row.product.name_en or row.product.name) if row.product else ""]
    en.append(product_kind(row.group).en if row.group else "")
    if row.place:
        vi.append(row.place.name)
        en.append(row.place.name_en or row.place.name)
    if not any(vi):
        return Text("mọi hàng của đơn vị", "all that the holder makes")
    return Text(", ".join(filter(None, vi)), ", ".join(filter(None, en)))
