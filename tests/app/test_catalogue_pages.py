"""Pages of products, lots and places: forms, faults in both languages, whose they are."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.app.own import gln, gtin, world

from lienvung.catalogue import actions
from lienvung.catalogue.models import Lot, Place, Product

pytestmark = pytest.mark.django_db


def png() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1600, 800), 60).convert("RGB").save(out, "PNG", compress_level=1)
    return out.getvalue()


@pytest.fixture
def w(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return world()


def test_lists_are_public(client, w):
    page = client.get("/catalogue/", {"q": "gao nep"}).content.decode()
    assert "Gạo nếp hạt cau" in page
    assert "Không có sản phẩm nào" in client.get("/catalogue/", {"q": "bánh"}).content.decode()
    assert "Areca rice" in client.get("/catalogue/", {"lang": "en"}).content.decode()
    assert client.get("/catalogue/", {"page": "999", "kind": "rice"}).status_code == 200


def test_the_product_page(client, w):
    page = client.get(f"/catalogue/{w.rice.pk}").content.decode()
    assert gtin(1) in page
    assert w.lot.path in page
    assert "Đăng ký lô" not in page
    client.force_login(w.member)
    assert "Đăng ký lô" in client.get(f"/catalogue/{w.rice.pk}").content.decode()
    assert client.get("/catalogue/00000000-0000-0000-0000-000000000000").status_code == 404


@pytest.mark.parametrize(
    ("who", "seen"), [(None, False), ("stranger", False), ("nobody", False), ("member", True), ("official", True)]
)
def test_quantities_of_lots_are_not_for_everybody(client, w, who, seen):
    Lot.objects.update(quantity="731.5", uom="KGM")
    if who:
        client.force_login(getattr(w, who))
    assert ("731,5" in client.get(f"/catalogue/{w.rice.pk}").content.decode()) is seen


@pytest.mark.parametrize("page", ["edit", "lots/new"])
@pytest.mark.parametrize(
    ("who", "status"), [("member", 200), ("manager", 200), ("stranger", 403), ("official", 403), ("inspector", 403)]
)
def test_the_owners_pages(client, w, page, who, status):
    client.force_login(getattr(w, who))
    address = f"/catalogue/{w.rice.pk}/{page}"
    assert client.get(address).status_code == status
    if status == 403:
        assert client.post(address, {"name": "x", "number": "x", "kind": "other"}).status_code == 403
        assert Lot.objects.count() == 1
        assert Product.objects.get().name == "Gạo nếp hạt cau"


def test_registering_a_product_with_a_wrong_check_digit_says_so(client, w):
    client.force_login(w.member)
    wrong = gtin(30)[:-1] + str((int(gtin(30)[-1]) + 1) % 10)
    form = {"owner": str(w.farm.pk), "gtin": wrong, "name": "Nếp cẩm", "kind": "rice"}
    page = client.post("/catalogue/new", form)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Số kiểm tra của GTIN sai" in text
    assert "error-summary" in text
    assert 'href="#id_gtin"' in text
    assert 'aria-invalid="true"' in text
    assert wrong in text  # what was typed is still there
    english = client.post("/catalogue/new?lang=en", form).content.decode()
    assert "check digit is wrong" in english
    assert Product.objects.count() == 1


def test_registering_a_product(client, w):
    client.force_login(w.member)
    form = {
        "owner": str(w.farm.pk),
        "gtin": gtin(30)[1:],
        "name": "Nếp cẩm",
        "kind": "rice",
        "net_content": "2.5",
        "unit_of_measure": "KGM",
        "image": SimpleUploadedFile("../../evil.html", png(), content_type="text/html"),
    }
    made = client.post("/catalogue/new", form)
    assert made.status_code == 302
    product = Product.objects.get(gtin=gtin(30))
    assert product.image.name.startswith("products/")
    assert product.image.name.endswith(".webp")
    assert "evil" not in product.image.name
    picture = client.get(f"/catalogue/{product.pk}/picture")
    assert picture["Content-Type"] == "image/webp"
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert picture["Cache-Control"].startswith("public, max-age=")
    assert Image.open(io.BytesIO(b"".join(picture.streaming_content))).size == (480, 240)
    assert Image.open(product.image.open()).size == (1200, 600)
    again = client.post("/catalogue/new", {**form, "image": ""})
    assert "đã được đăng ký" in again.content.decode()
    client.logout()
    assert client.get(f"/catalogue/{product.pk}/picture").status_code == 200


def test_an_html_page_is_no_picture(client, w):
    client.force_login(w.member)
    form = {"owner": str(w.farm.pk), "gtin": gtin(30), "name": "x", "kind": "rice"}
    upload = SimpleUploadedFile("a.png", b"<script>alert(1)</script>", content_type="image/png")
    assert "Ảnh phải là PNG" in client.post("/catalogue/new", {**form, "image": upload}).content.decode()
    assert Product.objects.count() == 1


def test_nobody_registers_for_another_organisation(client, w):
    client.force_login(w.stranger)
    form = {"owner": str(w.farm.pk), "gtin": gtin(30), "name": "x", "kind": "rice"}
    assert "không ghi được cho đơn vị này" in client.post("/catalogue/new", form).content.decode()
    place = {"owner": str(w.farm.pk), "gln": gln(30), "name": "x", "kind": "field"}
    assert "không ghi được cho đơn vị này" in client.post("/catalogue/places/new", place).content.decode()
    assert Product.objects.count() == 1
    assert not Place.objects.exists()


def test_editing_keeps_gtin_and_owner(client, w):
    client.force_login(w.member)
    form = {"name": "Nếp mới", "kind": "rice", "gtin": gtin(40), "owner": str(w.mill.pk)}
    assert client.post(f"/catalogue/{w.rice.pk}/edit", form).status_code == 302
    w.rice.refresh_from_db()
    assert (w.rice.name, w.rice.gtin, w.rice.owner) == ("Nếp mới", gtin(1), w.farm)


def test_registering_a_lot(client, w):
    client.force_login(w.member)
    address = f"/catalogue/{w.rice.pk}/lots/new"
    bad = client.post(
        address, {"number": "lô 7", "produced_on": "05/06/2026", "best_before": "2026-06-04", "quantity": "-1"}
    ).content.decode()
    assert "Số lô gồm 1 đến 20 ký tự" in bad
    bad = client.post(
        address, {"number": "7", "produced_on": "05/06/2026", "best_before": "2026-06-04", "quantity": "-1"}
    ).content.decode()
    assert "sớm hơn ngày sản xuất" in bad
    assert "phải lớn hơn 0" in bad
    assert "không đúng dạng" in client.post(address, {"number": "7", "produced_on": "31/02/2026"}).content.decode()
    assert "đã có lô" in client.post(address, {"number": "NB-0412"}).content.decode()
    assert Lot.objects.count() == 1
    good = {"number": "NB-0413", "produced_on": "05/06/2026", "quantity": "120.5", "uom": "KGM"}
    assert client.post(address, good).status_code == 302
    lot = Lot.objects.get(number="NB-0413")
    assert str(lot.produced_on) == "2026-06-05"


def test_numbers_that_could_be_two_are_asked_again(client, w):
    client.force_login(w.member)
    address = f"/catalogue/{w.rice.pk}/lots/new"
    assert "1500 hoặc 1,5" in client.post(address, {"number": "8", "quantity": "1.500"}).content.decode()
    assert Lot.objects.count() == 1
    assert client.post(address, {"number": "8", "quantity": "1.500,5"}).status_code == 302
    assert str(Lot.objects.get(number="8").quantity) == "1500.500"


@pytest.mark.parametrize("days", ["0", "36501", "x", "1.5"])
def test_days_are_told_in_both_languages(client, w, days):
    client.force_login(w.member)
    address, form = f"/catalogue/{w.rice.pk}/edit", {"name": "x", "kind": "rice", "shelf_life_days": days}
    assert "từ 1 đến 36500" in client.post(address, form).content.decode()
    assert "1 to 36500" in client.post(address + "?lang=en", form).content.decode()


def test_an_edited_product_keeps_its_net_content(client, w):
    client.force_login(w.member)
    Product.objects.update(net_content="2.500")
    address = f"/catalogue/{w.rice.pk}/edit"
    assert 'value="2,5"' in client.get(address).content.decode()
    assert 'value="2.5"' in client.get(address, {"lang": "en"}).content.decode()
    assert client.post(address, {"name": "x", "kind": "rice", "net_content": "2,5"}).status_code == 302
    assert str(Product.objects.get().net_content) == "2.500"


def test_places(client, w):
    client.force_login(w.member)
    form = {
        "owner": str(w.farm.pk),
        "gln": gln(30),
        "name": "Ruộng Đồng Giao",
        "kind": "field",
        "lat": "20,2",
        "lon": "",
    }
    assert "cả vĩ độ" in client.post("/catalogue/places/new", form).content.decode()
    made = client.post("/catalogue/places/new", {**form, "lon": "105.9"})
    assert made.status_code == 302
    page = client.get(made["Location"]).content.decode()
    assert "Ruộng Đồng Giao" in page
    assert "20.20000" in page
    assert "Ruộng Đồng Giao" in client.get("/catalogue/places", {"q": "dong giao"}).content.decode()


def test_titles_hold_no_markup(client, w):
    place = actions.register_place(by=None, owner=w.farm, gln=gln(33), name="Kho & Sân", kind="warehouse")
    Product.objects.update(name_en="")
    for address in (f"/catalogue/{w.rice.pk}", f"/catalogue/places/{place.pk}", f"/people/{w.mill.pk}"):
        page = client.get(address, {"lang": "en"}).content.decode()
        title = page.split("<title>")[1].split("</title>")[0]
        assert "span" not in title, address
        assert title.startswith(("Gạo nếp hạt cau", "Kho &amp; Sân", "Nhà máy Đồng Bằng"))


def test_only_listed_methods(client, w):
    assert client.post("/catalogue/").status_code == 405
    assert client.put(f"/catalogue/{w.rice.pk}").status_code == 405


def test_names_are_escaped(client, w):
    actions.update_product(by=None, product=w.rice, name="<b>Nếp</b>", description="<script>x</script>")
    page = client.get(f"/catalogue/{w.rice.pk}").content.decode()
    assert "<b>Nếp" not in page
    assert "<script>" not in page


def test_the_organisation_page_shows_its_products_and_places(client, w):
    actions.register_place(by=None, owner=w.farm, gln=gln(31), name="Kho Phát Diệm", kind="warehouse")
    page = client.get(f"/people/{w.farm.pk}").content.decode()
    assert "Gạo nếp hạt cau" in page
    assert "Kho Phát Diệm" in page


def test_the_list_asks_few_questions(client, w, django_assert_max_num_queries):
    for number in range(60, 75):
        actions.register_product(by=None, owner=w.farm, gtin=gtin(number), name=f"Gạo nếp {number}")
    with django_assert_max_num_queries(4):
        client.get("/catalogue/")
