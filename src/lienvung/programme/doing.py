"""The acts that pages offer: which form each has, which right it asks, and what it runs.

`ACTS[(kind, name)]`; the address of an act is /programme/do/<kind>/<id>/<name>, for all of them one page;
an agency stands in many agreements, so its acts name the party as well (/programme/parties/<id>/agencies/<id>/<name>).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lienvung.programme import actions, amending, working
from lienvung.programme import forms as f
from lienvung.programme import words as w
from lienvung.programme.act import Act, nothing, plain, reason, values_of
from lienvung.programme.doing_parties import ACTS_OF_PARTIES
from lienvung.programme.models import (
    Agreement,
    Amendment,
    Clause,
    ClauseCopy,
    Commitment,
    CommitteeMember,
    Conclusion,
    Field,
    Meeting,
    Party,
    Plan,
    Task,
)
from lienvung.texts import Text

MODELS: dict[str, Any] = {
    "agreement": Agreement,
    "party": Party,
    "seat": CommitteeMember,
    "field": Field,
    "clause": Clause,
    "amendment": Amendment,
    "copy": ClauseCopy,
    "commitment": Commitment,
    "plan": Plan,
    "task": Task,
    "meeting": Meeting,
    "conclusion": Conclusion,
}


def _agreement_fields(_: Any) -> f.Fields:
    return {
        "title": f.line("Tên", "Title", most=300, required=True),
        "title_en": f.line("Tên tiếng Anh", "Title in English", most=300),
        "period_text": f.line("Thời kỳ, bằng lời", "Period in words"),
        "period_text_en": f.line("Thời kỳ, tiếng Anh", "Period in English"),
        "starts_on": f.day("Từ ngày", "From"),
        "ends_on": f.day("Đến hết ngày", "To"),
        "legal_basis": f.words("Căn cứ", "Legal basis"),
        "legal_basis_en": f.words("Căn cứ, tiếng Anh", "Legal basis in English"),
        "principles": f.words("Nguyên tắc hợp tác", "Principles"),
        "principles_en": f.words("Nguyên tắc, tiếng Anh", "Principles in English"),
        "source": f.words("Nguồn", "Source"),
    }


def _clause_fields(row: Any) -> f.Fields:
    return {
        "number": f.line("Số", "Number", most=20, required=True),
        "text": f.words("Nội dung", "Text", required=True),
        "text_en": f.words("Nội dung, tiếng Anh", "Text in English"),
        "field": f.row_of("Lĩnh vực", "Field", row.agreement.fields.all()),
    }


def _field_fields(row: Any) -> f.Fields:
    others = row.agreement.fields.all() if isinstance(row, Agreement) else row.agreement.fields.exclude(pk=row.pk)
    return {
        "code": f.line("Mã", "Code", most=20, required=True),
        "name": f.line("Tên", "Name", required=True),
        "name_en": f.line("Tên tiếng Anh", "Name in English"),
        "parent": f.row_of("Nằm trong", "Within", others, none=Text("không", "none")),
        "order": f.number("Thứ tự", "Order", min_value=0, max_value=9999, initial=0),
    }


def _commitment_fields(row: Any) -> f.Fields:
    agreement = row.agreement
    parties = list(agreement.parties.all())
    return {
        "number": f.line("Số", "Number", most=20, required=True),
        "what": f.words("Việc cam kết", "What is owed", required=True),
        "what_en": f.words("Việc cam kết, tiếng Anh", "What, in English"),
        "obligor": f.row_of("Bên thực hiện", "Obligor", parties, none=w.ALL_PARTIES),
        "beneficiary": f.row_of("Bên thụ hưởng", "Beneficiary", parties, none=w.MUTUAL),
        "clause": f.row_of("Điều khoản", "Clause", agreement.clauses.filter(repealed_by=None)),
        "field": f.row_of("Lĩnh vực", "Field", agreement.fields.all()),
        "starts_on": f.day("Từ ngày", "From"),
        "due": f.day("Hạn", "By"),
        "due_text": f.line("Hạn, bằng lời", "By, in words", most=100),
        "due_text_en": f.line("Hạn, tiếng Anh", "By, in English", most=100),
        "measure": f.words("Đo bằng gì", "How it is measured"),
        "measure_en": f.words("Đo bằng gì, tiếng Anh", "How, in English"),
        "source": f.words("Nguồn", "Source"),
        **f.hands_fields(agreement),
    }


def _task_fields(row: Any) -> f.Fields:
    agreement = row.agreement
    return {
        "number": f.line("Số", "Number", most=20, required=True),
        "what": f.words("Việc", "What", required=True),
        "what_en": f.words("Việc, tiếng Anh", "What, in English"),
        "commitment": f.row_of("Thuộc cam kết", "Serves commitment", agreement.commitments.all()),
        "starts_on": f.day("Từ ngày", "From"),
        "due": f.day("Hạn", "By"),
        **f.hands_fields(agreement),
    }


def _meeting_fields(row: Any) -> f.Fields:
    return {
        "kind": f.one_of("Loại", "Kind", w.MEETING_KINDS),
        "title": f.line("Tên", "Title", most=300, required=True),
        "title_en": f.line("Tên tiếng Anh", "Title in English", most=300),
        "held_on": f.day("Ngày", "Day"),
        "held_text": f.line("Ngày, bằng lời", "Day in words", most=100),
        "place": f.line("Nơi họp", "Place"),
        "chairs": f.line("Chủ trì", "Chaired by", most=300),
        "source": f.words("Nguồn", "Source"),
    }


def _minutes_fields(row: Any) -> f.Fields:
    return {
        "minutes": f.words("Biên bản", "Minutes", required=True),
        "minutes_en": f.words("Biên bản, tiếng Anh", "Minutes in English"),
        "document": f.row_of("Văn bản", "Document", row.agreement.documents.all()),
    }


def _document_fields(_: Any) -> f.Fields:
    return {
        "kind": f.one_of("Loại", "Kind", w.DOCUMENT_KINDS),
        "title": f.line("Trích yếu", "Title", most=300, required=True),
        "number": f.line("Số, ký hiệu", "Number", most=60),
        "dated": f.day("Ngày", "Dated"),
        "issuer": f.line("Cơ quan ban hành", "Issuer"),
        "file": f.upload("Tệp", "File"),
        "public": f.tick("Cho mọi người xem khi thỏa thuận công khai", "Public when the agreement is"),
    }


def _commitment_initial(row: Commitment) -> dict[str, Any]:
    return values_of(*working.COMMITMENT_FACTS)(row) | f.hands_initial(row.agreement, list(row.agency_links.all()))


def _task_initial(row: Task) -> dict[str, Any]:
    return values_of(*working.TASK_FACTS)(row) | f.hands_initial(row.agreement, list(row.agency_links.all()))


def _conclusion_initial(row: Conclusion) -> dict[str, Any]:
    return {"what": row.text, "what_en": row.text_en}


def _add_document(row: Agreement, by: Any, told: dict[str, Any]) -> Any:
    sent = told.pop("file", None)
    more = {"file_name": sent.name, "data": sent.read()} if sent else {}
    return actions.add_document(row, by=by, **more, **told)


def _handed(run: Callable[..., Any]) -> Callable[..., Any]:
    def with_hands(row: Any, by: Any, version: int | None, told: dict[str, Any]) -> Any:
        hands = f.hands_of(row.agreement, told)
        return run(row, by, version, {**told, "hands": hands})

    return with_hands


A, P = Text, plain
DRAFT = Text("Từ khi ký, điều khoản chỉ sửa được bằng bản sửa đổi.", "Once signed, clauses change by amendments only.")
LISTED = (
    Act("agreement", "edit", A("Sửa thông tin chung", "Edit the agreement"), "edit", _agreement_fields,
        P(actions.edit_agreement), initial=values_of(*(actions.FACTS - {"signed_on"}))),
    Act("agreement", "sign", A("Ghi đã ký", "Mark as signed"), "sign",
        lambda _: {"signed_on": f.day("Ngày ký", "Signed on")}, P(actions.sign_agreement), warns=DRAFT),
    Act("agreement", "publish", A("Công khai", "Publish"), "publish", nothing, P(actions.publish_agreement),
        when=lambda row: row.published_at is None,
        warns=A("Mọi người sẽ xem được.", "Everybody will be able to read it.")),
    Act("agreement", "withdraw_from_public", A("Thôi công khai", "Withdraw from the public"), "withdraw_from_public",
        nothing, P(actions.withdraw_from_public), when=lambda row: row.published_at is not None),
    Act("agreement", "extend", A("Gia hạn", "Extend"), "extend",
        lambda row: {"until": f.day("Đến hết ngày", "Until", required=True), **reason(row),
                     "document": f.row_of("Văn bản", "Document", row.documents.all())}, P(actions.extend_agreement)),
    Act("agreement", "close", A("Kết thúc", "Close"), "close",
        lambda row: {"closed_on": f.day("Ngày kết thúc", "Closed on", required=True), **reason(row)},
        P(actions.close_agreement)),
    Act("agreement", "succeed", A("Lập thỏa thuận kế tiếp", "Draw up the successor"), "succeed",
        lambda _: {"code": f.line("Mã trong địa chỉ trang", "Code in the address", most=40, required=True),
                   "title": f.line("Tên", "Title", most=300, required=True)},
        P(actions.succeed_agreement, versioned=False)),
    Act("agreement", "add_document", A("Thêm văn bản", "Add a document"), "add_document", _document_fields,
        lambda row, by, version, told: _add_document(row, by, told)),
    Act("agreement", "add_field", A("Thêm lĩnh vực", "Add a field"), "edit_fields", _field_fields,
        P(actions.add_field, versioned=False)),
    Act("agreement", "add_clause", A("Thêm điều khoản", "Add a clause"), "edit_clauses", _clause_fields,
        P(actions.add_clause, versioned=False)),
    Act("agreement", "amend", A("Lập bản sửa đổi", "Start an amendment"), "amend",
        lambda _: {"title": f.line("Tên", "Title", most=300, required=True), "reason": f.words("Lý do", "Reason")},
        P(amending.start_amendment, versioned=False)),
    Act("agreement", "commit", A("Thêm cam kết", "Add a commitment"), "commit", _commitment_fields,
        _handed(P(working.add_commitment, versioned=False))),
    Act("agreement", "plan", A("Lập kế hoạch năm", "Make a yearly plan"), "plan",
        lambda row: {
            "year": f.number("Năm", "Year", min_value=1976, max_value=2200),
            "title": f.line("Tên", "Title", most=300, required=True),
            "party": f.row_of("Của bên", "Of party", row.parties.all(), none=w.ALL_PARTIES),
            "from_commitments": f.tick("Lấy nhiệm vụ từ các cam kết", "Take the tasks from the commitments")},
        P(working.make_plan, versioned=False), initial=lambda _: {"from_commitments": True}),
    Act("agreement", "meet", A("Thêm hội nghị", "Add a meeting"), "meet", _meeting_fields,
        P(working.plan_meeting, versioned=False)),
    Act("field", "edit", A("Sửa lĩnh vực", "Edit the field"), "edit_fields", _field_fields, P(actions.edit_field),
        asks=lambda row: row.agreement, initial=values_of("code", "name", "name_en", "parent", "order")),
    Act("field", "remove", A("Xóa lĩnh vực", "Remove the field"), "edit_fields", nothing, P(actions.remove_field),
        asks=lambda row: row.agreement),
    Act("clause", "edit", A("Sửa điều khoản", "Edit the clause"), "edit_clauses", _clause_fields,
        P(actions.edit_clause), asks=lambda row: row.agreement,
        initial=values_of("number", "text", "text_en", "field")),
    Act("amendment", "add_clause", A("Thêm điều khoản mới", "Add a new clause"), "edit", _clause_fields,
        P(amending.add_copy, versioned=False)),
    Act("amendment", "merge", A("Nhập vào thỏa thuận", "Merge into the agreement"), "merge",
        lambda row: {"document": f.row_of("Văn bản", "Document", row.agreement.documents.all())},
        P(amending.merge_amendment), warns=A("Nội dung cũ vẫn được giữ.", "The former words are kept.")),
    Act("amendment", "withdraw", A("Rút bản sửa đổi", "Withdraw"), "withdraw", nothing,
        P(amending.withdraw_amendment)),
    Act("copy", "edit", A("Sửa trong bản sửa đổi", "Edit in the amendment"), "edit",
        lambda row: {**_clause_fields(row),
                     **({"repeals": f.tick("Bãi bỏ điều khoản này", "Repeal this clause")} if row.original_id else {})},
        P(amending.edit_copy), asks=lambda row: row.amendment,
        initial=values_of("number", "text", "text_en", "field", "repeals")),
    Act("copy", "take_anew", A("Lấy bản mới để so sánh", "Take the present text"), "edit", nothing,
        P(amending.take_anew), asks=lambda row: row.amendment,
        when=lambda row: row.original is not None and row.original.version != row.base_version),
    Act("commitment", "edit", A("Sửa cam kết", "Edit the commitment"), "edit", _commitment_fields,
        _handed(P(working.edit_commitment)), initial=_commitment_initial),
    *(
        Act("commitment", name, label, name, reason if name in ("withdraw", "reopen") else nothing,
            P(working.set_commitment_state, act=name))
        for name, label in (
            ("activate", w.RIGHTS["activate"]), ("fulfil", w.RIGHTS["fulfil"]), ("withdraw", w.RIGHTS["withdraw"]),
            ("reopen", w.RIGHTS["reopen"]))
    ),
    Act("plan", "add_task", A("Thêm nhiệm vụ", "Add a task"), "add_task", _task_fields,
        _handed(P(working.add_task, versioned=False))),
    Act("plan", "derive", A("Lấy thêm từ cam kết", "Take more from the commitments"), "add_task", nothing,
        P(working.derive_tasks, versioned=False)),
    Act("plan", "approve", A("Phê duyệt", "Approve"), "approve",
        lambda row: {"document": f.row_of("Văn bản", "Document", row.agreement.documents.all())},
        P(working.approve_plan)),
    Act("plan", "close", A("Kết thúc kế hoạch", "Close the plan"), "close", nothing, P(working.close_plan)),
    Act("task", "edit", A("Sửa nhiệm vụ", "Edit the task"), "edit", _task_fields, _handed(P(working.edit_task)),
        initial=_task_initial),
    Act("task", "report_state", A("Cập nhật tiến độ", "Report progress"), "report_state",
        lambda _: {"state": f.one_of("Tiến độ", "Progress", {key: w.STATES[key] for key in Task.State.values}),
                   "note": f.words("Ghi chú", "Note")}, P(working.report_task), initial=values_of("state", "note")),
    Act("meeting", "edit", A("Sửa hội nghị", "Edit the meeting"), "edit", _meeting_fields, P(working.edit_meeting),
        initial=values_of("kind", "title", "title_en", "held_on", "held_text", "place", "chairs", "source")),
    Act("meeting", "hold", A("Ghi đã họp", "Mark as held"), "edit",
        lambda _: {"held_on": f.day("Ngày họp", "Held on"), "minutes": f.words("Biên bản", "Minutes")},
        P(working.hold_meeting), initial=values_of("held_on", "minutes"), when=lambda row: row.state == "planned"),
    Act("meeting", "cancel", A("Hủy hội nghị", "Cancel the meeting"), "edit", reason, P(working.cancel_meeting),
        when=lambda row: row.state == "planned"),
    Act("meeting", "minutes", A("Sửa biên bản", "Edit the minutes"), "edit", _minutes_fields,
        P(working.edit_meeting), initial=values_of("minutes", "minutes_en", "document"),
        when=lambda row: row.state == "held"),
    Act("meeting", "delegation", A("Ghi đoàn dự họp", "Record a delegation"), "edit",
        lambda row: {"party": f.row_of("Của bên", "Of party", row.agreement.parties.all(), required=True),
                     "head": f.line("Trưởng đoàn", "Head"), "members": f.words("Thành viên", "Members")},
        P(working.send_delegation, versioned=False)),
    Act("meeting", "conclude", A("Ghi kết luận", "Record a conclusion"), "conclude",
        lambda _: {"number": f.line("Số", "Number", most=20, required=True),
                   "text": f.words("Kết luận", "Conclusion", required=True),
                   "text_en": f.words("Kết luận, tiếng Anh", "Conclusion in English")},
        P(working.conclude, versioned=False)),
    Act("conclusion", "adopt", A("Chuyển thành cam kết", "Turn into a commitment"), "adopt", _commitment_fields,
        _handed(P(working.adopt_conclusion)), asks=lambda row: row.meeting, initial=_conclusion_initial),
    *ACTS_OF_PARTIES,
)  # fmt: skip
ACTS = {(act.kind, act.name): act for act in LISTED}


def acts_of(kind: str, row: Any, may: Callable[[str, Any], bool]) -> list[Act]:
    """The acts that are offered for a row: those that its state and the reader's role allow."""
    return [act for act in LISTED if act.kind == kind and act.when(row) and may(act.right, act.asks(row))]
