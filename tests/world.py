"""A small world for tests of pages: three organisations, a product, a lot with a past and a future, five people.

Everything goes through the rooms' actions and the ledger's capture. All numbers are
invented: GTINs and GLNs are of the prefix 893000 with right check digits.

    Field -> six paddy lots -> the mill makes the rice lot -> four packs with serials
    -> a case -> the shop unpacks and sells one
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from lienvung.catalogue import actions as catalogue
from lienvung.catalogue.models import Lot, Place, Product
from lienvung.epcis import build
from lienvung.gs1 import check_digit
from lienvung.ledger.capture import capture_events
from lienvung.people import actions as people
from lienvung.people.models import Account, Organisation
from lienvung.territory.access import unit_at
from lienvung.territory.actions import load_units

PASSWORD = "ruong lua buoi som"
LOCAL = timezone(timedelta(hours=7))
BEGUN = datetime(2026, 5, 4, 7, 30, tzinfo=LOCAL)
GS1 = "https://id.gs1.org"


def number(body: str) -> str:
    """`body` with its check digit."""
    return body + check_digit(body)


PADDY_GTIN = number("0893000000001")
RICE_GTIN = number("0893000000002")
CASE = f"{GS1}/00/{number('18930000000000001')}"
SERIALS = ("K7M2QX4T9B", "P3W8RD6N5H", "T4Z9VC2J7L", "X6B5GF8S3Y")


@dataclass(slots=True)
class World:
    grower: Organisation
    shop: Organisation
    stranger: Organisation
    authority: Organisation
    accounts: dict[str, Account]
    paddy: Product
    rice: Product
    lot: Lot
    places: dict[str, Place]
    packs: list[str] = field(default_factory=list)

    @property
    def pack_path(self) -> str:
        """The address of the first pack's scan page."""
        return self.packs[0].removeprefix(GS1)


def make_world() -> World:
    load_units()
    ninh_binh, ha_noi = (unit_at(name, level="province", on=BEGUN.date()) for name in ("Ninh Bình", "Hà Nội"))
    grower, shop, stranger, authority = (
        people.create_organisation(
            by=None, name=name, name_en=english, kind=kind, unit=unit, illustrative=True, address="Số 1, đường Mẫu"
        )
        for name, english, kind, unit in (
            ("Hợp tác xã Nếp Mẫu", "Sample Glutinous Co-operative", "cooperative", ninh_binh),
            ("Cửa hàng Mẫu Hà Nội", "Sample Shop Hà Nội", "retailer", ha_noi),
            ("Cơ sở Ngoài Chuỗi", "Outside the Chain", "processor", ninh_binh),
            ("Chi cục Mẫu", "Sample Authority", "authority", ninh_binh),
        )
    )
    accounts = make_accounts(grower, stranger, authority)
    paddy = catalogue.register_product(
        by=None, owner=grower, gtin=PADDY_GTIN, name="Thóc nếp hạt cau", name_en="Hạt cau paddy", illustrative=True
    )
    rice = catalogue.register_product(
        by=None,
        owner=grower,
        gtin=RICE_GTIN,
        origin_unit=ninh_binh,
        name="Gạo nếp hạt cau Ninh Bình",
        name_en="Ninh Bình hạt cau glutinous rice",
        kind="rice",
        picture="glutinous-rice",
        net_content=Decimal(2),
        unit_of_measure="KGM",
        description="Gạo nếp Kim Sơn, hạt tròn, dẻo.",
        shelf_life_days=365,
        illustrative=True,
    )
    lot = catalogue.register_lot(
        by=None,
        product=rice,
        number="NHC-0504",
        produced_on=date(2026, 5, 8),
        best_before=date(2027, 5, 8),
        quantity=Decimal(500),
        uom="KGM",
    )
    places = make_places(grower, shop)
    world = World(grower, shop, stranger, authority, accounts, paddy, rice, lot, places)
    tell(world)
    return world


def make_accounts(grower: Organisation, stranger: Organisation, authority: Organisation) -> dict[str, Account]:
    accounts = {
        name: people.create_account(by=None, email=f"{name}@mau.example", full_name=full, password=PASSWORD)
        for name, full in (
            ("member", "Phạm Thị Lúa"),
            ("manager", "Trần Văn Đồng"),
            ("other", "Lê Ngoài Chuỗi"),
            ("official", "Nguyễn Thanh Tra"),
            ("staff", "Đỗ Vận Hành"),
        )
    }
    people.add_member(by=None, account=accounts["member"], organisation=grower)
    people.add_member(by=None, account=accounts["manager"], organisation=grower, role="manager")
    people.add_member(by=None, account=accounts["other"], organisation=stranger)
    people.add_member(by=None, account=accounts["official"], organisation=authority, role="inspector")
    accounts["staff"].is_staff = True
    accounts["staff"].save(update_fields=["is_staff"])
    return accounts


def make_places(grower: Organisation, shop: Organisation) -> dict[str, Place]:
    return {
        key: catalogue.register_place(
            by=None,
            owner=owner,
            gln=number(f"89300000000{at}"),
            name=name,
            name_en=english,
            kind=kind,
            lat=lat,
            lon=lon,
        )
        for at, (key, owner, name, english, kind, lat, lon) in enumerate(
            (
                ("field", grower, "Ruộng Kim Sơn số 3", "Kim Sơn field 3", "field", 20.09, 106.08),
                ("mill", grower, "Xưởng xay Yên Khánh", "Yên Khánh mill", "mill", 20.19, 106.07),
                ("store", shop, "Quầy nông sản Cầu Giấy", "Cầu Giấy counter", "store", 21.03, 105.79),
            ),
            start=1,
        )
    }


def tell(world: World) -> None:
    """Capture the story, the grower's part and the shop's part."""
    at = iter(BEGUN + timedelta(hours=17 * step) for step in range(20))
    paddy = [f"{GS1}/01/{PADDY_GTIN}/10/THOC-{n}" for n in range(1, 7)]
    rice = world.lot.uri
    world.packs = [f"{GS1}/01/{RICE_GTIN}/21/{serial}" for serial in SERIALS]
    field_, mill, store = (world.places[key].uri for key in ("field", "mill", "store"))
    kg = "KGM"
    grown = [
        build.object_event(
            time=next(at), action="ADD", biz_step="commissioning", disposition="active", read_point=field_,
            biz_location=field_, quantities=[(uri, 130, kg)],
        )
        for uri in paddy
    ]  # fmt: skip
    milled = build.transformation_event(
        time=next(at), biz_step="commissioning", disposition="active", read_point=mill, biz_location=mill,
        input_quantities=[(uri, 130, kg) for uri in paddy], output_quantities=[(rice, 500, kg)],
    )  # fmt: skip
    packed = build.object_event(
        time=next(at), action="ADD", biz_step="commissioning", disposition="active", read_point=mill, biz_location=mill,
        epcs=world.packs, ilmd={"cbvmda:lotNumber": world.lot.number},
    )  # fmt: skip
    cased = build.aggregation_event(
        time=next(at), action="ADD", biz_step="packing", disposition="in_progress", parent=CASE, children=world.packs,
        read_point=mill, biz_location=mill,
    )  # fmt: skip
    shipped = build.object_event(
        time=next(at), action="OBSERVE", biz_step="shipping", disposition="in_transit", read_point=mill, epcs=[CASE],
    )  # fmt: skip
    submitted = capture_events(
        [*grown, milled, packed, cased, shipped], submitter=str(world.grower.pk), context=CONTEXT
    )
    assert submitted.success
    received = build.object_event(
        time=next(at), action="OBSERVE", biz_step="receiving", disposition="in_progress", read_point=store,
        biz_location=store, epcs=[CASE],
    )  # fmt: skip
    opened = build.aggregation_event(
        time=next(at), action="DELETE", biz_step="unpacking", disposition="sellable_accessible", parent=CASE,
        children=world.packs, read_point=store, biz_location=store,
    )  # fmt: skip
    sold = build.object_event(
        time=next(at), action="OBSERVE", biz_step="retail_selling", disposition="retail_sold", read_point=store,
        biz_location=store, epcs=world.packs[-1:],
    )  # fmt: skip
    assert capture_events([received, opened, sold], submitter=str(world.shop.pk)).success


CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"cbvmda": "urn:epcglobal:cbv:mda:"}]
