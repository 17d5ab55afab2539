"""Create an account or an API token / tạo tài khoản, khoá API.

    lienvung account create --email an@htx.vn --name "Nguyễn Thị An" --organisation "HTX Yên Khánh" --role manager
    lienvung account create --email binh@ninhbinh.example --name "Trần Văn Bình" --official 37
    lienvung account token --organisation "HTX Yên Khánh" --name "phần mềm kho"
    lienvung account disable --email an@htx.vn

The password is asked for; with no terminal it is read from the first line of the input, and when that is empty one is
made and printed once. A token is printed once, on its own line. PROVINCE is a province's code or name; its authority is
registered when it is not there yet.
"""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
import uuid

from lienvung.commands import booted  # noqa: F401  (sets Django up before the models are imported)
from lienvung.errors import Conflict, NotFound
from lienvung.people import access, actions
from lienvung.people.models import Account, Membership, Organisation
from lienvung.people.rules import SCOPES
from lienvung.registry.matching import plain
from lienvung.territory.access import unit_at, units_on
from lienvung.territory.actions import load_units


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    create = acts.add_parser("create", help="create an account / tạo tài khoản")
    create.add_argument("--email", required=True, help="with which the person signs in / dùng để đăng nhập")
    create.add_argument("--name", required=True, help="full name / họ và tên")
    create.add_argument("--organisation", metavar="NAME|UUID", help="give a role here / đơn vị")
    roles = [str(role) for role in Membership.Role.values]
    create.add_argument("--role", choices=roles, help="role there (default member; focal_officer for an official)")
    create.add_argument(
        "--official", metavar="PROVINCE", help="an official of this province / cán bộ của tỉnh, thành phố"
    )
    token = acts.add_parser("token", help="print a new API token once / cấp khoá API")
    token.add_argument("--organisation", required=True, metavar="NAME|UUID")
    token.add_argument("--name", default="command line", help="what will use it / phần mềm nào dùng")
    token.add_argument("--scope", action="append", choices=sorted(SCOPES), help="may be repeated (default: all)")
    disable = acts.add_parser("disable", help="close an account, end its sessions / đóng tài khoản")
    disable.add_argument("--email", required=True)


def run(args: argparse.Namespace) -> int:
    return {"create": create, "token": token, "disable": disable}[args.act](args)


def create(args: argparse.Namespace) -> int:
    organisation = find_organisation(args.organisation) if args.organisation else None
    password, made_up = ask_password()
    account = actions.create_account(by=None, email=args.email, full_name=args.name, password=password)
    if organisation is not None:
        actions.add_member(by=None, account=account, organisation=organisation, role=args.role or "member")
    if args.official:
        role = args.role if args.role and organisation is None else Membership.Role.FOCAL_OFFICER
        actions.add_member(by=None, account=account, organisation=authority_of(args.official), role=role)
    print(f"{account.email}: {account.full_name}")
    if made_up:
        print(password)
    return 0


def ask_password() -> tuple[str, bool]:
    """The password, and whether we made it up because none was given."""
    typed = getpass.getpass("Mật khẩu / Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return (typed, False) if typed else (secrets.token_urlsafe(15), True)


def token(args: argparse.Namespace) -> int:
    organisation = find_organisation(args.organisation)
    scopes = args.scope or sorted(SCOPES)
    print(actions.issue_token(by=None, organisation=organisation, name=args.name, scopes=scopes))
    return 0


def disable(args: argparse.Namespace) -> int:
    account: Account | None = access.account_of_email(args.email)
    if account is None:
        raise NotFound("people.no_account", vi="Không có tài khoản này.", en="No such account.")
    actions.disable_account(by=None, account=account)
    return 0


def find_organisation(text: str) -> Organisation:
    """By UUID, or by its name whatever the marks; the exact name wins over a part of one."""
    try:
        known = access.organisation(uuid.UUID(text))
        found = [known] if known else []
    except ValueError:
        found = list(access.organisations(text)[:20])
        found = [one for one in found if plain(text) in (plain(one.name), plain(one.name_en))] or found
    if not found:
        raise NotFound("people.no_organisation", vi=f"Không có đơn vị “{text}”.", en=f"No organisation “{text}”.")
    if len(found) > 1:
        names = "; ".join(one.name for one in found)
        raise Conflict("people.several", vi=f"Có nhiều đơn vị: {names}.", en=f"Several organisations: {names}.")
    return found[0]


def authority_of(province: str) -> Organisation:
    """The province's authority; registered now when there is none."""
    if not units_on(level="province").exists():
        load_units()
    unit = unit_at(province, level="province")
    known = access.organisations(kind=Organisation.Kind.AUTHORITY).filter(unit=unit).first()
    return known or actions.create_organisation(
        by=None,
        name=f"Uỷ ban nhân dân {unit.name}",
        name_en=f"People's Committee of {unit.name_en}",
        kind=Organisation.Kind.AUTHORITY,
        unit=unit,
    )
