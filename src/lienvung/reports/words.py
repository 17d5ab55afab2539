"""Words of reports in both languages."""

from __future__ import annotations

from typing import Final

from lienvung.texts import Text

KINDS: Final = {
    "periodic": Text("Báo cáo định kỳ", "Periodic report"),
    "mid_term": Text("Báo cáo sơ kết", "Mid-term report"),
    "final": Text("Báo cáo tổng kết", "Final report"),
}
STATES: Final = {"draft": Text("bản nháp", "draft"), "final": Text("đã ban hành", "issued")}
BUILDS: Final = {
    "none": Text("chưa lập", "not built"),
    "waiting": Text("đang chờ lập", "waiting to be built"),
    "running": Text("đang lập", "being built"),
    "done": Text("đã lập", "built"),
    "failed": Text("không lập được", "could not be built"),
}
MATTERS: Final = {
    "difficulty": Text("Khó khăn, vướng mắc", "Difficulty"),
    "recommendation": Text("Kiến nghị, đề xuất", "Recommendation"),
}
MATTER_STATES: Final = {
    "open": Text("chưa trả lời", "not answered"),
    "answered": Text("đã trả lời", "answered"),
    "closed": Text("đã kết thúc", "closed"),
}
CLAIMS: Final = {
    "confirmed": Text("Hai bên đã xác nhận", "Confirmed by both sides"),
    "submitted": Text("Chờ bên kia xác nhận", "Awaiting the other side"),
    "disputed": Text("Bên kia không đồng ý", "Disputed by the other side"),
    "returned": Text("Trả lại để sửa", "Returned to be mended"),
}
BLOCKS: Final = {
    "overview": Text("Đánh giá chung", "General assessment"),
    "direction": Text("Công tác chỉ đạo, điều hành", "Direction and management"),
    "causes": Text("Nguyên nhân, bài học", "Causes and lessons"),
    "next": Text("Nhiệm vụ thời gian tới", "Tasks ahead"),
}
NOT_STATED: Final = Text("không nêu", "not stated")
ALL_PARTIES: Final = Text("các bên", "all parties")
