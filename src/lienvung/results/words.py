"""The room's acts as the audit log says them, and words of its pages."""

from __future__ import annotations

from typing import Final

from lienvung.texts import Text

ACTS: Final[dict[str, Text]] = {
    "results.record_claim": Text("Ghi kết quả", "Recorded a result"),
    "results.revise_claim": Text("Sửa kết quả", "Changed a result"),
    "results.submit_claim": Text("Gửi kết quả chờ xác nhận", "Submitted a result"),
    "results.withdraw_claim": Text("Rút kết quả", "Withdrew a result"),
    "results.confirm_claim": Text("Xác nhận kết quả", "Confirmed a result"),
    "results.return_claim": Text("Trả lại kết quả", "Returned a result"),
    "results.dispute_claim": Text("Không đồng ý với kết quả", "Disputed a result"),
    "results.reopen_claim": Text("Mở lại kết quả", "Reopened a result"),
    "results.attach_claim": Text("Đính kèm tệp vào kết quả", "Attached a file to a result"),
    "results.answer_claim": Text("Trao đổi về kết quả", "Added a word to a result"),
    "results.set_calendar": Text("Ghi quy định kỳ báo cáo", "Recorded a reporting rule"),
    "results.discard_claim": Text("Gỡ kết quả ghi nhầm", "Took back a result written by mistake"),
    "results.open_period": Text("Mở kỳ báo cáo", "Opened a period"),
    "results.lock_period": Text("Khoá kỳ báo cáo", "Locked a period"),
    "results.unlock_period": Text("Mở khoá kỳ báo cáo", "Unlocked a period"),
    "results.correct_figure": Text("Đề nghị điều chỉnh số liệu", "Asked to correct a figure"),
    "results.agree_correction": Text("Đồng ý điều chỉnh số liệu", "Agreed to a correction"),
    "results.add_indicator": Text("Thêm chỉ tiêu", "Added an indicator"),
    "results.edit_indicator": Text("Sửa chỉ tiêu", "Changed an indicator"),
    "results.remove_indicator": Text("Gỡ chỉ tiêu ghi nhầm", "Took back an indicator added by mistake"),
    "results.set_target": Text("Đặt mục tiêu", "Set a target"),
}
# what a page offers: the button, and what follows from it
STEPS: Final[dict[str, tuple[Text, Text]]] = {
    "submit": (
        Text("Gửi bên kia xác nhận", "Submit for confirmation"),
        Text(
            "Bên kia sẽ thấy kết quả này và thời gian chờ bắt đầu tính.", "The other party sees it; its silence counts."
        ),
    ),
    "confirm": (
        Text("Xác nhận", "Confirm"),
        Text("Kết quả được tính vào số liệu của kỳ.", "The result counts in the period's figures."),
    ),
    "return": (
        Text("Trả lại để sửa", "Return to be mended"),
        Text("Nêu điều cần sửa hoặc bổ sung.", "Say what is to be mended or added."),
    ),
    "dispute": (
        Text("Không đồng ý", "Dispute"),
        Text("Nêu lý do; bên kia trả lời, và bạn vẫn có thể xác nhận sau.", "Say why; you may still confirm later."),
    ),
    "withdraw": (
        Text("Rút về để sửa", "Withdraw to change it"),
        Text("Kết quả trở lại bản nháp; lịch sử vẫn giữ nguyên.", "It becomes a draft again; its history stays."),
    ),
    "reopen": (
        Text("Mở lại", "Reopen"),
        Text("Rút lại lời xác nhận và nêu lý do.", "Take the confirmation back and say why."),
    ),
    "answer": (
        Text("Trao đổi thêm", "Add a word"),
        Text("Lời này nằm trong lịch sử mà hai bên đều thấy.", "The word stands in the history that both sides see."),
    ),
}
