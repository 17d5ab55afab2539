"""The words of the laboratory room, in both languages."""

from __future__ import annotations

from typing import Final

from lienvung.lab.models import Hold, Limit, Reason, Sample
from lienvung.lab.rules import Comparison, Step
from lienvung.texts import Text

REASONS: Final[dict[str, Text]] = {
    Reason.ROUTINE: Text("định kỳ, theo kế hoạch", "routine, by the plan"),
    Reason.RISK: Text("nguy cơ cao", "high risk"),
    Reason.SUSPICION: Text("nghi ngờ", "suspicion"),
    Reason.COMPLAINT: Text("phản ánh, khiếu nại", "complaint"),
    Reason.FOLLOW_UP: Text("theo dõi sau vi phạm", "follow-up"),
    Reason.RETEST: Text("thử lại", "retest"),
}
STATES: Final[dict[str, Text]] = {
    Sample.State.ORDERED: Text("chờ lấy mẫu", "to be taken"),
    Sample.State.TAKEN: Text("đã lấy", "taken"),
    Sample.State.AT_LABORATORY: Text("ở phòng kiểm nghiệm", "at the laboratory"),
    Sample.State.DONE: Text("có kết quả", "tested"),
}
STEPS: Final[dict[str, Text]] = {
    Step.TAKEN: Text("Lấy mẫu, niêm phong", "Taken and sealed"),
    Step.HANDED: Text("Bên giao ghi: đã giao", "The giver says: handed over"),
    Step.RECEIVED: Text("Bên nhận ghi: đã nhận", "The receiver says: received"),
    Step.RETURNED: Text("Trả lại", "Returned"),
    Step.DESTROYED: Text("Huỷ mẫu", "Sample destroyed"),
}
COMPARISONS: Final[dict[str, Text]] = {
    Comparison.MAX: Text("không quá", "at most"),
    Comparison.MIN: Text("ít nhất", "at least"),
    Comparison.ABSENT: Text("không được có", "must be absent"),
}
CERTAINTIES: Final[dict[str, Text]] = {
    Limit.Certainty.SEEN: Text("đã đối chiếu văn bản", "checked against the text"),
    Limit.Certainty.SECOND_HAND: Text("theo nguồn khác dẫn lại", "second-hand"),
    Limit.Certainty.CONFIGURED: Text("đơn vị vận hành đặt", "set by the operator"),
    Limit.Certainty.ILLUSTRATIVE: Text("dữ liệu minh hoạ, không phải mức pháp lý", "illustrative, no legal value"),
}
HOLD_STATES: Final[dict[str, Text]] = {
    Hold.State.IN_FORCE: Text("đang tạm giữ", "held"),
    Hold.State.RELEASED: Text("đã giải toả", "released"),
}
MOVES: Final[dict[str, Text]] = {
    "assembling": Text("chế biến", "processed"),
    "commissioning": Text("tạo mã từ lô", "items made of it"),
    "consigning": Text("gửi bán", "consigned"),
    "departing": Text("rời nơi gửi", "departed"),
    "dispensing": Text("phân phát", "dispensed"),
    "installing": Text("dùng", "used"),
    "loading": Text("xếp lên xe", "loaded"),
    "packing": Text("đóng gói", "packed"),
    "picking": Text("soạn hàng", "picked"),
    "repackaging": Text("đóng gói lại", "repacked"),
    "retail_selling": Text("bán lẻ", "sold"),
    "shipping": Text("gửi đi", "shipped"),
    "staging_outbound": Text("chờ xuất", "staged for shipping"),
    "stocking": Text("lên kệ", "put on the shelf"),
    "transporting": Text("vận chuyển", "transported"),
}
OTHERWISE: Final = Text("dùng hoặc đưa ra bán", "used or offered for sale")
WORDS: Final[dict[str, Text]] = {
    "recalled": Text("đang bị thu hồi", "recalled"),
    "non_conformant": Text("đang bị tạm giữ", "held"),
}
ACTS: Final[dict[str, Text]] = {
    "lab.plan": Text("Lập kế hoạch lấy mẫu", "Planned samples"),
    "lab.order_sample": Text("Yêu cầu lấy mẫu", "Ordered a sample"),
    "lab.take_sample": Text("Lấy mẫu", "Took a sample"),
    "lab.tell_custody": Text("Ghi giao nhận mẫu", "Recorded custody of a sample"),
    "lab.enter_result": Text("Nhập kết quả", "Entered a result"),
    "lab.drop_result": Text("Bỏ kết quả chưa xác nhận", "Dropped an unconfirmed result"),
    "lab.confirm_results": Text("Xác nhận kết quả", "Confirmed results"),
    "lab.import_limits": Text("Nạp bảng giới hạn", "Imported limits"),
    "lab.hold": Text("Tạm giữ lô", "Held a lot"),
    "lab.extend_hold": Text("Mở rộng tạm giữ", "Extended a hold"),
    "lab.believe_claims": Text("Giữ thêm hàng theo lời kể của bên khác", "Held more goods by the word of others"),
    "lab.release": Text("Giải toả hàng tạm giữ", "Released held goods"),
    "lab.raise_alarm": Text("Cảnh báo hàng tạm giữ bị dịch chuyển", "Raised an alarm: held goods moved"),
    "lab.answer_alarm": Text("Trả lời cảnh báo", "Answered an alarm"),
}
