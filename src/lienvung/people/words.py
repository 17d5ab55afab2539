"""The words for kinds of organisations, roles and acts, in both languages."""

from __future__ import annotations

from typing import Final

from lienvung import registry
from lienvung.texts import Text

KINDS: Final[dict[str, Text]] = {
    "authority": Text("Cơ quan quản lý", "Authority"),
    "cooperative": Text("Hợp tác xã", "Cooperative"),
    "farm": Text("Trang trại, hộ sản xuất", "Farm"),
    "processor": Text("Cơ sở chế biến", "Processor"),
    "carrier": Text("Đơn vị vận chuyển", "Carrier"),
    "distributor": Text("Nhà phân phối", "Distributor"),
    "retailer": Text("Cửa hàng, siêu thị", "Retailer"),
    "laboratory": Text("Phòng kiểm nghiệm", "Laboratory"),
    "other": Text("Đơn vị khác", "Other"),
}
ROLES: Final[dict[str, Text]] = {
    "member": Text("Thành viên", "Member"),
    "manager": Text("Quản lý", "Manager"),
    "inspector": Text("Kiểm tra viên", "Inspector"),
    "focal_officer": Text("Cán bộ đầu mối", "Focal officer"),
}
ACTS: Final[dict[str, Text]] = {
    "people.create_organisation": Text("Đăng ký đơn vị", "Registered an organisation"),
    "people.create_account": Text("Tạo tài khoản", "Made an account"),
    "people.add_member": Text("Giao vai trò", "Gave a role"),
    "people.remove_member": Text("Thôi vai trò", "Took a role away"),
    "people.change_password": Text("Đổi mật khẩu", "Changed the password"),
    "people.disable_account": Text("Đóng tài khoản", "Closed an account"),
    "people.end_sessions": Text("Kết thúc mọi phiên", "Ended all sessions"),
    "people.issue_token": Text("Cấp khoá API", "Issued an API token"),
    "people.revoke_token": Text("Thu khoá API", "Revoked an API token"),
    "people.sign_in": Text("Đăng nhập", "Signed in"),
    "people.sign_in_failed": Text("Đăng nhập sai", "Failed to sign in"),
    "people.code_failed": Text("Sai mã xác thực", "Wrong code"),
    "people.recovery_code_used": Text("Dùng mã dự phòng", "Used a recovery code"),
    "people.turn_second_factor_on": Text("Bật xác thực hai bước", "Turned the second factor on"),
    "people.turn_second_factor_off": Text("Tắt xác thực hai bước", "Turned the second factor off"),
    "people.renew_recovery_codes": Text("Lấy mã dự phòng mới", "Took new recovery codes"),
    "territory.load_units": Text("Nạp đơn vị hành chính", "Loaded administrative units"),
}


def kind(value: str) -> Text:
    return KINDS.get(value, Text(value, value))


def role(value: str) -> Text:
    return ROLES.get(value, Text(value, value))


def act(value: str) -> Text | None:
    """The act in the words its room registered; nothing where it registered none."""
    return registry.act_words[value].label if value in registry.act_words else None
