"""The words for kinds of products and places, and for units, in both languages."""

from __future__ import annotations

from typing import Final

from lienvung.texts import Text

PRODUCT_KINDS: Final[dict[str, Text]] = {
    "rice": Text("Gạo", "Rice"),
    "vegetable": Text("Rau, củ", "Vegetables"),
    "fruit": Text("Quả tươi", "Fresh fruit"),
    "canned fruit": Text("Quả đóng hộp", "Canned fruit"),
    "meat": Text("Thịt", "Meat"),
    "fish": Text("Cá", "Fish"),
    "shellfish": Text("Ngao, nhuyễn thể", "Shellfish"),
    "mushroom": Text("Nấm", "Mushrooms"),
    "honey": Text("Mật ong", "Honey"),
    "tea": Text("Trà", "Tea"),
    "drink": Text("Đồ uống", "Drinks"),
    "snack": Text("Món ăn liền", "Snacks"),
    "ferment": Text("Đồ lên men", "Fermented food"),
    "paddy": Text("Thóc", "Paddy"),
    "bulk rice": Text("Gạo rời", "Bulk rice"),
    "bulk drink": Text("Đồ uống rời", "Bulk drink"),
    "bulk ferment": Text("Đồ lên men rời", "Bulk ferment"),
    "bulk honey": Text("Mật ong rời", "Bulk honey"),
    "ingredient": Text("Nguyên liệu", "Ingredients"),
    "substrate": Text("Giá thể", "Substrate"),
    "harvest": Text("Hàng vừa thu hoạch", "Harvest"),
    "catch": Text("Hàng vừa đánh bắt", "Catch"),
    "other": Text("Loại khác", "Other"),
}
# What a shop sells; the others are materials on the way to it.
SOLD: Final = tuple(PRODUCT_KINDS)[: tuple(PRODUCT_KINDS).index("paddy")]

PLACE_KINDS: Final[dict[str, Text]] = {
    "field": Text("Ruộng, vườn", "Field"),
    "pond": Text("Ao, đầm, bãi nuôi", "Pond or bed"),
    "apiary": Text("Trại ong", "Apiary"),
    "farm": Text("Trang trại", "Farm"),
    "mill": Text("Nhà máy xay xát", "Mill"),
    "factory": Text("Xưởng chế biến", "Factory"),
    "packhouse": Text("Nhà sơ chế, đóng gói", "Packhouse"),
    "slaughterhouse": Text("Cơ sở giết mổ", "Slaughterhouse"),
    "warehouse": Text("Kho", "Warehouse"),
    "distribution_centre": Text("Trung tâm phân phối", "Distribution centre"),
    "store": Text("Cửa hàng", "Store"),
    "laboratory": Text("Phòng kiểm nghiệm", "Laboratory"),
    "office": Text("Văn phòng", "Office"),
    "other": Text("Nơi khác", "Other place"),
}
# UN/CEFACT Recommendation 20 codes offered in forms
UNITS: Final[dict[str, Text]] = {
    "KGM": Text("kg", "kg"),
    "GRM": Text("g", "g"),
    "TNE": Text("tấn", "tonnes"),
    "LTR": Text("lít", "litres"),
    "MLT": Text("ml", "ml"),
    "H87": Text("cái, con", "pieces"),
}
PIECES: Final = frozenset({"", "EA", "H87", "C62"})  # codes of what is counted; '' = EPCIS 2.0, QuantityElement
PACK: Final = "XPK"
PACKS: Final = Text("gói", "packs")


ACTS: Final[dict[str, Text]] = {
    "catalogue.register_product": Text("Đăng ký sản phẩm", "Registered a product"),
    "catalogue.update_product": Text("Sửa sản phẩm", "Changed a product"),
    "catalogue.register_lot": Text("Đăng ký lô", "Registered a lot"),
    "catalogue.register_place": Text("Đăng ký địa điểm", "Registered a place"),
    "catalogue.issue_labels": Text("In nhãn", "Printed labels"),
    "catalogue.issue_serials": Text("Cấp số sê-ri và in nhãn", "Issued serials and labels"),
    "catalogue.mark_reprint": Text("In lại nhãn", "Reprinted labels"),
    "labels.download": Text("Tải tờ nhãn", "Downloaded a sheet of labels"),
}


def product_kind(value: str) -> Text:
    return PRODUCT_KINDS.get(value, Text(value, value))


def place_kind(value: str) -> Text:
    return PLACE_KINDS.get(value, Text(value, value))


def unit(code: str, *, packed: bool = False) -> Text:
    """`packed`: the goods are packs of a mass or volume (`access.packed`), which are counted as packs."""
    if code == PACK or (packed and code in PIECES):
        return PACKS
    return UNITS.get(code, Text(code, code))
