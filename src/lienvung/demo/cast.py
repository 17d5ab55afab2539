"""Enter the cast of the story: organisations, places, products, accounts; through the actions of their rooms."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal

from lienvung.catalogue.actions import issue_serials, register_lot, register_place, register_product
from lienvung.catalogue.models import Lot, Place, Product
from lienvung.demo.data import DemoData
from lienvung.demo.story import Batch
from lienvung.people.actions import add_member, create_account, create_organisation
from lienvung.people.models import Account, Organisation
from lienvung.territory.access import units_on
from lienvung.territory.models import AdminUnit

ROLES = (
    # key, e-mail, name, organisation, role, what they do (vi, en)
    ("bookkeeper", "so.sach@htx-kim-son.example", "Phạm Thị Lúa (minh hoạ)", "htx_nep_kim_son", "member",
     "kế toán hợp tác xã ở Kim Sơn", "bookkeeper of a co-operative in Kim Sơn"),
    ("quality", "chat.luong@nha-may.example", "Đinh Văn Gạo (minh hoạ)", "xay_xat", "manager",
     "cán bộ chất lượng nhà máy xay xát", "quality officer of the rice mill"),
    ("buyer", "mua.hang@sen-ho.example", "Nguyễn Thị Sen (minh hoạ)", "ban_le_sen", "member",
     "người mua hàng của cửa hàng Hà Nội", "buyer of the shops in Hà Nội"),
    ("official_nb", "can.bo@ninh-binh.example", "Lê Văn Hoa (minh hoạ)", "co_quan_nb", "inspector",
     "cán bộ quản lý của Ninh Bình", "official of Ninh Bình"),
    ("official_hn", "can.bo@ha-noi.example", "Trần Thị Đô (minh hoạ)", "co_quan_hn", "inspector",
     "cán bộ quản lý của Hà Nội", "official of Hà Nội"),
    ("focal", "dau.moi@lien-vung.example", "Vũ Văn Kết (minh hoạ)", "dau_moi", "focal_officer",
     "hợp tác: cán bộ đầu mối của Ninh Bình", "co-operation: focal officer of Ninh Bình"),
    ("focal_hn", "dau.moi@ha-noi.example", "Đỗ Thị Nối (minh hoạ)", "dau_moi_hn", "focal_officer",
     "hợp tác: cán bộ đầu mối của Hà Nội", "co-operation: focal officer of Hà Nội"),
    ("approver", "lanh.dao@lien-vung.example", "Hoàng Thị Mây (minh hoạ)", "dau_moi", "manager",
     "hợp tác: lãnh đạo cơ quan đầu mối Ninh Bình, phê duyệt", "co-operation: head of the focal agency of Ninh Bình"),
    ("lead", "chu.tri@ninh-binh.example", "Mai Văn Sông (minh hoạ)", "co_quan_nb", "member",
     "hợp tác: cơ quan chủ trì của Ninh Bình", "co-operation: lead agency of Ninh Bình"),
    ("contributor", "phoi.hop@ninh-binh.example", "Tạ Thị Núi (minh hoạ)", "du_lich_nb", "member",
     "hợp tác: cơ quan phối hợp của Ninh Bình", "co-operation: coordinating agency of Ninh Bình"),
    ("viewer", "xem@ninh-binh.example", "Lâm Văn Đọc (minh hoạ)", "van_phong_nb", "member",
     "hợp tác: cán bộ khác, chỉ xem", "co-operation: another official, only reads"),
)  # fmt: skip
_WORDS = ("lua", "nep", "dua", "ngao", "sen", "tre", "gom", "cau", "mai", "buoi", "tra", "ong")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo as it is shown to the visitor."""

    email: str
    name: str
    organisation: str
    vi: str
    en: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(slots=True)
class Cast:
    """The records of the story by their keys."""

    organisations: dict[str, Organisation]
    places: dict[str, Place]
    products: dict[str, Product]


class CatalogueStage:
    """The stage of the play: lots and serial numbers come from the catalogue's actions.

    The chains are told one after the other, so lots are kept until `register` enters them in the order
    in which they were made; only a lot that needs serial numbers is entered at once.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.lots: dict[str, Lot] = {}
        self.waiting: dict[str, Batch] = {}

    def lot(self, batch: Batch) -> None:
        self.waiting[batch.uri] = batch

    def serials(self, batch: Batch, count: int) -> list[str]:
        self._register(self.waiting.pop(batch.uri))
        product = self.cast.products[batch.item]
        job = issue_serials(by=None, product=product, lot=self.lots[batch.uri], count=count)
        return list(job.serials.values_list("serial", flat=True))

    def register(self) -> Iterator[Batch]:
        """Enter the lots that wait, oldest first; gives each when it is entered."""
        for batch in sorted(self.waiting.values(), key=lambda batch: batch.made):
            self._register(batch)
            yield batch
        self.waiting.clear()

    def _register(self, batch: Batch) -> None:
        self.lots[batch.uri] = register_lot(
            by=None,
            product=self.cast.products[batch.item],
            number=batch.number,
            produced_on=batch.made,
            best_before=batch.best_before,
            quantity=Decimal(batch.total),
            uom=batch.uom or "",
        )


def enter(data: DemoData) -> Cast:
    """Register everybody and everything that the files name."""
    units = _units()
    cast = Cast({}, {}, {})
    for firm in data.firms.values():
        cast.organisations[firm.key] = create_organisation(
            by=None,
            name=firm.name,
            name_en=firm.name_en,
            kind=firm.kind,
            gln=firm.gln,
            company_prefix=firm.company_prefix,
            unit=units.get(firm.unit),
            address=firm.address,
            illustrative=firm.illustrative,
            note=firm.note,
        )
    for site in data.sites.values():
        cast.places[site.key] = register_place(
            by=None,
            owner=cast.organisations[site.owner],
            gln=site.gln,
            name=site.name,
            name_en=site.name_en,
            kind=site.kind,
            lat=site.lat,
            lon=site.lon,
            unit=units.get(site.unit),
            address=site.address,
            illustrative=site.illustrative,
        )
    for item in data.items.values():
        cast.products[item.key] = register_product(
            by=None,
            owner=cast.organisations[item.owner],
            gtin=item.gtin,
            name=item.name,
            name_en=item.name_en,
            kind=item.kind,
            brand=item.brand,
            net_content=None if item.net_content is None else Decimal(item.net_content),
            unit_of_measure=item.unit_of_measure,
            picture=item.picture,
            description=item.description,
            standards=item.standards,
            origin_unit=units.get(item.origin_unit),
            shelf_life_days=item.shelf_life_days,
            illustrative=item.illustrative,
        )
    return cast


def _units() -> dict[str, AdminUnit]:
    """Today's communes, and the two provinces, by code."""
    found = {unit.code: unit for unit in units_on(level="commune")}
    return found | {unit.code: unit for unit in units_on(level="province")}


def make_password() -> str:
    """A password for the demo's accounts that can be typed from a screen: three words and a number."""
    words = [secrets.choice(_WORDS) for _ in range(3)]
    return "-".join([*words, str(secrets.randbelow(9000) + 1000)])


def enter_accounts(cast: Cast, password: str) -> tuple[list[DemoAccount], dict[str, Account]]:
    """The people of the demo, all with the same password."""
    shown: list[DemoAccount] = []
    accounts: dict[str, Account] = {}
    for key, email, name, firm, role, vi, en in ROLES:
        account = create_account(by=None, email=email, full_name=name, password=password)
        organisation = cast.organisations[firm]
        add_member(by=None, account=account, organisation=organisation, role=role)
        accounts[key] = account
        shown.append(DemoAccount(email, name, organisation.name, vi, en))
    return shown, accounts
