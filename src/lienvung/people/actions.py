"""The only writers of organisations, accounts, memberships and tokens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.gs1 import check_digit
from lienvung.people import access, rules
from lienvung.people.models import Account, ApiToken, Membership, Organisation, new_stamp
from lienvung.registry.matching import plain
from lienvung.territory.models import AdminUnit

ROLES = frozenset(Membership.Role.values)


def not_allowed() -> NotAllowed:
    return NotAllowed(
        "people.not_allowed",
        vi="Tài khoản của bạn không được làm việc này cho đơn vị đó.",
        en="Your account may not do this for that organisation.",
    )


def party_of(unit: AdminUnit | None) -> str:
    """The party that keeps a record: this installation's, or else the province of the unit, or VN."""
    configured = str(getattr(settings, "PARTY", "") or "")
    if configured:
        return configured
    while unit is not None and unit.parent_id is not None:
        unit = unit.parent
    return f"VN-{unit.code}" if unit is not None else "VN"


def check_gln(gln: str, *, path: str = "gln") -> str:
    """A GLN: 13 digits, the last one the check digit (GS1 General Specifications 7.9)."""
    cleaned = "".join(gln.split())
    if len(cleaned) != 13 or not cleaned.isascii() or not cleaned.isdigit():
        raise Invalid("gs1.length", vi="Mã GLN gồm 13 chữ số.", en="A GLN has 13 digits.", path=path)
    right = check_digit(cleaned[:-1])
    if cleaned[-1] != right:
        raise Invalid(
            "gs1.check_digit",
            vi=f"Số kiểm tra của GLN sai: phải là {right}.",
            en=f"The GLN's check digit is wrong: it should be {right}.",
            path=path,
        )
    return cleaned


@transaction.atomic
def create_organisation(
    *,
    by: Account | None,
    name: str,
    kind: str,
    name_en: str = "",
    gln: str = "",
    company_prefix: str = "",
    unit: AdminUnit | None = None,
    address: str = "",
    phone: str = "",
    illustrative: bool = False,
    note: str = "",
    owner_party: str = "",
) -> Organisation:
    """Register an organisation. Only officials (or the system) may, authorities only in their own province."""
    if by is not None and not access.is_official(by):
        raise not_allowed()
    if kind not in Organisation.Kind.values:
        raise Invalid("people.kind", vi="Loại đơn vị không có.", en="No such kind of organisation.", path="kind")
    if by is not None and kind == Organisation.Kind.AUTHORITY and not access.is_official_of(by, unit):
        raise NotAllowed(
            "people.authority_elsewhere",
            vi="Bạn chỉ đăng ký được cơ quan quản lý trong tỉnh của mình.",
            en="You can register authorities of your own province only.",
            path="unit",
        )
    name = rules.check_name(name)
    checked_gln = check_gln(gln) if gln else None
    if checked_gln and Organisation.objects.filter(gln=checked_gln).exists():
        raise Conflict(
            "people.gln_taken",
            vi="Đã có đơn vị mang mã GLN này.",
            en="An organisation already has this GLN.",
            path="gln",
        )
    company_prefix = rules.check_company_prefix(company_prefix)
    if company_prefix and access.prefix_overlaps(company_prefix):
        raise Conflict(
            "people.prefix_taken",
            vi="Mã doanh nghiệp GS1 này trùng hoặc chồng lên mã của một đơn vị khác.",
            en="This GS1 Company Prefix is, or overlaps with, that of another organisation.",
            path="company_prefix",
        )
    organisation = Organisation.objects.create(
        owner_party=owner_party or party_of(unit),
        name=name,
        name_en=name_en.strip(),
        kind=kind,
        gln=checked_gln,
        company_prefix=company_prefix,
        unit=unit,
        address=address.strip(),
        phone=phone.strip(),
        illustrative=illustrative,
        note=note.strip(),
        search_text=plain(name, name_en, checked_gln, unit.search_text if unit else "", address)[:600],
    )
    record(action="people.create_organisation", by=by, subject=organisation, details={"kind": kind})
    return organisation


@transaction.atomic
def create_account(
    *, by: Account | None, email: str, full_name: str, password: str | None = None, check_password: bool = True
) -> Account:
    """Make an account; without a password it cannot sign in until one is set."""
    if by is not None and not access.is_official(by):
        raise not_allowed()
    account = Account(email=rules.check_email(email), full_name=rules.check_name(full_name, path="full_name"))
    if Account.objects.filter(email__iexact=account.email).exists():
        raise _email_taken()
    _set_password(account, password, check=check_password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as clash:  # two at once
        raise _email_taken() from clash
    record(action="people.create_account", by=by, subject=account)
    return account


def _email_taken() -> Conflict:
    return Conflict(
        "people.email_taken",
        vi="Đã có tài khoản dùng thư điện tử này.",
        en="An account with this e-mail already exists.",
        path="email",
    )


def _set_password(account: Account, password: str | None, *, check: bool = True) -> None:
    if password is None:
        account.set_unusable_password()
        return
    if check:
        try:
            validate_password(password, account)
        except ValidationError as weak:
            raise Invalid(
                "people.password_weak",
                vi="Mật khẩu yếu: cần từ 12 ký tự, không quá phổ biến, không giống tên hay thư điện tử.",
                en="Weak password: " + " ".join(weak.messages),
                path="password",
            ) from weak
    account.set_password(password)


@transaction.atomic
def add_member(
    *, by: Account | None, account: Account, organisation: Organisation, role: str = Membership.Role.MEMBER
) -> Membership:
    """Give `account` a role in `organisation` (or change it). Its managers may, and those of `access.may_appoint`."""
    if by is not None and not access.may_appoint(by, organisation):
        raise not_allowed()
    if role not in ROLES:
        raise Invalid("people.role", vi="Vai trò không có.", en="No such role.", path="role")
    membership, _ = Membership.objects.update_or_create(
        account=account, organisation=organisation, defaults={"role": role}
    )
    record(action="people.add_member", by=by, subject=organisation, details={"account": str(account.pk), "role": role})
    return membership


@transaction.atomic
def invite_member(
    *,
    by: Account | None,
    organisation: Organisation,
    email: str,
    full_name: str = "",
    role: str = Membership.Role.MEMBER,
) -> tuple[Membership, str | None]:
    """Give a role to whoever has this e-mail; somebody new gets an account.

    The second value is the new account's first password, shown this once; None when the account stood already.
    """
    if by is not None and not access.may_appoint(by, organisation):
        raise not_allowed()
    account = access.account_of_email(rules.check_email(email))
    password = None
    if account is None:
        password = secrets.token_urlsafe(15)
        account = create_account(by=None, email=email, full_name=full_name, password=password)
    return add_member(by=by, account=account, organisation=organisation, role=role), password


@transaction.atomic
def remove_member(*, by: Account | None, account: Account, organisation: Organisation) -> None:
    """Take away the role of `account` in `organisation`."""
    if by is not None and not access.may_manage(by, organisation):
        raise not_allowed()
    Membership.objects.filter(account=account, organisation=organisation).delete()
    record(action="people.remove_member", by=by, subject=organisation, details={"account": str(account.pk)})


@transaction.atomic
def change_password(*, by: Account | None, account: Account, password: str) -> None:
    """Set a new password; ends the account's other sessions (their hash no longer fits)."""
    if by is not None and by.pk != account.pk:
        raise not_allowed()
    _set_password(account, password)
    account.save(update_fields=["password"])
    record(action="people.change_password", by=by, subject=account)


@transaction.atomic
def disable_account(*, by: Account | None, account: Account) -> None:
    """Close an account and end all of its sessions at once; officials may, and the system."""
    if by is not None and not access.is_official(by):
        raise not_allowed()
    account.is_active = False
    account.session_stamp = new_stamp()
    account.save(update_fields=["is_active", "session_stamp"])
    record(action="people.disable_account", by=by, subject=account)


@transaction.atomic
def end_sessions(*, by: Account | None, account: Account) -> None:
    """Sign the account out everywhere."""
    if by is not None and by.pk != account.pk and not access.is_official(by):
        raise not_allowed()
    account.session_stamp = new_stamp()
    account.save(update_fields=["session_stamp"])
    record(action="people.end_sessions", by=by, subject=account)


@transaction.atomic
def issue_token(
    *, by: Account | None, organisation: Organisation, name: str, scopes: Iterable[str] = ("capture", "query")
) -> str:
    """Make an API token and give its plain text, which is shown this once and kept nowhere."""
    if by is not None and not access.may_manage(by, organisation):
        raise not_allowed()
    plain_token = "lv_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        organisation=organisation,
        name=rules.check_name(name),
        digest=rules.token_digest(plain_token),
        scopes=rules.check_scopes(scopes),
        created_by=by,
    )
    record(
        action="people.issue_token", by=by, subject=organisation, details={"token": str(token.pk), "name": token.name}
    )
    return plain_token


@transaction.atomic
def revoke_token(*, by: Account | None, token: ApiToken) -> None:
    """End a token; revoking again changes nothing."""
    if by is not None and not access.may_manage(by, token.organisation):
        raise not_allowed()
    if ApiToken.objects.filter(pk=token.pk, revoked__isnull=True).update(revoked=timezone.now()):
        record(
            action="people.revoke_token",
            by=by,
            subject=token.organisation,
            details={"token": str(token.pk), "name": token.name},
        )
