"""Read the data files of the folder `demo/` beside the source: who, where, what, and the story's parameters."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lienvung.errors import NotFound

FOLDER = Path(os.environ.get("LIENVUNG_DEMO_DATA", Path(__file__).resolve().parents[3] / "demo"))


@dataclass(frozen=True, slots=True)
class Firm:
    """An organisation of the story; `prefix` is its GS1 company prefix ('' for those without identifiers)."""

    key: str
    name: str
    name_en: str
    kind: str
    unit: str
    address: str
    note: str
    illustrative: bool
    company_prefix: str = ""
    gln: str = ""
    commune_2019: str = ""
    district_2019: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A place of business; `lat`, `lon` in WGS 84 degrees, `unit` the commune's code since 1/7/2025."""

    key: str
    owner: str
    gln: str
    name: str
    name_en: str
    kind: str
    lat: float
    lon: float
    unit: str
    address: str
    illustrative: bool
    commune_2019: str = ""
    district_2019: str = ""

    @property
    def uri(self) -> str:
        return f"https://id.gs1.org/414/{self.gln}"


@dataclass(frozen=True, slots=True)
class Item:
    """A product; `row` is its row in the table of fifteen (0: a material), `net_content` in `unit_of_measure`."""

    key: str
    row: int
    owner: str
    gtin: str
    name: str
    name_en: str
    kind: str
    brand: str
    unit_of_measure: str
    picture: str
    origin_unit: str
    description: str
    standards: str
    illustrative: bool
    net_content: int | None = None
    shelf_life_days: int | None = None

    @property
    def uom(self) -> str | None:
        """Unit in which lots are counted in events: None counts packs (EPCIS 2.0, 7.3.3.3), else KGM."""
        return None if self.net_content is not None else self.unit_of_measure


@dataclass(frozen=True, slots=True)
class DemoData:
    """All that the files say."""

    firms: dict[str, Firm]
    sites: dict[str, Site]
    items: dict[str, Item]
    story: dict[str, Any] = field(default_factory=dict)


def certificate_number(item: Item) -> str:
    """The number under which events name the product's certificate, and the room of certificates keeps it."""
    return f"MH-{item.gtin[8:13]}"


def load(folder: Path = FOLDER) -> DemoData:
    """Read the four files. NotFound where the folder is missing (an installed package carries no story)."""
    if not (folder / "story.toml").is_file():
        raise NotFound(
            "demo.no_data",
            vi=f"không thấy dữ liệu mẫu ở {folder}; chạy từ bản mã nguồn đầy đủ.",
            en=f"no demo data in {folder}; run from a full checkout.",
        )
    return DemoData(
        firms={row["key"]: Firm(**row) for row in _rows(folder / "organisations.toml", "organisation")},
        sites={row["key"]: Site(**row) for row in _rows(folder / "places.toml", "place")},
        items={row["key"]: Item(**row) for row in _rows(folder / "products.toml", "product")},
        story=_read(folder / "story.toml"),
    )


def agreement_file(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """What a file tells of one agreement and its results."""
    return _read(folder / name)


def _rows(path: Path, name: str) -> list[dict[str, Any]]:
    rows = _read(path)[name]
    assert isinstance(rows, list)
    return rows


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        return tomllib.load(stream)
