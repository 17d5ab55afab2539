"""The story's data files: valid codes, known references, every invented record marked, no real dealings."""

from __future__ import annotations

from pathlib import Path

import pytest

from lienvung.demo.data import FOLDER, DemoData, load
from lienvung.errors import NotFound
from lienvung.gs1 import check_digit

STATIC = Path(__file__).resolve().parents[2] / "src" / "lienvung" / "scan" / "static" / "scan" / "products"
REAL_NAMES = ("Fivimart", "An Việt", "Thủy Tới", "Hải Thơm", "Á Châu", "Kim Anh", "Thành Long")


@pytest.fixture(scope="module")
def data() -> DemoData:
    return load()


def test_the_cast_has_its_size(data: DemoData) -> None:
    assert (len(data.firms), len(data.sites), len(data.items)) == (35, 87, 40)
    assert {item.row for item in data.items.values()} == set(range(16))


def test_every_code_is_valid_and_of_its_owner(data: DemoData) -> None:
    for firm in data.firms.values():
        if firm.gln:
            assert firm.gln[:-1].startswith(firm.company_prefix)
            assert check_digit(firm.gln[:-1]) == firm.gln[-1]
    for site in data.sites.values():
        assert len(site.gln) == 13
        assert site.gln.startswith(data.firms[site.owner].company_prefix)
        assert check_digit(site.gln[:-1]) == site.gln[-1]
    for item in data.items.values():
        assert len(item.gtin) == 14
        assert item.gtin[1:].startswith(data.firms[item.owner].company_prefix)
        assert check_digit(item.gtin[:-1]) == item.gtin[-1]


def test_no_code_is_given_twice(data: DemoData) -> None:
    glns = [site.gln for site in data.sites.values()] + [firm.gln for firm in data.firms.values() if firm.gln]
    assert len(glns) == len(set(glns))
    assert len({item.gtin for item in data.items.values()}) == len(data.items)
    prefixes = [firm.company_prefix for firm in data.firms.values() if firm.company_prefix]
    assert len(prefixes) == len(set(prefixes))
    assert all(prefix.startswith("8930000") for prefix in prefixes)


def test_every_invented_record_is_marked(data: DemoData) -> None:
    for record in (*data.firms.values(), *data.sites.values(), *data.items.values()):
        assert record.illustrative or record.key == "gs1_examples", record.key
    for firm in data.firms.values():
        assert firm.key == "gs1_examples" or ("Minh Hoạ" in firm.name or "minh hoạ" in firm.name), firm.name
        assert firm.key == "gs1_examples" or "dữ liệu minh hoạ" in firm.note
    for name in ("organisations.toml", "places.toml", "products.toml", "story.toml", "agreement_2026_2030.toml"):
        assert (
            "minh hoạ"
            in (FOLDER / name).read_text(encoding="utf-8").splitlines()[1]
            + (FOLDER / name).read_text(encoding="utf-8").splitlines()[0]
        )


def test_no_real_company_is_named() -> None:
    """In what is invented. The article's agreement is fact, and names who its sources name (test_agreement_demo)."""
    sourced = FOLDER / "agreement_2015_2020.toml"
    assert "illustrative = false" in sourced.read_text(encoding="utf-8")
    for path in set(FOLDER.glob("*.toml")) - {sourced}:
        text = path.read_text(encoding="utf-8")
        assert not [name for name in REAL_NAMES if name in text], path.name


def test_places_lie_where_they_say(data: DemoData) -> None:
    for site in data.sites.values():
        hanoi = "Hà Nội" in site.address
        assert (20.8 < site.lat < 21.1 and 105.6 < site.lon < 106.0) if hanoi else (19.9 < site.lat < 20.5), site.key
        assert hanoi or 105.6 < site.lon < 106.25, site.key
        assert site.district_2019.startswith(("huyện", "thành phố", "quận"))


def test_pictures_are_drawn(data: DemoData) -> None:
    shown = [item for item in data.items.values() if item.row]
    assert all((STATIC / f"{item.picture}.svg").is_file() for item in shown)
    assert {item.picture for item in data.items.values() if not item.row} == {""}


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as told:
        load(tmp_path)
    assert told.value.code == "demo.no_data"
