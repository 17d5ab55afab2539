"""The words of the room, in both languages."""

from __future__ import annotations

from typing import Final

from lienvung.cases.rules import Act, State
from lienvung.texts import Text

# What a shopper can choose from; the urgent ones may harm somebody today.
WHAT: Final[dict[str, Text]] = {
    "spoiled": Text("Hàng hỏng, mốc, mùi lạ", "Spoiled, mouldy, strange smell"),
    "foreign": Text("Có vật lạ trong hàng", "Something in it that does not belong"),
    "unwell": Text("Có người không khoẻ sau khi dùng", "Somebody felt unwell after using it"),
    "expired": Text("Quá hạn dùng", "Past its date"),
    "label": Text("Nhãn khác với trang này", "The label differs from this page"),
    "copy": Text("Nghi hàng giả", "Suspected copy"),
    "short": Text("Thiếu cân, thiếu số lượng", "Less than stated"),
    "other": Text("Việc khác", "Something else"),
}
URGENT: Final = frozenset({"foreign", "unwell"})
STATES: Final[dict[str, Text]] = {
    State.NEW: Text("mới", "new"),
    State.LOOKING: Text("đang xem xét", "being looked into"),
    State.ANSWERED: Text("đã trả lời", "answered"),
    State.CLOSED: Text("đã đóng", "closed"),
    State.REOPENED: Text("mở lại", "reopened"),
}
ORIGINS: Final[dict[str, Text]] = {
    "report": Text("người mua phản ánh", "report of a shopper"),
    "complaint": Text("khiếu nại của cơ sở", "complaint of a business"),
    "finding": Text("cán bộ phát hiện", "finding of an official"),
}
ENTRIES: Final[dict[str, Text]] = {
    "note": Text("Ghi chú nội bộ", "Internal note"),
    "answer": Text("Trả lời", "Answer"),
    "conclusion": Text("Kết luận", "Conclusion"),
    "reason": Text("Lý do", "Reason"),
}
ACT_LABELS: Final[dict[str, Text]] = {
    Act.LOOK: Text("Bắt đầu xem xét", "Look into it"),
    Act.ANSWER: Text("Trả lời", "Answer"),
    Act.CLOSE: Text("Kết luận và đóng", "Conclude and close"),
    Act.REOPEN: Text("Mở lại", "Reopen"),
    Act.HAND_OVER: Text("Chuyển tỉnh khác", "Hand over to the other province"),
    "note": Text("Ghi chú nội bộ", "Internal note"),
}
ACTS: Final[dict[str, Text]] = {
    "cases.report": Text("Nhận phản ánh từ trang quét mã", "Received a report from a scan page"),
    "cases.open": Text("Mở vụ việc", "Opened a case"),
    "cases.join": Text("Thêm phản ánh vào vụ việc", "Joined a report to a case"),
    "cases.look": Text("Bắt đầu xem xét vụ việc", "Began to look into a case"),
    "cases.answer": Text("Trả lời vụ việc", "Answered a case"),
    "cases.close": Text("Đóng vụ việc", "Closed a case"),
    "cases.reopen": Text("Mở lại vụ việc", "Reopened a case"),
    "cases.hand_over": Text("Chuyển vụ việc cho tỉnh khác", "Handed a case over to another province"),
    "cases.note": Text("Ghi chú vào vụ việc", "Noted something in a case"),
    "cases.hide": Text("Đánh dấu phản ánh rác", "Marked a report as spam"),
    "cases.show": Text("Bỏ đánh dấu phản ánh rác", "Took a report out of spam"),
    "cases.withdraw_contact": Text("Người phản ánh xoá cách liên hệ", "A reporter erased their contact"),
    "cases.erase_contacts": Text("Xoá cách liên hệ hết hạn giữ", "Erased contacts at the end of keeping"),
}
