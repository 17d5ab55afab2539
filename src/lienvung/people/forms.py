"""Forms of the people's pages."""

from __future__ import annotations

from typing import Any

from django import forms

from lienvung.people import access
from lienvung.people.models import Membership, Organisation
from lienvung.people.words import KINDS, ROLES
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.territory.forms import UnitField

EMAIL = phrase("Thư điện tử", "E-mail")
PASSWORD = phrase("Mật khẩu", "Password")


class SignInForm(SpeakingForm):
    email = forms.CharField(
        label=EMAIL,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=PASSWORD,
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(SpeakingForm):
    """A code of the app (6 digits) or, where it is allowed, a recovery code."""

    code = forms.CharField(
        label=phrase("Mã xác thực", "Code"),
        max_length=40,
        help_text=phrase("6 chữ số trong ứng dụng xác thực.", "The 6 digits in your authenticator app."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "class": "short", "spellcheck": "false"}
        ),
    )


class PasswordAndCodeForm(CodeForm):
    password = forms.CharField(
        label=PASSWORD,
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["password", "code"]


class ChangePasswordForm(SpeakingForm):
    current = forms.CharField(
        label=phrase("Mật khẩu đang dùng", "Current password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=phrase("Mật khẩu mới", "New password"),
        max_length=4096,
        strip=False,
        help_text=phrase(
            "Từ 12 ký tự; một câu dài dễ nhớ là tốt nhất.", "12 characters or more; a long phrase you remember is best."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class OrganisationForm(SpeakingForm):
    """Officials register an organisation."""

    name = forms.CharField(label=phrase("Tên đơn vị", "Name"), max_length=200)
    name_en = forms.CharField(label=phrase("Tên tiếng Anh", "Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=phrase("Loại đơn vị", "Kind"),
        choices=[("", "—"), *((kind, phrase(*KINDS[kind])) for kind in Organisation.Kind.values)],
    )
    gln = forms.CharField(
        label=phrase("Mã địa điểm GLN", "GLN"),
        max_length=20,
        required=False,
        help_text=phrase("13 chữ số, do GS1 cấp.", "13 digits, given by GS1."),
    )
    company_prefix = forms.CharField(
        label=phrase("Mã doanh nghiệp GS1", "GS1 Company Prefix"),
        max_length=12,
        required=False,
        help_text=phrase("4 đến 12 chữ số đầu của các mã.", "The first 4 to 12 digits of its codes."),
    )
    unit = UnitField(required=False)
    address = forms.CharField(label=phrase("Địa chỉ", "Address"), max_length=300, required=False)
    phone = forms.CharField(label=phrase("Điện thoại", "Telephone"), max_length=40, required=False)


class MemberForm(SpeakingForm):
    """A manager gives somebody a role."""

    email = forms.CharField(label=EMAIL, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    full_name = forms.CharField(
        label=phrase("Họ và tên", "Full name"),
        max_length=150,
        required=False,
        help_text=phrase("Cần khi người này chưa có tài khoản.", "Needed when this person has no account yet."),
    )
    role = forms.ChoiceField(
        label=phrase("Vai trò", "Role"), choices=[(role, phrase(*ROLES[role])) for role in Membership.Role.values]
    )


class TokenForm(SpeakingForm):
    """A manager makes a key for the organisation's software."""

    name = forms.CharField(
        label=phrase("Tên khoá", "Name of the key"),
        max_length=100,
        help_text=phrase("Phần mềm hay máy nào dùng khoá này.", "Which software or machine will use it."),
    )
    scopes = forms.MultipleChoiceField(
        label=phrase("Được làm gì", "What it may do"),
        choices=[
            ("capture", phrase("ghi sự kiện", "capture events")),
            ("query", phrase("hỏi sự kiện", "query events")),
            ("links", phrase("sửa liên kết của mã", "change links of codes")),
        ],
        initial=["capture", "query"],
        widget=forms.CheckboxSelectMultiple,
    )


class AuditFilter(SpeakingForm):
    """What of the log to show."""

    subject = forms.CharField(
        label=phrase("Đối tượng (tên hoặc mã)", "Subject (name or id)"), max_length=200, required=False
    )
    action = forms.CharField(label=phrase("Việc", "Act"), max_length=80, required=False)
    actor = forms.CharField(label=phrase("Người làm", "Who"), max_length=150, required=False)


def recording_choices(account: Any) -> list[tuple[str, str]]:
    """The organisations for which `account` may write records, for a choice field."""
    return [(str(organisation.pk), organisation.name) for organisation in access.recording_organisations(account)]
