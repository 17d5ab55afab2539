"""Units with their dates: the counts of 1/7/2025, splits, reused codes, names however they are spelt."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from lienvung.audit.models import Act
from lienvung.errors import Conflict, NotFound
from lienvung.territory import access, geometry, rules
from lienvung.territory.access import convert, describe, unit_at, units_on
from lienvung.territory.actions import load_units
from lienvung.territory.models import AdminUnit, Successor

STORY = date(2019, 4, 16)
BEFORE = date(2025, 6, 30)
MERGER = date(2025, 7, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(db):
    load_units()


def communes(province: str, on: date) -> set[str]:
    found = units_on(on, level="commune").filter(parent__code=province, parent__level="province")
    below = units_on(on, level="commune").filter(parent__parent__code=province)
    return {str(unit.pk) for unit in [*found, *below]}


@pytest.mark.parametrize(
    ("province", "day", "count"),
    [
        ("01", BEFORE, 526),
        ("01", MERGER, 126),
        ("37", BEFORE, 125),
        ("35", BEFORE, 98),
        ("36", BEFORE, 175),
        ("37", MERGER, 129),
        ("35", MERGER, 0),
        ("36", MERGER, 0),
    ],
)
def test_communes_counted(units, province, day, count):
    assert len(communes(province, day)) == count


def test_provinces_counted(units):
    assert units_on(BEFORE, level="province").count() == 63
    assert units_on(STORY, level="province").count() == 63
    assert units_on(MERGER, level="province").count() == 34
    assert not units_on(MERGER, level="district").exists()


@pytest.mark.parametrize(("province", "story", "last"), [("01", 30, 30), ("37", 8, 7), ("35", 6, 6), ("36", 10, 9)])
def test_districts_counted(units, province, story, last):
    assert units_on(STORY, level="district").filter(parent__code=province).count() == story
    assert units_on(BEFORE, level="district").filter(parent__code=province).count() == last


def test_splits_counted(units):
    def split(*provinces):
        parts = Successor.objects.filter(share="part", old__parent__parent__code__in=provinces)
        return parts.values("old").distinct().count()

    assert split("01") == 199
    assert split("35", "36", "37") == 6


def test_a_split_is_into_several_and_a_whole_into_one(units):
    going: dict[object, list[str]] = {}
    for old, share in Successor.objects.values_list("old", "share"):
        going.setdefault(old, []).append(share)
    for shares in going.values():
        assert shares == ["whole"] or (set(shares) == {"part"} and len(shares) > 1)


def test_every_ended_commune_and_province_goes_on(units):
    ended = AdminUnit.objects.filter(valid_to__isnull=False).exclude(level="district")
    assert ended.count() == 924 + 52 + 1
    for unit in ended.filter(level="province"):
        assert convert(unit, on=MERGER).unit is not None
    assert not ended.filter(successors__isnull=True).exists()
    assert not units_on(MERGER, level="commune").filter(predecessors__isnull=True).exists()


def test_every_successor_begins_the_day_the_old_one_ends(units):
    for pair in Successor.objects.select_related("old", "new"):
        assert pair.old.valid_to == pair.new.valid_from or pair.new.valid_from < pair.old.valid_to == MERGER
        assert pair.old.level == pair.new.level


def test_loading_again_changes_nothing(units):
    before = list(AdminUnit.objects.order_by("pk").values())
    pairs = Successor.objects.count()
    load_units()
    assert list(AdminUnit.objects.order_by("pk").values()) == before
    assert Successor.objects.count() == pairs
    assert Act.objects.filter(action="territory.load_units").count() == 1


def test_loading_mends_a_changed_row(units):
    AdminUnit.objects.filter(code="37", valid_to__isnull=True).update(name="x")
    load_units()
    assert unit_at("37").name == "Tỉnh Ninh Bình"


def test_code_37_is_two_units(units):
    old, new = unit_at("37", on=BEFORE), unit_at("37", on=MERGER)
    assert old.pk != new.pk
    assert old.name == new.name == "Tỉnh Ninh Bình"
    assert {pair.old.name for pair in new.predecessors.all()} == {"Tỉnh Ninh Bình", "Tỉnh Hà Nam", "Tỉnh Nam Định"}


def test_the_key_is_unique(units):
    unit = unit_at("37")
    with pytest.raises(IntegrityError), transaction.atomic():
        AdminUnit.objects.create(code="37", level="province", valid_from=unit.valid_from, name="x", name_en="x")


@pytest.mark.parametrize("text", ["Kim Sơn", "kim son", "HUYỆN KIM SƠN", "Huyen Kim Son", "376"])
def test_a_name_is_found_however_it_is_written(units, text):
    assert unit_at(text, on=STORY).name == "Huyện Kim Sơn"


@pytest.mark.parametrize("text", ["Yên Hòa", "Yên Hoà"])
def test_tone_placing_does_not_matter(units, text):
    assert unit_at(text).code == "00175"


def test_exact_marks_tell_like_names_apart(units):
    names = [unit.short_name for unit in units_on(BEFORE, level="commune")]
    plain = {}
    for name in names:
        plain.setdefault(rules.without_marks(name), set()).add(name)
    twins = next(pair for pair in plain.values() if len(pair) == 2 and all(names.count(n) == 1 for n in pair))
    for name in twins:
        assert unit_at(name, on=BEFORE, level="commune").short_name == name


def test_the_units_of_2019(units):
    for name in ["Thành phố Ninh Bình", "Huyện Hoa Lư", "Nho Quan", "Gia Viễn", "Yên Khánh", "Yên Mô", "Tam Điệp"]:
        found = unit_at(name, on=STORY, level="district")
        assert found.parent == unit_at("Ninh Bình", on=STORY, level="province")
    assert unit_at("Hoa Lư", on=date(2025, 3, 1), level="district").name == "Thành phố Hoa Lư"


def test_no_unit_and_several_units_are_told(units):
    with pytest.raises(NotFound):
        unit_at("Kim Sơn huyền thoại")
    with pytest.raises(NotFound):  # the registry does not guess what it does not record
        unit_at("Cồn Thoi", on=STORY, level="commune")
    with pytest.raises(Conflict) as told:
        unit_at(a_double(), on=BEFORE, level="commune")
    assert "Tỉnh" in told.value.vi or "Thành phố" in told.value.vi


def a_double():
    names = list(units_on(BEFORE, level="commune").values_list("short_name", flat=True))
    return next(name for name in names if names.count(name) > 1)


def test_within_narrows(units):
    district = unit_at("Nho Quan", on=BEFORE, level="district")
    assert unit_at("Cúc Phương", on=BEFORE, within=district).parent == district
    with pytest.raises(NotFound):
        unit_at("Cúc Phương", on=BEFORE, within=unit_at("Kim Sơn", on=BEFORE, level="district"))


def test_convert_whole_split_district_and_unchanged(units):
    whole = unit_at("Cồn Thoi", on=BEFORE, level="commune")
    assert convert(whole, on=MERGER).unit.name == "Xã Bình Minh"
    split = Successor.objects.filter(share="part", old__parent__parent__code="01").first().old
    assert convert(split, on=MERGER).unit is None
    assert len(convert(split, on=MERGER).candidates) > 1
    district = unit_at("Kim Sơn", on=STORY, level="district")
    reached = convert(district, on=MERGER).candidates
    assert len(reached) > 1
    assert {unit.parent.name for unit in reached} == {"Tỉnh Ninh Bình"}
    capital = unit_at("Hà Nội", on=STORY)
    assert convert(capital, on=MERGER).unit == capital
    hue = unit_at("46", on=STORY)
    assert convert(hue, on=MERGER).unit.name == "Thành phố Huế"
    assert convert(unit_at("Thành phố Ninh Bình", on=STORY), on=date(2025, 2, 1)).unit.name == "Thành phố Hoa Lư"


def test_describe_speaks_for_the_day(units):
    old = unit_at("Cồn Thoi", on=BEFORE, level="commune")
    assert describe(old, on=BEFORE).vi == "Xã Cồn Thoi, Huyện Kim Sơn, Tỉnh Ninh Bình"
    assert describe(old, on=MERGER).vi.endswith("(cũ; nay là Xã Bình Minh, Tỉnh Ninh Bình)")
    assert "former; now Binh Minh Commune" in describe(old, on=MERGER).en
    split = Successor.objects.filter(share="part", old__parent__parent__code="01").first().old
    assert "một trong" in describe(split, on=MERGER).vi
    assert describe(unit_at("37", on=BEFORE), on=MERGER).vi == "Tỉnh Ninh Bình"
    assert describe(unit_at("36", on=BEFORE), on=MERGER).vi == "Tỉnh Nam Định (cũ; nay là Tỉnh Ninh Bình)"
    assert "communes" in describe(unit_at("Kim Sơn", on=STORY), on=MERGER).en


def test_points_lie_in_viet_nam(units):
    without = AdminUnit.objects.filter(lat__isnull=True).values_list("name", flat=True)
    assert len(without) <= 7
    for lat, lon in AdminUnit.objects.filter(lat__isnull=False).values_list("lat", "lon"):
        assert 8 < lat < 24
        assert 102 < lon < 110


def test_search_for_pickers(units):
    assert "Xã Kim Sơn" in [unit.name for unit in access.search_units("kim son ninh binh")]
    assert access.search_units("khong co dau") == []


def test_outlines_are_small_closed_and_sourced():
    assert access.OUTLINES.stat().st_size <= 30_000
    drawn = access.outlines()
    assert "Natural Earth" in drawn["source"]
    assert {island["name"] for island in drawn["islands"]} == {"Hoàng Sa (Việt Nam)", "Trường Sa (Việt Nam)"}
    assert set(access.NINH_BINH_NOW) < set(drawn["provinces"])
    for ring in [*drawn["country"], *(r for p in drawn["provinces"].values() for r in p["rings"])]:
        assert ring[0] == ring[-1]
        assert len(ring) >= 4


def square_km(rings) -> float:
    total = 0.0
    for ring in rings:
        width = math.cos(math.radians(ring[0][1])) * 111.32
        total += sum((x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairwise(ring)) / 2 * width * 110.57
    return abs(total)


def test_outlines_have_about_the_right_size():
    provinces = access.outlines()["provinces"]
    assert square_km(provinces["ha-noi"]["rings"]) == pytest.approx(3320, rel=0.03)
    now = sum(square_km(provinces[name]["rings"]) for name in access.NINH_BINH_NOW)
    assert now == pytest.approx(3761, rel=0.03)
    assert square_km(access.outlines()["country"][:1]) == pytest.approx(328_000, rel=0.05)


def test_most_centres_of_old_communes_fall_into_their_province(units):
    provinces = access.outlines()["provinces"]
    for outline in provinces.values():
        points = (
            units_on(BEFORE, level="commune").filter(parent__parent__code=outline["code"]).values_list("lon", "lat")
        )
        within = sum(geometry.inside(point, outline["rings"]) for point in points)
        assert within / len(points) > 0.85


def test_islands_are_off_the_coast_of_the_outline():
    for island in access.outlines()["islands"]:
        assert not geometry.inside((island["lon"], island["lat"]), access.outlines()["country"])


def test_stitching_gives_the_outline_of_a_union():
    # two unit squares that share the arc from (1,0) to (1,1)
    topology = {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [[[1, 0], [0, 1]], [[1, 1], [-1, 0], [0, -1], [1, 0]], [[1, 0], [1, 0], [0, 1], [-1, 0]]],
    }
    left = {"type": "Polygon", "arcs": [[0, 1]]}
    right = {"type": "Polygon", "arcs": [[2, -1]]}
    (ring,) = geometry.topology_rings(topology, [left, right], border_only=True)
    assert set(ring) == {(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1)}
    assert ring[0] == ring[-1]
    assert geometry.inside((1.5, 0.5), [ring])


def test_simplify_drops_only_what_is_near():
    ring = [(0.0, 0.0), (1.0, 0.001), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0), (0.0, 0.0)]
    assert (1.0, 0.001) not in geometry.simplify(ring, tolerance=0.01)
    assert (1.0, 0.001) in geometry.simplify(ring, tolerance=0.0001)


def test_unit_ids_are_the_same_everywhere(units):
    assert unit_at("37").pk == rules.unit_id("province", "37", "2025-07-01")
    assert str(rules.unit_id("province", "37", "2025-07-01")) == "9cd53062-dacc-57f1-a0ea-17224596b7c1"
