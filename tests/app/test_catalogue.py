"""Products, lots, places, issued codes: rules, whose they are, and finding them."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import count
from random import Random

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.app.own import gln, gtin, world

from lienvung import registry
from lienvung.audit.models import Act
from lienvung.catalogue import access, actions, pictures, rules
from lienvung.catalogue.models import IssuedSerial, LabelJob, Lot, Place, Product
from lienvung.errors import Conflict, Invalid, ManyInvalid, NotAllowed
from lienvung.gs1 import canonical_uri, check_digit
from lienvung.people import actions as people
from lienvung.territory.access import unit_at
from lienvung.territory.actions import load_units

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8938505974194", "08938505974194"),
        ("08938505974194", "08938505974194"),
        ("893 8505 974194", "08938505974194"),
        ("96385074", "00000096385074"),
        ("012345678905", "00012345678905"),
    ],
)
def test_gtin_of_every_length_becomes_fourteen_digits(text, expected):
    assert rules.check_gtin(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8938505974195", "gs1.check_digit"),
        ("893850597419", "gs1.check_digit"),
        ("89385059741", "gs1.length"),
        ("", "gs1.length"),
        ("893850597419X", "gs1.length"),
        ("٨٩٣٨٥٠٥٩٧٤١٩٤", "gs1.length"),
    ],
)
def test_bad_gtins_are_told_in_both_languages(text, code):
    with pytest.raises(Invalid) as told:
        rules.check_gtin(text)
    assert told.value.code == code
    assert told.value.path == "gtin"
    assert "GTIN" in told.value.vi
    assert "GTIN" in told.value.en


@pytest.mark.parametrize("number", ["A", "NB-0412", "lot/7", "x" * 20, "a%b", '"<>', "2026.05_1"])
def test_lot_numbers_of_set_82(number):
    assert rules.check_lot_number(number) == number


@pytest.mark.parametrize("number", ["", "x" * 21, "lô 7", "a b", "a\n", "a#b", "a^b", "a\x1db", "lô7"])
def test_bad_lot_numbers(number):
    with pytest.raises(Invalid):
        rules.check_lot_number(number)


def test_all_faults_of_a_lot_at_once():
    with pytest.raises(ManyInvalid) as told:
        rules.check_lot(produced_on=date(2026, 5, 2), best_before=date(2026, 5, 1), quantity=Decimal(0))
    assert {fault.path for fault in told.value.faults} == {"best_before", "quantity"}
    rules.check_lot(produced_on=date(2026, 5, 2), best_before=date(2026, 5, 2), quantity=Decimal("0.001"))


def test_a_lot_is_not_made_in_the_future():
    today = date(2026, 5, 1)
    rules.check_lot(produced_on=date(2026, 5, 2), best_before=None, quantity=None, today=today)
    with pytest.raises(ManyInvalid) as told:
        rules.check_lot(produced_on=date(2026, 5, 3), best_before=None, quantity=None, today=today)
    assert [fault.path for fault in told.value.faults] == ["produced_on"]
    w = world()
    with pytest.raises(ManyInvalid):
        actions.register_lot(by=w.member, product=w.rice, number="x", produced_on=date(2999, 1, 1))
    assert Lot.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1500", "1500"),
        ("1500,5", "1500.5"),
        ("1.500,5", "1500.5"),
        ("1,500.5", "1500.5"),
        ("1.500.000", "1500000"),
        ("1 500", "1500"),
        ("12.5", "12.5"),
        ("0.500", "0.5"),
        ("1,2340", "1.234"),
        ("-1", "-1"),
    ],
)
def test_numbers_as_people_write_them(text, number):
    assert rules.read_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["1.500", "1,500", "-12.345", "1.50.000", "1.500.00", "1,5,5", "1e3", "", "x", "٣", "NaN"]
)
def test_numbers_that_are_unclear_or_none(text):
    with pytest.raises(Invalid):
        rules.read_number(text)


def test_an_unclear_number_says_how_to_write_it():
    with pytest.raises(Invalid) as told:
        rules.read_number("1.500")
    assert "1500 hoặc 1,5" in told.value.vi
    assert "1500 or 1.5" in told.value.en


@given(st.decimals(-10_000_000, 10_000_000, places=3), st.sampled_from(".,"))
def test_a_written_number_is_read_back(number, mark):
    assert rules.read_number(rules.write_number(number, decimal_mark=mark)) == number


@pytest.mark.parametrize(
    ("lat", "lon"), [(20.0, None), (None, 105.0), (91.0, 105.0), (20.0, 181.0), (float("nan"), 1.0)]
)
def test_bad_points(lat, lon):
    with pytest.raises(Invalid):
        rules.check_point(lat, lon)


def test_random_serials_are_random_and_clear():
    drawn = {rules.random_serial() for _ in range(2000)}
    assert len(drawn) == 2000
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{10}", serial) for serial in drawn)
    assert len(set("".join(drawn))) == 32  # every letter is used


def photo(form: str, size: tuple[int, int] = (900, 600), **how: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, form, **how)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_photos_are_kept_in_two_sizes(form):
    kept = pictures.read_picture(photo(form, (2400, 1200)))
    large, small = (Image.open(io.BytesIO(data)) for data in kept)
    assert (large.format, large.size, small.format, small.size) == ("WEBP", (1200, 600), "WEBP", (480, 240))
    assert len(kept.small) <= 20_000


def test_what_a_photo_says_beside_its_pixels_is_dropped():
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif[0x010F] = "SECRET-CAMERA"
    kept = pictures.read_picture(photo("JPEG", (800, 400), exif=exif, comment=b"SECRET-NOTE"))
    for data in kept:
        assert b"SECRET" not in data
        assert not Image.open(io.BytesIO(data)).getexif()
    assert Image.open(io.BytesIO(kept.large)).size == (400, 800)


@given(
    st.binary(max_size=60), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF    WEBP", b"GIF89a"])
)
def test_what_is_no_picture_is_refused(data, start):
    with pytest.raises(Invalid) as told:
        pictures.read_picture(start + data)
    assert told.value.path == "image"


def test_broken_huge_and_foreign_pictures_are_refused():
    whole = photo("PNG")
    wide = bytearray(whole)
    wide[16:24] = (60_000).to_bytes(4, "big") * 2
    for data in (whole[: len(whole) // 2], photo("GIF"), bytes(wide), b"\xff\xd8\xff" + b"0" * pictures.MOST_BYTES):
        with pytest.raises(Invalid):
            pictures.read_picture(data)


def test_uris_are_canonical():
    w = world()
    place = actions.register_place(by=None, owner=w.farm, gln=gln(7), name="Ruộng", kind="field")
    odd = actions.register_lot(by=None, product=w.rice, number="a/b+c%d")
    serial = actions.issue_serials(by=None, product=w.rice, count=1).serials[0]
    for record in (w.rice, w.lot, odd, place, serial):
        assert canonical_uri(record.uri) == record.uri
        assert record.uri == "https://id.gs1.org" + record.path
    assert w.lot.path == f"/01/{gtin(1)}/10/NB-0412"
    assert odd.path.endswith("/10/a%2Fb%2Bc%25d")


def test_records_have_a_uuid_and_their_owners_party():
    w = world()
    w.farm.owner_party = "VN-37"
    w.farm.save()
    product = actions.register_product(by=None, owner=w.farm, gtin=gtin(2), name="Nếp")
    lot = actions.register_lot(by=None, product=product, number="1")
    place = actions.register_place(by=None, owner=w.farm, gln=gln(2), name="Kho", kind="warehouse")
    assert product.owner_party == lot.owner_party == place.owner_party == "VN-37"
    assert len({product.pk, lot.pk, place.pk}) == 3


def test_codes_begin_with_the_owners_company_prefix():
    w = world()
    own = people.create_organisation(by=None, name="HTX có mã", kind="farm", company_prefix=gtin(500_000)[1:8])
    assert own.company_prefix == "8930005"
    product = actions.register_product(by=None, owner=own, gtin=gtin(500_001), name="x")
    assert product.owner == own
    case = "5" + product.gtin[1:13]  # an indicator before the same prefix
    actions.register_product(by=None, owner=own, gtin=case + check_digit(case), name="x")
    actions.register_product(by=None, owner=own, gtin="96385074", name="a GTIN-8 holds no prefix")
    theirs, nobodys = gtin(500_002), gtin(600_001)
    for by, owner, digits, code in (
        (None, own, nobodys, "catalogue.prefix_not_own"),
        (None, w.farm, theirs, "catalogue.prefix_of_another"),
        (w.member, w.farm, theirs, "catalogue.prefix_of_another"),
    ):
        before = Product.objects.count()
        with pytest.raises(Invalid) as told:
            actions.register_product(by=by, owner=owner, gtin=digits, name="x")
        assert (told.value.code, told.value.path) == (code, "gtin")
        assert Product.objects.count() == before
    actions.register_product(by=w.member, owner=w.farm, gtin=nobodys, name="x")


def test_places_begin_with_the_owners_company_prefix():
    w = world()
    own = people.create_organisation(by=None, name="HTX có mã", kind="farm", company_prefix="8930017")
    actions.register_place(by=None, owner=own, gln=gln(700_001), name="x", kind="field")
    for owner, digits, code in (
        (own, gln(8), "catalogue.prefix_not_own"),
        (w.farm, gln(700_002), "catalogue.prefix_of_another"),
    ):
        with pytest.raises(Invalid) as told:
            actions.register_place(by=None, owner=owner, gln=digits, name="x", kind="field")
        assert (told.value.code, told.value.path) == (code, "gln")
    assert Place.objects.count() == 1


def test_duplicates_are_conflicts_also_when_two_come_at_once(monkeypatch):
    w = world()
    attempts = [
        (Product, lambda: actions.register_product(by=None, owner=w.mill, gtin=gtin(1), name="x"), "gtin"),
        (Lot, lambda: actions.register_lot(by=None, product=w.rice, number="NB-0412"), "number"),
        (Place, lambda: actions.register_place(by=None, owner=w.mill, gln=gln(9), name="x", kind="mill"), "gln"),
    ]
    actions.register_place(by=None, owner=w.farm, gln=gln(9), name="x", kind="mill")
    for model, act, path in attempts:
        with pytest.raises(Conflict) as told:
            act()
        assert told.value.path == path
        # the other one was written after our look and before our write
        with monkeypatch.context() as patch:
            patch.setattr("django.db.models.query.QuerySet.exists", lambda self: False)
            with pytest.raises(Conflict):
                act()
        assert model.objects.count() == 1


def test_the_same_lot_number_of_another_product_is_another_lot():
    w = world()
    other = actions.register_product(by=None, owner=w.farm, gtin=gtin(3), name="Nếp cái")
    assert actions.register_lot(by=None, product=other, number="NB-0412").pk != w.lot.pk


def owners_acts(w, by):
    job = LabelJob.objects.get(kind="serial")
    return [
        lambda: actions.register_product(by=by, owner=w.farm, gtin=gtin(50), name="x"),
        lambda: actions.update_product(by=by, product=w.rice, name="x"),
        lambda: actions.register_lot(by=by, product=w.rice, number="x"),
        lambda: actions.register_place(by=by, owner=w.farm, gln=gln(50), name="x", kind="field"),
        lambda: actions.issue_labels(by=by, product=w.rice, count=1),
        lambda: actions.issue_serials(by=by, product=w.rice, count=1),
        lambda: actions.mark_reprint(by=by, job=job),
    ]


def everything() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (Product, Lot, Place, LabelJob, IssuedSerial)]


@pytest.mark.parametrize("who", ["stranger", "inspector", "official", "nobody"])
def test_nobody_but_the_owners_people_touches_its_records(who):
    w = world()
    actions.issue_serials(by=None, product=w.rice, count=2)
    before, acts = everything(), Act.objects.count()
    for act in owners_acts(w, getattr(w, who)):
        with pytest.raises(NotAllowed):
            act()
    assert everything() == before
    assert Act.objects.count() == acts


@pytest.mark.parametrize("who", ["member", "manager"])
def test_the_owners_people_do(who):
    w = world()
    actions.issue_serials(by=None, product=w.rice, count=2)
    acts = Act.objects.count()
    done = owners_acts(w, getattr(w, who))
    for act in done:
        act()
    assert Act.objects.count() == acts + len(done)
    assert set(Act.objects.filter(pk__gt=acts).values_list("actor", flat=True)) >= {getattr(w, who).pk}


def test_a_lot_of_another_product_is_not_labelled_as_ours():
    w = world()
    other = actions.register_product(by=None, owner=w.mill, gtin=gtin(4), name="Bột")
    theirs = actions.register_lot(by=None, product=other, number="1")
    for act in (actions.issue_serials, actions.issue_labels):
        with pytest.raises(Invalid) as told:
            act(by=w.manager, product=w.rice, lot=theirs, count=1)
        assert told.value.code == "catalogue.lot_of_other_product"


@pytest.mark.parametrize("count", [0, -1, rules.MOST_SERIALS + 1])
def test_how_many_labels(count):
    w = world()
    with pytest.raises(Invalid):
        actions.issue_serials(by=None, product=w.rice, count=count)
    assert not LabelJob.objects.exists()


def test_serials_are_issued_once_and_known():
    w = world()
    job = actions.issue_serials(by=w.member, product=w.rice, lot=w.lot, count=1500)
    serials = [issued.serial for issued in job.serials]
    assert len(set(serials)) == len(serials) == 1500
    known = access.issued_serial(w.rice.gtin, serials[7])
    assert (known.lot, known.job) == (w.lot, job)
    assert access.issued_serial(w.rice.gtin[1:], serials[7]) == known
    assert access.issued_serial(w.rice.gtin, "NEVERISSUED") is None
    act = Act.objects.get(action="catalogue.issue_serials")
    assert act.details == {
        "gtin": w.rice.gtin, "lot": "NB-0412", "kind": "serial", "count": 1500, "reprint_of": None
    }  # fmt: skip


def test_a_serial_drawn_twice_is_drawn_again(monkeypatch):
    w = world()
    numbers = count()
    monkeypatch.setattr(rules, "random_serial", lambda: f"{next(numbers) // 2:010d}")  # each one comes twice
    first = actions.issue_serials(by=None, product=w.rice, count=5)
    numbers = count()  # and all of them again
    second = actions.issue_serials(by=None, product=w.rice, count=5)
    drawn = [issued.serial for job in (first, second) for issued in job.serials]
    assert len(set(drawn)) == 10
    assert first.serials.count() == second.serials.count() == 5


def test_the_same_serial_may_stand_on_another_product(monkeypatch):
    w = world()
    other = actions.register_product(by=None, owner=w.farm, gtin=gtin(5), name="Nếp cẩm")
    monkeypatch.setattr(rules, "random_serial", lambda: "0000000001")
    for product in (w.rice, other):
        assert actions.issue_serials(by=None, product=product, count=1).serials[0].serial == "0000000001"


def test_a_reprint_issues_nothing_new():
    w = world()
    job = actions.issue_serials(by=w.manager, product=w.rice, lot=w.lot, count=3)
    again = actions.mark_reprint(by=w.member, job=job)
    third = actions.mark_reprint(by=w.member, job=again)
    assert third.reprint_of == again.reprint_of == job
    assert list(third.serials) == list(again.serials) == list(job.serials)
    assert IssuedSerial.objects.count() == 3
    assert Act.objects.filter(action="catalogue.mark_reprint").count() == 2
    assert access.label_jobs(w.rice).get(pk=job.pk).printed_again == 2


def hits(query: str) -> list[tuple[str, str]]:
    found = []
    for provider in registry.search_providers:
        if provider.name in {"products", "lots", "places", "organisations"}:
            found += [(provider.name, hit.title) for hit in provider.search(query, 10, None)]
    return found


@pytest.fixture
def shelf(db):
    load_units()
    w = world()
    w.farm.unit = unit_at("Kim Sơn", level="commune")
    w.farm.save()
    actions.register_product(
        by=None, owner=w.farm, gtin=gtin(20), name="Rượu nếp Lai Thành", origin_unit=w.farm.unit, brand="Đất Cũ"
    )
    actions.register_place(
        by=None, owner=w.mill, gln=gln(20), name="Cánh đồng Đồng Giao", kind="field", unit=w.farm.unit
    )
    return w


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("gao nep", ("products", "Gạo nếp hạt cau")),
        ("Gạo Nếp", ("products", "Gạo nếp hạt cau")),
        ("nếp gạo", ("products", "Gạo nếp hạt cau")),
        ("areca", ("products", "Gạo nếp hạt cau")),
        ("ninh binh", ("products", "Rượu nếp Lai Thành")),
        ("Ninh Bình", ("products", "Rượu nếp Lai Thành")),
        ("dat cu", ("products", "Rượu nếp Lai Thành")),
        (gtin(1), ("products", "Gạo nếp hạt cau")),
        (gtin(1)[1:], ("products", "Gạo nếp hạt cau")),
        ("nb-0412", ("lots", "Gạo nếp hạt cau – NB-0412")),
        ("0412", ("lots", "Gạo nếp hạt cau – NB-0412")),
        ("gạo nb-0412", ("lots", "Gạo nếp hạt cau – NB-0412")),
        ("dong giao", ("places", "Cánh đồng Đồng Giao")),
        (gln(20), ("places", "Cánh đồng Đồng Giao")),
        ("nep hat cau", ("organisations", "HTX Nếp Hạt Cau")),
    ],
)
def test_search_finds(shelf, query, expected):
    assert expected in hits(query)


@pytest.mark.parametrize("query", ["", "  ", "%", "'", "zzz", "gao zzz", "_"])
def test_search_finds_nothing_for(shelf, query):
    assert hits(query) == []


def test_own_names_come_before_places_and_owners(shelf):
    found = [title for provider, title in hits("nep hat cau") if provider == "products"]
    assert found[0] == "Gạo nếp hạt cau"
    assert "Rượu nếp Lai Thành" in found  # its owner's name fits


def test_searching_asks_few_questions(shelf, django_assert_max_num_queries):
    for number in range(30, 45):
        actions.register_product(by=None, owner=shelf.farm, gtin=gtin(number), name=f"Gạo nếp {number}")
    with django_assert_max_num_queries(6):
        hits("gao nep")


def test_renaming_is_found_under_the_new_name(shelf):
    actions.update_product(by=None, product=shelf.rice, name="Nếp quýt")
    assert ("products", "Nếp quýt") in hits("nep quyt")
    assert not any("hạt cau" in title for provider, title in hits("gao") if provider == "products")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer; this race is PostgreSQL's")
def test_jobs_at_the_same_time_share_no_serial(monkeypatch):
    w = world()
    crowd = Random(7)
    monkeypatch.setattr(rules, "random_serial", lambda: f"{crowd.randrange(2600):04d}")  # they meet all the time

    def job(_: int) -> set[str]:
        try:
            issued = actions.issue_serials(by=None, product=w.rice, count=400).serials
            return set(issued.values_list("serial", flat=True))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as workers:
        issued = list(workers.map(job, range(6)))
    assert [len(serials) for serials in issued] == [400] * 6
    assert len(set().union(*issued)) == 2400
