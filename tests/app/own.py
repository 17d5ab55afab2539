"""Own data for the tests of people and catalogue: two organisations, their people, an official."""

from __future__ import annotations

from dataclasses import dataclass

from lienvung.catalogue import actions as catalogue
from lienvung.catalogue.models import Lot, Product
from lienvung.gs1 import check_digit
from lienvung.people import actions as people
from lienvung.people.models import Account, Organisation

PASSWORD = "mot-cau-dai-de-nho-2019"


def gtin(number: int) -> str:
    body = f"0893000{number:06d}"
    return body + check_digit(body)


def gln(number: int) -> str:
    body = f"893001{number:06d}"
    return body + check_digit(body)


def account(
    email: str, *, of: Organisation | None = None, role: str = "member", name: str = "", password: str | None = None
) -> Account:
    """An account; without a password (Argon2 takes its time) it can only be signed in by force."""
    made = people.create_account(by=None, email=email, full_name=name or email.split("@")[0], password=password)
    if of is not None:
        people.add_member(by=None, account=made, organisation=of, role=role)
    return made


@dataclass
class World:
    """Farm (owner of the rice) and mill are strangers to each other; the authority oversees both."""

    farm: Organisation
    mill: Organisation
    authority: Organisation
    manager: Account
    member: Account
    inspector: Account
    stranger: Account
    official: Account
    nobody: Account
    rice: Product
    lot: Lot


def world() -> World:
    farm = people.create_organisation(
        by=None, name="HTX Nếp Hạt Cau", name_en="Areca Rice Cooperative", kind="cooperative"
    )
    mill = people.create_organisation(by=None, name="Nhà máy Đồng Bằng", kind="processor", gln=gln(1))
    authority = people.create_organisation(by=None, name="Chi cục Quản lý chất lượng", kind="authority")
    rice = catalogue.register_product(
        by=None, owner=farm, gtin=gtin(1), name="Gạo nếp hạt cau", name_en="Areca rice", kind="rice"
    )
    return World(
        farm=farm,
        mill=mill,
        authority=authority,
        manager=account("manager@farm.vn", of=farm, role="manager", name="Lê Thị Đào"),
        member=account("member@farm.vn", of=farm),
        inspector=account("inspector@farm.vn", of=farm, role="inspector"),
        stranger=account("manager@mill.vn", of=mill, role="manager"),
        official=account("official@nb.vn", of=authority, role="focal_officer"),
        nobody=account("nobody@vn.vn"),
        rice=rice,
        lot=catalogue.register_lot(by=None, product=rice, number="NB-0412"),
    )
