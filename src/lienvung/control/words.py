"""The words of the control room, in both languages: activities, scale, risk, severities, states, acts."""

from __future__ import annotations

from typing import Final

from lienvung.texts import Text

ACTIVITIES: Final[dict[str, Text]] = {
    "growing": Text("Trồng trọt", "Growing"),
    "livestock": Text("Chăn nuôi", "Livestock"),
    "aquaculture": Text("Nuôi trồng thuỷ sản", "Aquaculture"),
    "apiary": Text("Nuôi ong", "Bee keeping"),
    "processing": Text("Sơ chế, chế biến", "Processing"),
    "packing": Text("Đóng gói", "Packing"),
    "slaughter": Text("Giết mổ", "Slaughter"),
    "storage": Text("Kho, bảo quản", "Storage"),
    "transport": Text("Vận chuyển", "Transport"),
    "sale": Text("Bán hàng", "Sale"),
}
SCALES: Final[dict[str, Text]] = {
    "household": Text("Hộ gia đình", "Household"),
    "small": Text("Nhỏ lẻ", "Small"),
    "medium": Text("Vừa", "Medium"),
    "large": Text("Lớn", "Large"),
}
SMALL: Final = frozenset({"household", "small"})  # those who sign a commitment
RISKS: Final[dict[str, Text]] = {
    "low": Text("Thấp", "Low"),
    "medium": Text("Trung bình", "Medium"),
    "high": Text("Cao", "High"),
}
SEVERITIES: Final[dict[str, Text]] = {
    "critical": Text("Nghiêm trọng", "Critical"),
    "major": Text("Nặng", "Major"),
    "minor": Text("Nhẹ", "Minor"),
}
ANSWERS: Final[dict[str, Text]] = {
    "pass": Text("Đạt", "Pass"),
    "fail": Text("Không đạt", "Fail"),
    "na": Text("Không áp dụng", "Does not apply"),
}
KINDS: Final[dict[str, Text]] = {
    "planned": Text("Theo kế hoạch", "Planned"),
    "unplanned": Text("Đột xuất", "Unplanned"),
    "reinspection": Text("Kiểm tra lại", "Re-inspection"),
}
INSPECTION_STATES: Final[dict[str, Text]] = {
    "open": Text("đang làm", "under way"),
    "waiting": Text("chờ cơ sở ký", "waiting for the establishment"),
    "signed": Text("đã ký, đã khoá", "signed and locked"),
}
SIDES: Final[dict[str, Text]] = {
    "account": Text("ký bằng tài khoản của cơ sở", "signed with the establishment's own account"),
    "on_the_spot": Text("ký tại chỗ, kiểm tra viên ghi lại", "signed on the spot, recorded by the inspector"),
    "refused": Text("từ chối ký", "refused to sign"),
}
FINDING_STATES: Final[dict[str, Text]] = {
    "open": Text("chưa khắc phục", "not corrected"),
    "answered": Text("đã báo khắc phục, chờ kiểm tra", "reported as corrected, to be checked"),
    "closed": Text("đã khắc phục", "corrected"),
    "repeated": Text("chưa đạt khi kiểm tra lại", "still failing when checked again"),
}
STANDINGS: Final[dict[str, Text]] = {
    "valid": Text("còn hiệu lực", "in force"),
    "due": Text("sắp hết hạn", "due soon"),
    "overdue": Text("quá hạn", "overdue"),
}
ACTS: Final[dict[str, Text]] = {
    "control.register_establishment": Text("Đưa cơ sở vào diện kiểm tra", "Put an establishment under control"),
    "control.update_establishment": Text("Sửa hồ sơ cơ sở", "Changed an establishment's record"),
    "control.record_grade": Text("Ghi kết quả xếp loại", "Recorded a grade"),
    "control.record_commitment": Text("Ghi bản cam kết an toàn thực phẩm", "Recorded a food-safety commitment"),
    "control.record_breach": Text("Ghi vi phạm cam kết", "Recorded a breach of a commitment"),
    "control.make_plan": Text("Lập kế hoạch kiểm tra năm", "Drew up a yearly inspection plan"),
    "control.add_plan_row": Text("Thêm cơ sở vào kế hoạch", "Added an establishment to a plan"),
    "control.move_plan_row": Text("Sửa tháng trong kế hoạch", "Changed the month of a planned visit"),
    "control.remove_plan_row": Text("Bỏ cơ sở khỏi kế hoạch", "Took an establishment off a plan"),
    "control.approve_plan": Text("Phê duyệt kế hoạch kiểm tra", "Approved an inspection plan"),
    "control.start_inspection": Text("Bắt đầu kiểm tra", "Began an inspection"),
    "control.answer_item": Text("Ghi một mục kiểm tra", "Answered an item of a checklist"),
    "control.add_photo": Text("Thêm ảnh kiểm tra", "Added a photo to an inspection"),
    "control.fix_result": Text("Kết luận kiểm tra", "Fixed the result of an inspection"),
    "control.sign_inspection": Text("Kiểm tra viên ký biên bản", "Signed an inspection"),
    "control.reopen_inspection": Text("Mở lại biên bản chưa ký đủ", "Reopened an inspection not yet countersigned"),
    "control.sign_for_establishment": Text("Cơ sở ký biên bản", "Signed an inspection for the establishment"),
    "control.sign_on_the_spot": Text("Ghi chữ ký tại chỗ của cơ sở", "Recorded a signature on the spot"),
    "control.record_refusal": Text("Ghi việc từ chối ký", "Recorded a refusal to sign"),
    "control.amend_inspection": Text("Bổ sung biên bản đã khoá", "Amended a locked inspection"),
    "control.answer_finding": Text("Báo đã khắc phục", "Reported a correction"),
    "control.close_finding": Text("Đóng lỗi đã khắc phục", "Closed a corrected finding"),
}
