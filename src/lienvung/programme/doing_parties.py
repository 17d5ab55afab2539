"""The acts on a party's page: who signed for it, its agencies and their successors, its seats in the committee.

An agency is no party's own row: `view.party_agency` puts the party beside it (`row.party`), whose right is asked.
"""

from __future__ import annotations

from typing import Any

from lienvung.programme import access, naming
from lienvung.programme import forms as f
from lienvung.programme import words as w
from lienvung.programme.act import Act, plain, values_of
from lienvung.programme.models import Party
from lienvung.texts import Text

NEW_NAME = Text(
    "Cơ quan đổi tên, sáp nhập: thêm cơ quan mới rồi ghi kế thừa; tên cũ vẫn được giữ.",
    "Renamed or merged: add the new agency, then record it as successor; the old name is kept.",
)
RIGHTS = Text(
    "Người của cơ quan kế thừa sẽ làm thay mọi việc của cơ quan này.",
    "The people of the successor will act for everything that this agency owes.",
)


def _party_fields(_: Any) -> f.Fields:
    return {
        "signatory": f.line("Người ký", "Signed by", most=150),
        "signatory_position": f.line("Chức vụ người ký", "Position"),
    }


def _seat_fields(_: Any) -> f.Fields:
    return {
        "name": f.line("Họ tên", "Name", most=150, required=True),
        "position": f.line("Chức vụ", "Position"),
        "duty": f.one_of("Trong ban", "In the committee", w.DUTIES),
        "since": f.day("Từ ngày", "Since"),
        "until": f.day("Đến hết ngày", "Until"),
    }


def _facts_of_agency(party: Party) -> f.Fields:
    return {
        "name_en": f.line("Tên tiếng Anh", "Name in English"),
        "valid_from": f.day("Có từ ngày", "Standing from"),
        "valid_to": f.day("Ngừng từ ngày", "Ended on"),
        "organisation": f.row_of(
            "Tài khoản của cơ quan nào làm thay",
            "Whose accounts act for it",
            access.authorities_of(party),
            none=Text("không ai", "nobody's"),
        ),
        "source": f.line("Căn cứ, nguồn", "Basis, source", most=300),
    }


def _new_agency_fields(party: Party) -> f.Fields:
    units = access.units_of(party)
    return {
        "name": f.line("Tên cơ quan", "Name of the agency", required=True),
        **({"unit": f.row_of("Thuộc đơn vị", "Of the unit", units, none=w.AS_SIGNED)} if len(units) > 1 else {}),
        **_facts_of_agency(party),
    }


def _successor_fields(agency: Any) -> f.Fields:
    others = [each for each in access.agencies_in(agency.party) if each.pk != agency.pk]
    return {
        "new": f.agency("Nhập vào, đổi thành", "Went into", others, required=True),
        "since": f.day("Từ ngày", "Since"),
        "whole": f.tick("Toàn bộ (bỏ chọn nếu chỉ một phần)", "All of it (untick where only a part)"),
        "basis": f.line("Căn cứ", "Basis", most=300),
    }


def _links(agency: Any) -> f.Fields:
    links = agency.successors.select_related("new")
    return {"link": f.row_of("Kế thừa", "Succession", links, required=True, label=lambda link: link.new.name)}


def _seat(row: Party, by: Any, version: int | None, told: dict[str, Any]) -> Any:
    return naming.seat_member(row.agreement, by=by, party=row, **told)


def _add_agency(row: Party, by: Any, version: int | None, told: dict[str, Any]) -> Any:
    naming.add_agency(row, by=by, **told)
    return row


def _edit_agency(row: Any, by: Any, version: int | None, told: dict[str, Any]) -> Any:
    naming.edit_agency(row, by=by, party=row.party, version=version, **told)
    return row.party


def _succeed(row: Any, by: Any, version: int | None, told: dict[str, Any]) -> Any:
    naming.succeed_agency(by=by, party=row.party, old=row, version=version, **told)
    return row.party


def _drop(row: Any, by: Any, version: int | None, told: dict[str, Any]) -> Any:
    naming.drop_successor(told["link"], by=by, party=row.party)
    return row.party


def _party(row: Any) -> Any:
    return row.party


A, P = Text, plain
ACTS_OF_PARTIES = (
    Act("party", "describe", A("Ghi người ký", "Record who signed"), "describe", _party_fields,
        P(naming.describe_party), initial=values_of("signatory", "signatory_position")),
    Act("party", "add_agency", A("Thêm cơ quan", "Add an agency"), "name_agencies", _new_agency_fields, _add_agency),
    Act("party", "name_focal_agency", A("Nêu cơ quan đầu mối", "Name the focal agency"), "name_agencies",
        lambda row: {"agency": f.agency("Cơ quan", "Agency", access.agencies_in(row), required=True),
                     "since": f.day("Từ ngày", "Since"), "until": f.day("Đến trước ngày", "Until")},
        P(naming.name_focal_agency, versioned=False),
        warns=A("Từ khi có cơ quan đầu mối, chỉ lãnh đạo cơ quan đó phê duyệt thay bên này.",
                "Once a focal agency is named, only its head approves for this party.")),
    Act("party", "seat_member", A("Thêm thành viên ban chỉ đạo", "Seat a committee member"), "seat", _seat_fields,
        _seat),
    Act("seat", "edit", A("Sửa thành viên", "Edit the seat"), "seat", _seat_fields, P(naming.edit_seat), asks=_party,
        initial=values_of("name", "position", "duty", "since", "until")),
    Act("seat", "end", A("Thôi tham gia ban", "End the seat"), "seat",
        lambda _: {"until": f.day("Đến hết ngày", "Until", required=True)}, P(naming.edit_seat), asks=_party,
        when=lambda row: row.until is None),
    Act("agency", "edit", A("Sửa cơ quan", "Edit the agency"), "name_agencies",
        lambda row: _facts_of_agency(row.party), _edit_agency, asks=_party, warns=NEW_NAME,
        initial=values_of("name_en", "valid_from", "valid_to", "organisation", "source")),
    Act("agency", "succeed", A("Ghi cơ quan kế thừa", "Record a successor"), "name_agencies", _successor_fields,
        _succeed, asks=_party, warns=RIGHTS, initial=lambda _: {"whole": True}),
    Act("agency", "drop", A("Bỏ kế thừa ghi nhầm", "Take back a succession"), "name_agencies", _links, _drop,
        asks=_party, when=lambda row: bool(row.successors.all())),
)  # fmt: skip
