"""The rice chain of `tests/browser/test_rice_chain.py` before anything has happened: who works where, with what.

A co-operative and a mill in Ninh Bình, a distributor and a store in Hà Nội, the authorities of both and a laboratory.
No lot, no event, no diary: the people write all of it. Names and numbers are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lienvung.catalogue import actions as catalogue
from lienvung.catalogue.models import Place, Product
from lienvung.lab.actions import add_limits
from lienvung.lab.demo import illustrative_limits
from lienvung.people import actions as people
from lienvung.people.models import Account, Organisation
from lienvung.territory.access import unit_at
from tests.world import PASSWORD, number

TODAY = date(2026, 6, 1)
# key, name, name in English, kind, province, address, person, role
WHO = (
    ("grower", "Hợp tác xã Đồng Hướng Minh Hoạ", "Sample Co-operative Đồng Hướng", "cooperative", "Ninh Bình",
     "Xóm 5, Kim Sơn", "Phạm Thị Sổ", "member"),
    ("miller", "Nhà máy gạo Yên Khánh Minh Hoạ", "Sample Rice Mill Yên Khánh", "processor", "Ninh Bình",
     "Đường 10, Yên Khánh", "Bùi Văn Xay", "member"),
    ("carrier", "Kho vận Sông Hồng Minh Hoạ", "Sample Logistics Sông Hồng", "distributor", "Hà Nội",
     "Ngõ 9, Thanh Trì", "Lý Văn Chở", "member"),
    ("seller", "Cửa hàng Sen Hồ Minh Hoạ", "Sample Shop Sen Hồ", "retailer", "Hà Nội",
     "12 Cầu Giấy", "Đỗ Thị Quầy", "member"),
    ("inspector", "Chi cục Chất lượng Ninh Bình Minh Hoạ", "Sample Authority Ninh Bình", "authority", "Ninh Bình",
     "Hoa Lư", "Nguyễn Thị Thanh Tra", "inspector"),
    ("neighbour", "Chi cục Chất lượng Hà Nội Minh Hoạ", "Sample Authority Hà Nội", "authority", "Hà Nội",
     "Hà Đông", "Trần Văn Kiểm", "inspector"),
    ("tester", "Phòng kiểm nghiệm Tràng An Minh Hoạ", "Sample Laboratory Tràng An", "laboratory", "Ninh Bình",
     "Hoa Lư", "Vũ Thị Nghiệm", "member"),
)  # fmt: skip
# key, owner, name, name in English, kind, latitude, longitude
WHERE = (
    ("field", "grower", "Cánh đồng Đồng Hướng", "Đồng Hướng fields", "field", 20.09, 106.08),
    ("mill", "miller", "Xưởng xay Yên Khánh", "Yên Khánh mill", "mill", 20.19, 106.07),
    ("depot", "carrier", "Kho Thanh Trì", "Thanh Trì warehouse", "warehouse", 20.94, 105.85),
    ("store", "seller", "Quầy Sen Hồ Cầu Giấy", "Sen Hồ counter Cầu Giấy", "store", 21.03, 105.79),
)


@dataclass(slots=True)
class Chain:
    """By the keys above; `products` are paddy, bulk and rice."""

    organisations: dict[str, Organisation]
    accounts: dict[str, Account]
    places: dict[str, Place]
    products: dict[str, Product]


def make_chain() -> Chain:
    """Needs the units of `load_units`."""
    organisations, accounts = {}, {}
    for n, (key, name, english, kind, province, address, person, role) in enumerate(WHO, start=1):
        organisations[key] = people.create_organisation(
            by=None, name=name, name_en=english, kind=kind, unit=unit_at(province, level="province", on=TODAY),
            address=address, company_prefix=f"89300007{n}", illustrative=True,
        )  # fmt: skip
        accounts[key] = people.create_account(
            by=None, email=f"{key}@chuoi-gao.example", full_name=person, password=PASSWORD
        )
        people.add_member(by=None, account=accounts[key], organisation=organisations[key], role=role)
    places = {
        key: catalogue.register_place(
            by=None, owner=organisations[owner], gln=number(f"89300007{n}001"), name=name, name_en=english, kind=kind,
            lat=lat, lon=lon, unit=organisations[owner].unit, illustrative=True,
        )
        for n, (key, owner, name, english, kind, lat, lon) in enumerate(WHERE, start=1)
    }  # fmt: skip
    add_limits(by=None, drafts=[each for each in illustrative_limits() if each.analyte == "chlorpyrifos"])
    return Chain(organisations, accounts, places, make_products(organisations))


def make_products(organisations: dict[str, Organisation]) -> dict[str, Product]:
    origin = organisations["grower"].unit
    rows = (
        ("paddy", "grower", "0893000071001", "Thóc nếp Đồng Hướng", "Đồng Hướng glutinous paddy", "paddy", None),
        ("bulk", "miller", "0893000072001", "Gạo nếp Yên Khánh, rời", "Yên Khánh rice, loose", "bulk rice", None),
        ("rice", "miller", "0893000072002", "Gạo nếp Yên Khánh 2 kg", "Yên Khánh rice 2 kg", "rice", Decimal(2)),
    )  # fmt: skip
    return {
        key: catalogue.register_product(
            by=None, owner=organisations[owner], gtin=number(body), name=name, name_en=english, kind=kind,
            net_content=content, unit_of_measure="KGM" if content else "", origin_unit=origin,
            picture="glutinous-rice" if key == "rice" else "", shelf_life_days=365 if key == "rice" else None,
            description="Nếp hạt tròn, dẻo, thơm." if key == "rice" else "",
            brand="Nếp Yên Khánh" if key == "rice" else "",
            standards="TCVN 11888:2017" if key == "rice" else "", illustrative=True,
        )
        for key, owner, body, name, english, kind, content in rows
    }  # fmt: skip


def examples() -> dict[str, object]:
    """What the browsers need to know of it."""
    chain = make_chain()
    return {
        "chain": {
            "emails": {key: account.email for key, account in chain.accounts.items()},
            "glns": {key: place.gln for key, place in chain.places.items()},
            "gtins": {key: product.gtin for key, product in chain.products.items()},
            "organisations": {key: str(each.pk) for key, each in chain.organisations.items()},
        }
    }
