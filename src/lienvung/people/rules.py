"""Pure decisions about people: roles, tokens, names; no database, no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from lienvung.errors import Invalid
from lienvung.registry.parts import EVERYONE, MANAGER, MEMBER, OFFICIAL, SIGNED_IN

MANAGING = frozenset({"manager", "focal_officer"})
RECORDING = frozenset({"member", "manager", "focal_officer"})
SCOPES = frozenset({"capture", "query", "links"})

FAILURES_ALLOWED = 5  # of one account from one address
FAILURES_OF_ACCOUNT = 20  # of one account from anywhere
FAILURE_WINDOW_MINUTES = 15
IDLE_MINUTES = 60  # a signed-in person who does nothing so long signs in again

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def may_manage(role: str | None) -> bool:
    return role in MANAGING


def may_record(role: str | None) -> bool:
    return role in RECORDING


def page_roles(*, signed_in: bool, memberships: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Roles of the URL × role table from (organisation kind, role) pairs."""
    if not signed_in:
        return frozenset({EVERYONE})
    roles = {EVERYONE, SIGNED_IN}
    for kind, role in memberships:
        if kind == "authority":
            roles.add(OFFICIAL)
        elif may_record(role):
            roles.add(MEMBER)
        if may_manage(role):
            roles.add(MANAGER)
    return frozenset(roles)


def token_digest(plain: str) -> str:
    """SHA-256 of a token in hexadecimal. The token has 256 random bits, so no salt or stretching is needed."""
    return hashlib.sha256(plain.encode()).hexdigest()


def sign_in_allowed(*, from_address: int, of_account: int) -> bool:
    """May there be another try, after so many failures in the last FAILURE_WINDOW_MINUTES?"""
    return from_address < FAILURES_ALLOWED and of_account < FAILURES_OF_ACCOUNT


def check_name(name: str, *, path: str = "name") -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Invalid("people.name_missing", vi="Chưa nhập tên.", en="The name is missing.", path=path)
    return cleaned


def check_email(email: str) -> str:
    cleaned = email.strip().lower()
    if not _EMAIL.fullmatch(cleaned) or len(cleaned) > 254:
        raise Invalid(
            "people.email",
            vi="Địa chỉ thư điện tử không đúng dạng ten@noi.vn.",
            en="The e-mail address does not look like name@place.vn.",
            path="email",
        )
    return cleaned


def check_scopes(scopes: Iterable[str]) -> str:
    asked = list(dict.fromkeys(scopes))
    unknown = [scope for scope in asked if scope not in SCOPES]
    if unknown or not asked:
        raise Invalid(
            "people.token_scope",
            vi="Phạm vi của khoá chỉ có thể là: capture, query, links.",
            en="A token's scopes can only be: capture, query, links.",
            path="scopes",
        )
    return " ".join(asked)


def check_company_prefix(prefix: str) -> str:
    """GS1 Company Prefix: 4 to 12 digits (GS1 General Specifications 1.4.4)."""
    if prefix and not re.fullmatch(r"[0-9]{4,12}", prefix):
        raise Invalid(
            "people.company_prefix",
            vi="Mã doanh nghiệp GS1 gồm 4 đến 12 chữ số.",
            en="A GS1 Company Prefix has 4 to 12 digits.",
            path="company_prefix",
        )
    return prefix
