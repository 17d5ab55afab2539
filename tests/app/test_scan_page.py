"""The page behind a code: who gets what, what stands on it, what it costs, what it never does."""

from __future__ import annotations

import gzip
import re
from datetime import date
from html import unescape

import pytest
from django.contrib.staticfiles import finders
from tests.app.shopper import Shopper
from tests.world import BEGUN, GS1, World, number

from lienvung.catalogue import actions as catalogue
from lienvung.catalogue.models import IssuedSerial, Product
from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.people.models import Organisation
from lienvung.scan import views
from lienvung.scan.versions import forget
from lienvung.territory.actions import load_units
from lienvung.territory.models import AdminUnit

pytestmark = pytest.mark.django_db
HTML = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}


def text_of(answer) -> str:
    """What a reader sees, in one line."""
    body = re.sub(r"<(title|svg).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_pack_shows_its_whole_story(world: World) -> None:
    catalogue.issue_serials(by=None, product=world.rice, lot=world.lot, count=1)
    answer = Shopper().get(f"{world.lot.path}/21/{world.pack_path.rpartition('/')[2]}", **HTML)
    assert answer.status_code == 200
    seen = text_of(answer)
    for words in (
        "Gạo nếp hạt cau Ninh Bình",
        "lô NHC-0504",
        "Mã này có trong sổ; lô này chưa bị thu hồi; quét lần đầu",
        "Hợp tác xã Nếp Mẫu",
        "Ngày sản xuất 08/05/2026",
        "Đóng gói 09/05/2026",
        "Hạn dùng 08/05/2027",
        "Thu hoạch chưa có",
        "Chứng nhận chưa có",
        "/5 khâu của chuỗi có ghi trong sổ",
        "Ruộng Kim Sơn số 3",
        "Quầy nông sản Cầu Giấy",
        "Trang này chứng tỏ điều gì",
        "Báo vấn đề",
    ):
        assert words in seen, words
    order = [
        seen.index(w)
        for w in ("Gạo nếp hạt cau", "Mã này có trong sổ", "Nơi sản xuất", "Hạn dùng", "Hành trình", "Báo vấn đề")
    ]
    assert order == sorted(order)
    assert "hàng thật" not in seen


def test_the_ten_items_of_the_circular_stand_there_or_are_said_to_be_missing(world: World) -> None:
    answer = Shopper().get(world.pack_path)
    items = re.findall(r"<dt>(\d+)\. ([^<]+)</dt><dd>(.*?)</dd>", answer.content.decode(), flags=re.S)
    assert [int(n) for n, _, _ in items] == list(range(1, 11))
    told = {name: unescape(re.sub(r"<[^>]+>", "", value)) for _, name, value in items}
    assert told["Tên sản phẩm"] == world.rice.name
    assert told["Tiêu chuẩn áp dụng"] == "chưa có"
    stages = told["Công đoạn, mã truy vết sản phẩm, mã truy vết địa điểm, thời gian"]
    assert world.places["mill"].gln in stages
    assert f"(01) {world.paddy.gtin} (10) THOC-1" in stages
    assert f"(01) {world.rice.gtin} (21) {world.packs[0].rpartition('/')[2]}" in stages
    assert all(value.strip() for value in told.values())


@pytest.mark.parametrize(
    "accept", [None, "", "*/*", "text/html", "image/png", "nonsense;;q=x", "text/html, application/ld+json;q=0.5"]
)
def test_people_and_undecided_clients_get_the_page(world: World, accept: str | None) -> None:
    headers = {} if accept is None else {"HTTP_ACCEPT": accept}
    answer = Shopper().get(world.lot.path, **headers)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")


def test_no_cookie_no_script_nothing_from_elsewhere(world: World) -> None:
    for path in (world.pack_path, world.lot.path, world.rice.path, world.places["mill"].path, "/01/08930000000018"):
        for query in ("", "?lang=en"):
            answer = Shopper().get(path + query)
            assert not answer.cookies, path
            body = answer.content.decode()
            assert "<script" not in body
            assert " style=" not in body
            assert not re.search(r'(?:src|href)="(?:https?:)?//', body), path
            assert "Cookie" not in answer.get("Vary", "")


def test_the_language_stays_in_the_links(world: World) -> None:
    client = Shopper()
    page = client.get(world.lot.path + "?lang=en").content.decode()
    assert '<html lang="en">' in page
    assert "Ninh Bình hạt cau glutinous rice" in page
    assert f'href="/p{world.rice.path}?lang=en"' in page
    assert f'href="/p{world.lot.path}?lang=vi"' in page
    assert '<html lang="vi">' in client.get(world.lot.path).content.decode()
    client.cookies["lang"] = "en"  # a cookie of the rest of the site must not change a shared cache's page
    assert '<html lang="vi">' in client.get(world.lot.path).content.decode()


def test_the_whole_transfer_fits_in_fifty_kilobytes(world: World) -> None:
    page = Shopper().get(world.pack_path).content
    names = re.findall(rb'(?:src|href)="/static/([^"]+)"', page)
    files = {name.decode(): finders.find(name.decode()) for name in names}
    assert all(files.values()), files
    sizes = {name: len(open(path, "rb").read()) for name, path in files.items()}  # noqa: SIM115
    assert sizes["scan/scan.css"] <= 10_000
    assert sum(name.startswith("fonts/") for name in sizes) == 1
    assert sum(sizes.values()) + len(page) <= 50_000, sizes
    css = open(files["scan/scan.css"], encoding="utf-8").read()  # noqa: SIM115
    assert {m for m in re.findall(r'url\("\.\./([^"]+)"\)', css)} <= set(files)


def test_every_product_picture_is_small_and_plain() -> None:
    folder = finders.find("scan/products")
    from pathlib import Path

    pictures = sorted(Path(folder).glob("*.svg"))
    assert len(pictures) >= 15
    for picture in pictures:
        drawn = picture.read_text()
        assert len(drawn) <= 2_500, picture.name
        assert "<script" not in drawn
        assert "href" not in drawn


def test_a_serial_that_was_never_issued_is_told_so(world: World) -> None:
    answer = Shopper().get(f"/01/{world.rice.gtin}/21/INVENTED01")
    assert answer.status_code == 404
    assert "Mã này chưa từng được cấp" in text_of(answer)
    assert world.rice.name in text_of(answer)
    machine = Shopper().get(f"/p/01/{world.rice.gtin}/21/INVENTED01", HTTP_ACCEPT="application/ld+json")
    assert machine.status_code == 404
    assert machine["Content-Type"] == "application/problem+json"


def test_an_unregistered_lot_and_a_foreign_gtin(world: World) -> None:
    lot = Shopper().get(f"/01/{world.rice.gtin}/10/NOWHERE")
    assert lot.status_code == 404
    assert "chưa từng được đăng ký" in text_of(lot)
    foreign = Shopper().get("/01/" + number("0400638133393"), **HTML)
    assert foreign.status_code == 404
    assert "mã của đơn vị khác không có ở đây" in text_of(foreign)
    page = Shopper().get("/p/01/" + number("0400638133393"))
    assert page.status_code == 404
    assert "Hệ thống này không có mã này" in text_of(page)
    assert Shopper().get(f"/00/{number('40063810000000001')}").status_code == 404
    assert Shopper().get(f"/414/{number('400638100000')}").status_code == 404


def test_an_issued_serial_without_events(world: World) -> None:
    catalogue.issue_serials(by=None, product=world.paddy, count=1)
    serial = IssuedSerial.objects.get(product=world.paddy)
    answer = Shopper().get(serial.path)
    assert answer.status_code == 200
    assert "đã được cấp nhưng sổ chưa ghi sự kiện nào" in text_of(answer)
    assert "0/5 Chỉ có thông tin" in text_of(answer)


def test_an_issued_serial_has_the_journey_of_its_lot(world: World) -> None:
    catalogue.issue_serials(by=None, product=world.rice, lot=world.lot, count=1)
    serial = IssuedSerial.objects.get(product=world.rice)
    assert "Xưởng xay Yên Khánh" in text_of(Shopper().get(serial.path))


def test_a_lot_changed_on_the_label_is_noticed(world: World) -> None:
    catalogue.issue_serials(by=None, product=world.rice, lot=world.lot, count=1)
    serial = IssuedSerial.objects.get(product=world.rice)
    other = catalogue.register_lot(by=None, product=world.rice, number="KHAC-1")
    answer = Shopper().get(f"{other.path}/21/{serial.serial}")
    assert answer.status_code == 200
    assert "đã cấp cho lô NHC-0504" in text_of(answer)


def test_a_lot_changed_on_the_label_does_not_change_the_dates(world: World) -> None:
    old = catalogue.register_lot(
        by=None, product=world.rice, number="CU-2", produced_on=date(2020, 1, 1), best_before=date(2020, 6, 1)
    )
    catalogue.issue_serials(by=None, product=world.rice, lot=old, count=1)
    serial = IssuedSerial.objects.get(product=world.rice)
    said = text_of(Shopper().get(f"{world.lot.path}/21/{serial.serial}"))
    assert "Hạn dùng 01/06/2020" in said
    assert "Đã quá hạn dùng" in said
    assert "08/05/2027" not in said


def test_a_lot_that_nobody_packed_was_produced_not_packed(world: World) -> None:
    lot = catalogue.register_lot(by=None, product=world.rice, number="MOI-1", produced_on=date(2026, 5, 20))
    said = text_of(Shopper().get(lot.path))
    assert "Ngày sản xuất 20/05/2026 Đóng gói chưa có" in said
    told = Shopper().get(lot.path, HTTP_ACCEPT="application/ld+json").json()["@graph"][0]
    assert told["gs1:productionDate"] == "2026-05-20"
    assert "gs1:packagingDate" not in told


def test_a_packing_date_is_a_packing(world: World) -> None:
    lot = catalogue.register_lot(by=None, product=world.rice, number="MOI-2", produced_on=date(2026, 5, 20))
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"lv": "https://lienvung.vn/ns/"}]
    milled = build.transformation_event(
        time=BEGUN,
        biz_step="commissioning",
        input_quantities=[(f"{GS1}/01/{world.paddy.gtin}/10/THOC-1", 1, "KGM")],
        output_quantities=[(lot.uri, 1, "KGM")],
        ilmd={"lv:packDate": "2026-05-21"},
    )
    capture_events([milled], context=context)
    page = Shopper().get(lot.path)
    assert "Ngày sản xuất 20/05/2026 Đóng gói 21/05/2026" in text_of(page)
    assert '<li class="yes">✓ Đóng gói</li>' in page.content.decode()


def test_an_item_that_was_sold_says_when(world: World) -> None:
    sold, kept = (pack.removeprefix(GS1) for pack in (world.packs[-1], world.packs[0]))
    assert "lô này chưa bị thu hồi; đã bán 12/05/2026; quét lần đầu" in text_of(Shopper().get(sold))
    assert "sold on 12/05/2026" in text_of(Shopper().get(sold + "?lang=en"))
    assert "đã bán" not in text_of(Shopper().get(kept))
    assert "đã bán" not in text_of(Shopper().get(world.lot.path))


def test_the_maker_stands_with_its_own_place_and_the_goods_with_theirs(world: World) -> None:
    load_units()
    here, there = (AdminUnit.objects.get(level="province", code=code, valid_to=None) for code in ("37", "01"))
    Organisation.objects.filter(pk=world.grower.pk).update(unit=there)
    Product.objects.filter(pk=world.rice.pk).update(origin_unit=here)
    forget()
    said = text_of(Shopper().get(world.rice.path))
    assert re.search(r"Hợp tác xã Nếp Mẫu [^.]{0,20}Hà Nội Xuất xứ [^.]{0,20}Ninh Bình", said), said[:600]
    Organisation.objects.filter(pk=world.grower.pk).update(unit=here)
    forget()
    assert "Xuất xứ" not in text_of(Shopper().get(world.rice.path))


def test_goods_past_their_date_are_marked(world: World) -> None:
    old = catalogue.register_lot(
        by=None, product=world.rice, number="CU-1", produced_on=date(2020, 1, 1), best_before=date(2020, 6, 1)
    )
    assert "Đã quá hạn dùng" in text_of(Shopper().get(old.path))
    assert "Đã quá hạn dùng" not in text_of(Shopper().get(world.lot.path))


def test_a_malformed_code_names_its_fault(world: World) -> None:
    answer = Shopper().get("/01/08930000000018")
    assert answer.status_code == 400
    assert "số kiểm tra" in text_of(answer)
    assert "check digit" in text_of(Shopper().get("/01/08930000000018?lang=en"))
    machine = Shopper().get("/01/08930000000018", HTTP_ACCEPT="application/ld+json")
    assert machine.status_code == 400
    assert machine.json()["type"] == "urn:lienvung:problem:gs1.check_digit"


def test_place_container_and_product_pages(world: World) -> None:
    for path in (world.places["mill"].path, world.places["mill"].path + "/254/K1", world.rice.path + "/"):
        assert Shopper().get(path).status_code == 200, path
    case = Shopper().get("/00/" + number("18930000000000001"))
    assert case.status_code == 200
    assert "Quầy nông sản Cầu Giấy" in text_of(case)


def test_head_and_options_and_other_methods(world: World) -> None:
    client = Shopper()
    head = client.head(world.lot.path)
    assert head.status_code == 200
    assert head.content == b""
    options = client.options(world.lot.path)
    assert options.status_code == 204
    assert options["Access-Control-Allow-Origin"] == "*"
    assert options["Allow"] == "GET, HEAD, OPTIONS"
    assert client.post(world.lot.path).status_code == 405


def test_a_remembered_page_is_made_once_and_answers_304(world: World, monkeypatch) -> None:
    made: list[str] = []
    tell = views.story.tell
    monkeypatch.setattr(views.story, "tell", lambda address: made.append(address.path) or tell(address))
    client = Shopper()
    first = client.get(world.lot.path)
    second = client.get(world.lot.path, HTTP_IF_NONE_MATCH=first["ETag"])
    packed = client.get(world.lot.path, HTTP_ACCEPT_ENCODING="gzip, br")
    assert len(made) == 1
    assert (second.status_code, second.content) == (304, b"")
    assert second["ETag"] == first["ETag"]
    assert gzip.decompress(packed.content) == first.content
    assert "must-revalidate" in first["Cache-Control"]
    assert client.get(world.lot.path + "?lang=en").content != first.content


def test_a_captured_event_shows_in_the_next_answer(world: World) -> None:
    client = Shopper()
    before = text_of(client.get(world.pack_path))
    assert "Kiểm tra" not in before
    capture_events(
        [
            build.object_event(
                time=BEGUN.replace(month=8),
                action="OBSERVE",
                biz_step="inspecting",
                disposition="conformant",
                epcs=world.packs[:1],
                read_point=world.places["store"].uri,
                biz_location=world.places["store"].uri,
            )
        ]
    )
    assert "iểm tra" in text_of(client.get(world.pack_path))


def test_a_change_in_the_catalogue_shows_in_the_next_answer(world: World) -> None:
    client = Shopper()
    client.get(world.lot.path)
    catalogue.update_product(by=None, product=world.rice, name="Tên mới của gạo")
    assert "Tên mới của gạo" in text_of(client.get(world.lot.path))


def test_a_recalled_lot_bands_its_packs_in_the_next_answer(world: World) -> None:
    client = Shopper()
    assert "Đang bị thu hồi" not in text_of(client.get(world.pack_path))
    capture_events(
        [
            build.object_event(
                time=BEGUN.replace(month=9),
                action="OBSERVE",
                quantities=[(world.lot.uri, None, None)],
                persistent_set=["recalled"],
                extensions={"lv:publicText": {"lv:vi": "Lẫn cát, mang trả.", "lv:en": "Sand found, bring it back."}},
            )
        ],
        context=["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"lv": "https://lienvung.vn/ns/"}],
    )
    for path in (world.pack_path, world.lot.path):
        page = client.get(path)
        assert "Đang bị thu hồi Lẫn cát, mang trả." in text_of(page)
        assert "đang bị thu hồi: không dùng" in text_of(page)
        assert "chưa bị thu hồi" not in text_of(page)
        assert "Sand found" in text_of(client.get(path + "?lang=en"))
        assert "<title>THU HỒI" in page.content.decode()
    assert "Đang bị thu hồi" not in text_of(client.get(f"/01/{world.paddy.gtin}/10/THOC-1"))


def test_a_photo_goes_before_the_drawing_and_text_is_escaped(world: World) -> None:
    catalogue.update_product(by=None, product=world.rice, name='<b onclick="x">Gạo</b>')
    page = Shopper().get(world.rice.path).content.decode()
    assert "<b onclick" not in page
    assert "&lt;b onclick" in page


def test_an_uploaded_photo_is_asked_of_the_catalogue(world: World) -> None:
    Product.objects.filter(pk=world.rice.pk).update(image="products/gao.png")
    forget()
    for path in (world.rice.path, f"{world.rice.path}/21/INVENTED01"):
        page = Shopper().get(path).content.decode()
        assert f'<img src="/catalogue/{world.rice.pk}/picture"' in page
        assert "/media/" not in page


def test_whom_to_call_and_where_it_comes_from(world: World) -> None:
    load_units()
    ninh_binh = AdminUnit.objects.get(level="province", code="37", valid_to=None)
    Organisation.objects.filter(pk=world.authority.pk).update(unit=ninh_binh, phone="0229 111 222")
    Organisation.objects.filter(pk=world.grower.pk).update(unit=ninh_binh)
    forget()
    seen = text_of(Shopper().get(world.lot.path))
    assert "Chi cục Mẫu : 0229 111 222" in seen or "Chi cục Mẫu: 0229 111 222" in seen
    assert "Ninh Bình" in seen


def test_a_lot_with_a_slash_in_its_number(world: World) -> None:
    catalogue.register_lot(by=None, product=world.rice, number="A/1+B")
    for path in (f"/01/{world.rice.gtin}/10/A%2F1%2BB", f"/01/{world.rice.gtin}/10/A/1+B"):
        answer = Shopper().get(path)
        assert answer.status_code == 200, path
        assert "lô A/1+B" in text_of(answer)


def test_events_of_a_serial_in_other_spellings_are_found(world: World) -> None:
    serial = "URN5PELLED"
    body = world.rice.gtin
    urn = f"urn:epc:id:sgtin:{body[1:8]}.{body[0]}{body[8:13]}.{serial}"
    capture_events(
        [build.object_event(time=BEGUN, action="ADD", biz_step="commissioning", epcs=[urn], disposition="active")]
    )
    assert Shopper().get(f"/01/{world.rice.gtin}/21/{serial}").status_code == 200
    assert GS1
