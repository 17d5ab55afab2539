"""What an agreement's workbook looks like: its sheets and columns. Kinds of columns: text, day, number, choice,
choices (several names with ; between them), ref (a number or code of a row that stands, or of this file)."""

from __future__ import annotations

from typing import Final

from lienvung.texts import Text
from lienvung.workbooks.layout import NOTHING, Column, Sheet

MOST_WORDS: Final = 3_900  # characters of a cell; a longer one is refused, never cut

_DAY: Final = Text("ngày/tháng/năm, ví dụ 31/12/2026; để trống: không nêu", "day/month/year; empty: not stated")
_SOURCE: Final = Column("source", Text("Nguồn", "Source"), "text", also=("theo văn bản", "căn cứ"), most=MOST_WORDS)


def _words(key: str, vi: str, en: str, *, required: bool = False, also: tuple[str, ...] = ()) -> Column:
    return Column(key, Text(vi, en), "text", required, also=also, most=MOST_WORDS)


def _line(key: str, vi: str, en: str, most: int, *, required: bool = False, also: tuple[str, ...] = ()) -> Column:
    return Column(key, Text(vi, en), "text", required, also=also, most=most)


def _choice(
    key: str,
    vi: str,
    en: str,
    choices: str,
    *,
    required: bool = False,
    also: tuple[str, ...] = (),
    hint: Text = NOTHING,
) -> Column:
    return Column(key, Text(vi, en), "choice", required, choices, also, hint=hint)


COMMITMENTS: Final = Sheet(
    "commitments",
    Text("Cam kết", "Commitments"),
    (
        _line("number", "Số", "Number", 20, required=True, also=("stt", "số thứ tự", "mã")),
        _words("what", "Việc cam kết", "What is owed", required=True, also=("nội dung", "cam kết")),
        _choice("obligor", "Bên thực hiện", "Obligor", "parties", hint=Text("để trống: mọi bên", "empty: all parties")),
        _choice("beneficiary", "Bên thụ hưởng", "Beneficiary", "parties",
                hint=Text("để trống: lẫn nhau", "empty: mutual")),
        _choice("clause", "Điều khoản", "Clause", "clauses"),
        _choice("field", "Lĩnh vực", "Field", "fields"),
        Column("starts_on", Text("Từ ngày", "From"), "day", also=("bắt đầu",), hint=_DAY),
        Column("due", Text("Hạn", "By"), "day", also=("thời hạn", "đến ngày"), hint=_DAY),
        _line("due_text", "Hạn, bằng lời", "By, in words", 100),
        _words("measure", "Đo bằng gì", "How it is measured", also=("cách đo",)),
        Column("lead", Text("Cơ quan chủ trì", "Lead agencies"), "choices", choices="agencies", also=("chủ trì",),
               hint=Text("mỗi bên một cơ quan; nhiều cơ quan cách nhau bằng ;", "one of each party; with ; between")),
        Column("helping", Text("Cơ quan phối hợp", "Coordinating agencies"), "choices", choices="agencies",
               also=("phối hợp",), hint=Text("nhiều cơ quan cách nhau bằng ;", "several with ; between them")),
        _words("what_en", "Việc cam kết, tiếng Anh", "What, in English"),
        _SOURCE,
    ),
    order=0,
    also=("cam ket", "commitment"),
    what=Text("Mỗi dòng thêm một cam kết, ở tình trạng bản nháp.", "Each row adds a commitment, as a draft."),
)  # fmt: skip

INDICATORS: Final = Sheet(
    "indicators",
    Text("Chỉ tiêu", "Indicators"),
    (
        _line("code", "Mã", "Code", 20, required=True, also=("mã chỉ tiêu",)),
        _line("name", "Tên chỉ tiêu", "Name", 300, required=True, also=("chỉ tiêu", "tên")),
        _line("unit", "Đơn vị tính", "Unit", 60, required=True, also=("đvt", "đơn vị")),
        _choice("direction", "Chiều tốt", "Direction", "directions", hint=Text("để trống: càng cao càng tốt",
                                                                               "empty: the higher the better")),
        _choice("gathering", "Cách gộp trong kỳ", "Gathered by", "gathering",
                hint=Text("để trống: cộng các kết quả", "empty: results are added")),
        Column("baseline", Text("Giá trị gốc", "Baseline"), "number",
               hint=Text("để trống: không nêu", "empty: not stated")),
        Column("commitment", Text("Đo cam kết", "Measures the commitment"), "ref", also=("cam kết", "số cam kết"),
               most=20, hint=Text("số cam kết", "number of the commitment")),
        Column("parent", Text("Là phần của", "Is a part of"), "ref", most=20, also=("chỉ tiêu cha",),
               hint=Text("mã chỉ tiêu cha", "code of the parent")),
        _choice("dimension", "Chia theo", "Split by", "dimensions"),
        _line("category", "Nhóm, đơn vị của phần này", "Which part", 60),
        _line("name_en", "Tên tiếng Anh", "Name in English", 300),
        _line("unit_en", "Đơn vị tiếng Anh", "Unit in English", 60),
        _SOURCE,
    ),
    order=1,
    also=("chi tieu", "indicator"),
    what=Text("Mỗi dòng thêm một chỉ tiêu đo bằng kết quả.", "Each row adds an indicator that results measure."),
)  # fmt: skip

TARGETS: Final = Sheet(
    "targets",
    Text("Mục tiêu của kỳ", "Targets"),
    (
        Column("indicator", Text("Mã chỉ tiêu", "Indicator"), "ref", True, also=("chỉ tiêu", "mã"), most=20),
        _choice("period", "Kỳ báo cáo", "Period", "periods", required=True, also=("kỳ",)),
        Column("value", Text("Mục tiêu", "Target"), "number", True, also=("giá trị",),
               hint=Text("số, ví dụ 1250 hoặc 12,5", "a number, like 1250 or 12.5")),
        _line("source", "Theo văn bản", "By the document", 300, also=("nguồn",)),
    ),
    order=2,
    also=("muc tieu", "target"),
    what=Text("Mỗi dòng đặt mục tiêu của một chỉ tiêu trong một kỳ; đặt lại thì thay mục tiêu cũ.",
              "Each row sets what an indicator is to reach in a period; said again, it replaces."),
)  # fmt: skip

RESULTS: Final = Sheet(
    "results",
    Text("Kết quả", "Results"),
    (
        Column("commitment", Text("Số cam kết", "Commitment"), "ref", True, also=("cam kết", "số"), most=20),
        _choice("period", "Kỳ báo cáo", "Period", "periods", required=True, also=("kỳ",)),
        _words("text", "Kết quả đạt được", "The result", required=True, also=("kết quả", "nội dung")),
        Column("happened_on", Text("Ngày đạt được", "Day of the result"), "day", also=("ngày",), hint=_DAY),
        Column("indicator", Text("Tính vào chỉ tiêu", "Counts for the indicator"), "ref", also=("mã chỉ tiêu",),
               most=20, hint=Text("mã chỉ tiêu, cùng với giá trị", "its code, together with a value")),
        Column("value", Text("Giá trị", "Value"), "number", also=("số liệu",),
               hint=Text("số liệu của kỳ; tính khi bên kia xác nhận", "the figure; it counts once confirmed")),
        _choice("party", "Bên báo kết quả", "Whose result", "parties",
                hint=Text("để trống: bên của bạn", "empty: your party")),
        _choice("counterpart", "Bên xác nhận", "Confirming party", "parties",
                hint=Text("để trống khi chỉ có một bên kia", "empty where there is one other party")),
        _words("text_en", "Kết quả, tiếng Anh", "The result, in English"),
        _SOURCE,
    ),
    order=3,
    also=("ket qua", "result"),
    what=Text("Mỗi dòng ghi một kết quả (và số liệu của kỳ) thành bản nháp của bên mình; đính tệp và gửi bên kia ở "
              "trang của nó.",
              "Each row writes a result (and its figure) as a draft of your party; files are added and it is submitted "
              "on its page."),
)  # fmt: skip

SHEETS: Final = (COMMITMENTS, INDICATORS, TARGETS, RESULTS)


def sheet_of(key: str) -> Sheet:
    return next(each for each in SHEETS if each.key == key)
