"""What the ledger knows of goods at an organisation's places: in stock, in boxes; and codes read.

resolve("…", organisation)    from what was scanned or typed to one thing
take(parts, organisation)     goods that a task uses: they must be here; doubts where more goes out than is left
stock_lines(organisation)     what is at its places, with what is left
announced(organisation)       shipments told by their senders that nobody has received
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from lienvung.catalogue.access import lots_named, packed, place_of_gln, places
from lienvung.catalogue.words import unit
from lienvung.errors import Invalid
from lienvung.field import rules
from lienvung.field.rules import PIECES, Doubt, Part
from lienvung.gs1 import canonical_uri
from lienvung.ledger.holds import held, name_of
from lienvung.ledger.identifiers import candidates
from lienvung.ledger.stock import Stock, inside, stock_at, stock_of
from lienvung.ledger.trace import kind_of
from lienvung.lineage.states import STATE_TEXTS
from lienvung.people.models import Organisation
from lienvung.texts import Text

SEPARATORS = str.maketrans(",.", ".,")  # of numbers, from English to Vietnamese


@dataclass(frozen=True, slots=True)
class Line:
    """Goods in a list: one part of a lot, or a thing with a code of its own. `inside`: how many things a box holds."""

    uri: str
    name: Text
    kind: str
    amount: Decimal | None
    uom: str
    place: str | None
    state: Any
    held: bool
    inside: int = 0
    packs: bool = False  # counted in packs

    @property
    def unit(self) -> Text:
        return unit(self.uom, packed=self.packs)

    @property
    def path(self) -> str:
        return self.uri.removeprefix("https://id.gs1.org/")

    @property
    def state_text(self) -> Text:
        return STATE_TEXTS[self.state]


def place_uris(organisation: Organisation) -> set[str]:
    return {place.uri for place in places(owner=organisation)}


def in_packs(uris: Iterable[str]) -> set[str]:
    """Those lots whose products are packs of a mass or volume."""
    gtins = {uri: parts[0] for uri in uris if (parts := lot_parts(uri))}
    found = packed(set(gtins.values()))
    return {uri for uri, gtin in gtins.items() if gtin in found}


def words_of(uri: str) -> Text:
    """Goods in words."""
    if kind_of(uri) == "logistic":
        number = uri.rsplit("/", 1)[-1]
        return Text(f"thùng, pa-lét {number}", f"case or pallet {number}")
    return Text(*name_of(uri))


# --- codes ---------------------------------------------------------------------------------------


def resolve(text: str, organisation: Organisation, *, path: str = "things") -> str:
    """One thing, from a Digital Link, (01)…(10)…, an SSCC, a lot number or a GTIN. Raises Invalid with a remedy."""
    typed = text.strip()
    if not typed:
        raise Invalid("field.code_missing", vi="Chưa nhập mã hàng.", en="The code is missing.", path=path)
    try:
        found = [uri for uri in candidates(typed) if kind_of(uri) not in ("place", "other")]
    except Invalid:
        found = []
    exact = [uri for uri in found if kind_of(uri) != "class"]
    if exact:
        return exact[0]
    here = [part.uri for part in stock_at(place_uris(organisation))]
    if found:  # a product only: its lot in stock, if there is but one
        meant = {uri for uri in here if any(uri.startswith(f"{one}/10/") for one in found)}
        return _one(meant, typed, path)
    meant = {uri for uri in here if uri.rpartition("/10/")[2].casefold() == typed.casefold() and "/10/" in uri}
    return _one(meant or {lot.uri for lot in lots_named(typed)[:5]}, typed, path)


def _one(meant: Collection[str], typed: str, path: str) -> str:
    if len(meant) == 1:
        return next(iter(meant))
    if meant:
        raise Invalid(
            "field.code_unclear",
            vi=f"Mã “{typed}” khớp nhiều lô. Hãy quét mã trên nhãn, hoặc chọn lô trong danh sách.",
            en=f"The code “{typed}” fits several lots. Scan the label, or choose the lot from the list.",
            path=path,
        )
    raise Invalid(
        "field.code_unknown",
        vi=f"Không nhận ra mã “{typed}”. Hãy quét lại, hoặc gõ mã in trên nhãn: (01)…(10)… hoặc số lô.",
        en=f"The code “{typed}” is not known. Scan again, or type what the label says: (01)…(10)… or the lot number.",
        path=path,
    )


# --- goods that a task uses ----------------------------------------------------------------------


def take(parts: Sequence[Part], organisation: Organisation, *, path: str) -> tuple[list[Part], list[Doubt]]:
    """The parts with their units, and doubts; Invalid where goods are not at the organisation's places."""
    rules.check_parts(parts, path=path)
    own = place_uris(organisation)
    taken: list[Part] = []
    doubts: list[Doubt] = []
    for part in parts:
        uri = canonical_uri(part.uri)
        here = [each for each in stock_of([uri]) if each.here and each.place in own]
        if kind_of(uri) in ("lot", "class"):
            one, doubt = _amount_of(part, uri, here, path)
            doubts += [doubt] if doubt else []
        else:
            if not here:
                raise not_here(uri, path)
            one = Part(uri)
        taken.append(one)
    rules.check_parts(taken, path=path)
    return taken, doubts


def _amount_of(part: Part, uri: str, here: Sequence[Stock], path: str) -> tuple[Part, Doubt | None]:
    if kind_of(uri) == "class":
        raise Invalid(
            "field.lot_missing",
            vi="Mã này chỉ là mã sản phẩm. Hãy nhập thêm số lô.",
            en="This code names the product only. Enter the lot number too.",
            path=path,
        )
    free = [each for each in here if each.holder is None]
    if not free:
        boxed = next((each.holder for each in here if each.holder), None)
        raise in_box(uri, boxed, path) if boxed else not_here(uri, path)
    units, packs = {each.uom or PIECES for each in free}, bool(in_packs([uri]))
    uom = part.uom or (next(iter(units)) if len(units) == 1 else "")
    if uom not in units:
        known = [unit(u, packed=packs) for u in sorted(units)]
        listed = Text(", ".join(each.vi for each in known), ", ".join(each.en for each in known))
        raise Invalid(
            "field.unit",
            vi=f"{words_of(uri).vi} tính bằng {listed.vi}. Hãy chọn đúng đơn vị đo.",
            en=f"{words_of(uri).en} is counted in {listed.en}. Choose that unit.",
            path=path,
        )
    amount = rules.check_amount(part.amount, path=path)
    told = [each.amount for each in free if (each.uom or PIECES) == uom]
    left = sum((Decimal(str(each)) for each in told if each is not None), Decimal(0))
    doubt = (
        None if None in told else rules.too_much(words_of(uri), wanted=amount, left=left, unit=unit(uom, packed=packs))
    )
    return Part(uri, amount, uom), doubt


def not_here(uri: str, path: str) -> Invalid:
    name = words_of(uri)
    return Invalid(
        "field.not_here",
        vi=f"{name.vi} không có ở các nơi của đơn vị bạn. Nếu hàng đã về, hãy ghi “Nhận hàng” hoặc “Mua vào” trước.",
        en=f"{name.en} is not at your organisation's places. If it has come in, record “Receive” or “Buy in” first.",
        path=path,
    )


def in_box(uri: str, box: str, path: str) -> Invalid:
    name, holder = words_of(uri), words_of(box)
    return Invalid(
        "field.in_box",
        vi=f"{name.vi} đang ở trong {holder.vi}. Hãy quét mã của thùng, hoặc mở thùng khi nhận hàng.",
        en=f"{name.en} is inside {holder.en}. Scan the case's code, or open it when you receive it.",
        path=path,
    )


def opened(parts: Sequence[Part]) -> tuple[list[str], list[Part]]:
    """Boxes among the goods, opened down to what is inside: the boxes in their order, and the goods without them."""
    boxes: list[str] = []
    loose: list[Part] = []
    waiting = list(parts)
    while waiting and len(boxes) < rules.MOST_PARTS:
        part = waiting.pop(0)
        contents = inside(part.uri) if kind_of(part.uri) == "logistic" else []
        if not contents:
            loose.append(part)
            continue
        boxes.append(part.uri)
        waiting += [as_part(each) for each in contents if each.here or each.state.word == "in_transit"]
    return boxes, joined(loose)


def as_part(part: Stock) -> Part:
    if part.kind not in ("lot", "class"):
        return Part(part.uri)
    return Part(part.uri, None if part.amount is None else Decimal(str(part.amount)), part.uom or PIECES)


def joined(parts: Iterable[Part]) -> list[Part]:
    """The same lot in the same unit once."""
    found: dict[tuple[str, str], Part] = {}
    for part in parts:
        key = (part.uri, part.uom)
        known = found.get(key)
        if known is not None and known.amount is not None and part.amount is not None:
            part = part._replace(amount=known.amount + part.amount)
        found[key] = part
    return list(found.values())


# --- lists ---------------------------------------------------------------------------------------


def stock_lines(organisation: Organisation, *, at: str | None = None) -> list[Line]:
    """What is at the organisation's places (or at one), boxes with how much they hold, held goods marked."""
    found = stock_at({at} if at else place_uris(organisation))
    boxed: dict[str, int] = {}
    for each in found:
        if each.holder:
            boxed[each.holder] = boxed.get(each.holder, 0) + 1
    return _lines([each for each in found if each.holder is None], boxed)


def _lines(found: Sequence[Stock], boxed: dict[str, int]) -> list[Line]:
    stopped, packs = held({each.uri for each in found}), in_packs({each.uri for each in found})
    return [
        Line(
            each.uri, words_of(each.uri), each.kind,
            None if each.kind not in ("lot", "class") or each.amount is None else Decimal(str(each.amount)),
            each.uom or PIECES, each.place, each.state, each.uri in stopped, boxed.get(each.uri, 0),
            each.uri in packs,
        )
        for each in found
    ]  # fmt: skip


def place_name(uri: str | None) -> Text:
    place = place_of_gln(uri.rsplit("/", 1)[-1]) if uri else None
    return Text(place.name, place.name_en or place.name) if place else Text("", "")


def unheard_of(uri: str, path: str) -> Invalid:
    name = words_of(uri)
    return Invalid(
        "field.unheard_of",
        vi=f"Sổ chưa có sự kiện nào về {name.vi}. Hãy kiểm tra mã, hoặc ghi “Mua vào” với lô mới.",
        en=f"The ledger has no event about {name.en}. Check the code, or record “Buy in” with a new lot.",
        path=path,
    )


def lot_parts(uri: str) -> tuple[str, str] | None:
    """GTIN and number of a lot's URI."""
    parts = uri.removeprefix("https://id.gs1.org/").split("/")
    return (parts[1], unquote(parts[3])) if len(parts) == 4 and parts[0] == "01" and parts[2] == "10" else None


def quoted(text: str) -> str:
    return quote(text, safe="")


def amount_words(amount: str | None, uom: str, uri: str = "") -> Text:
    """An amount as it was told, of the lot `uri`; empty for a thing with a code of its own."""
    if amount is None:
        return Text("", "")
    named = unit(uom, packed=bool(uri and in_packs([uri]))) if uom else Text("", "")
    en = f"{Decimal(amount):,f}"
    return Text(f"{en.translate(SEPARATORS)} {named.vi}".strip(), f"{en} {named.en}".strip())


def lines_of(uri: str, organisation: Organisation) -> list[Line]:
    """What there is of one lot at the organisation's places."""
    own = place_uris(organisation)
    return _lines([each for each in stock_of([uri]) if each.here and each.place in own and each.holder is None], {})
