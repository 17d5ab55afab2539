"""What acts of several tasks ask: waiting periods, who sent, whose plot, weights, serials and cases, papers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from lienvung import registry
from lienvung.catalogue.access import issued_serial, places
from lienvung.catalogue.models import Place, Product
from lienvung.errors import Invalid
from lienvung.field import goods, rules
from lienvung.field.doing import new_boxes
from lienvung.field.rules import PIECES, Doubt, Part, check_count
from lienvung.field.telling import Teller
from lienvung.ledger.sent import sent_to
from lienvung.ledger.stock import stock_of
from lienvung.ledger.waiting import waiting_until
from lienvung.lineage.states import State
from lienvung.people.access import prefix_taken
from lienvung.people.models import Organisation

MOST_BOXES = 200


def waits(uris: Sequence[str], at: datetime) -> list[Doubt]:
    """Doubts for what the diary says must wait still."""
    found = []
    for uri, waiting in waiting_until(uris, at=at).items():
        day = waiting.until.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%d/%m/%Y")
        with_vi = f" sau khi dùng {waiting.material}" if waiting.material else ""
        with_en = f" after {waiting.material}" if waiting.material else ""
        name = goods.words_of(uri) if "/01/" in uri else None
        what = (name.vi, name.en) if name else ("ruộng, đàn hoặc ao này", "this plot, herd or pond")
        found.append(
            Doubt(
                "field.waiting",
                f"Theo nhật ký, {what[0]} còn thời gian cách ly đến hết {day}{with_vi}.",
                f"By the diary, {what[1]} is in its waiting period until {day}{with_en}.",
            )
        )
    return found


def not_sent(organisation: Organisation, parts: Sequence[Part], *, announced: Collection[str] = ()) -> list[Doubt]:
    """A doubt where goods come in that nobody told to have sent here; those of `announced` somebody did."""
    asked = list(dict.fromkeys(part.uri for part in parts if part.uri not in announced))
    sent = sent_to(organisation, asked)
    return some(rules.not_sent([goods.words_of(uri) for uri in asked if uri not in sent]))


def plot_of_others(uri: str, organisation: Organisation) -> list[Doubt]:
    """A doubt where what is cut is another organisation's: by the diary that it is in; where no diary knows it, by the
    GS1 Company Prefix of its number, or by where the ledger has it."""
    tended = {whose for provider in registry.growing if (whose := provider.whose(uri)) is not None}
    if tended:
        return [] if organisation.pk in tended else [rules.plot_of_others()]
    number = uri.rpartition("/")[2]
    prefixes = [number[:length] for length in range(4, 13)]
    stands = {each.place for each in stock_of([uri]) if each.place is not None}
    elsewhere = bool(stands) and stands.isdisjoint(goods.place_uris(organisation))
    return [rules.plot_of_others()] if elsewhere or prefix_taken(prefixes, but=organisation) else []


def weights(parts: Sequence[Part]) -> dict[str, Decimal]:
    """How much goes in, by unit."""
    found: dict[str, Decimal] = {}
    for part in parts:
        uom, amount = (PIECES, Decimal(1)) if part.amount is None else (part.uom, part.amount)
        found[uom] = found.get(uom, Decimal(0)) + amount
    return found


def some(doubt: Doubt | None) -> list[Doubt]:
    return [doubt] if doubt is not None else []


def missing(path: str, vi: str, en: str) -> Invalid:
    return Invalid(f"field.{path}_missing", vi=vi, en=en, path=path)


def not_itself(uri: str, parts: Sequence[Part]) -> None:
    """Nothing is made of itself: a lot keeps its number until it becomes another."""
    if any(part.uri == uri for part in parts):
        raise Invalid(
            "field.made_of_itself",
            vi="Lô làm ra trùng với lô lấy vào. Hãy đặt số lô khác.",
            en="The lot made is the lot used. Give it another number.",
            path="number",
        )


def labelled(teller: Teller, lot: str, count: int, serials: Sequence[str], product: Product) -> list[Part]:
    """The packs as they are followed from here on: by their serials, or as an amount of the lot."""
    if not serials:
        return [Part(lot, Decimal(count), PIECES)]
    if len(set(serials)) != count:
        raise Invalid(
            "field.serials",
            vi=f"Có {len(set(serials))} số sê-ri cho {count} gói. Mỗi gói cần một số.",
            en=f"There are {len(set(serials))} serials for {count} packs. Each pack needs one.",
            path="serials",
        )
    unknown = next((serial for serial in serials if issued_serial(product.gtin, serial) is None), None)
    if unknown is not None:
        raise Invalid(
            "field.serial_unknown",
            vi=f"Số sê-ri {unknown} chưa được cấp cho sản phẩm này. Hãy in nhãn trước.",
            en=f"Serial {unknown} was not issued for this product. Print the labels first.",
            path="serials",
        )
    packs = [f"{lot}/21/{serial}" for serial in serials]
    teller.label(Part(lot, Decimal(count), PIECES), packs)
    return [Part(uri) for uri in packs]


def free_box(uri: str, organisation: Organisation, *, path: str = "boxes") -> str:
    """A case or pallet to put goods in: one of which nobody has told that it is elsewhere. Goods put into the pallet of
    another would be traced, held and recalled with it."""
    own = goods.place_uris(organisation)
    if any(
        each.state is State.IN_TRANSIT or (each.here and each.place is not None and each.place not in own)
        for each in stock_of([uri])
    ):
        name = goods.words_of(uri)
        raise Invalid(
            "field.box_elsewhere",
            vi=f"{name.vi} không ở nơi của đơn vị bạn. Hãy kiểm tra mã thùng; nếu thùng đã về, ghi “Nhận hàng” trước.",
            en=f"{name.en} is not at your organisation's places. Check its code; if it has come in, receive it first.",
            path=path,
        )
    return uri


def boxed(
    teller: Teller, organisation: Organisation, loose: list[Part], case_size: int | None, named: list[str]
) -> list[str]:
    """Fill the packs into cases of `case_size`; what is left over stays loose."""
    if case_size is None:
        if named:
            raise missing("case_size", "Chưa nhập số gói mỗi thùng.", "How many packs go into a case is missing.")
        return []
    size = check_count(case_size, path="case_size", most=10_000)
    total = len(loose) if loose[0].amount is None else int(loose[0].amount)
    count = total // size
    if not 1 <= count <= MOST_BOXES:
        raise Invalid(
            "field.boxes",
            vi=f"{total} gói chia {size} gói một thùng được {count} thùng; mỗi lần ghi 1 đến {MOST_BOXES} thùng.",
            en=f"{total} packs by {size} make {count} cases; record 1 to {MOST_BOXES} cases at a time.",
            path="case_size",
        )
    if named and len(named) != count:
        raise Invalid(
            "field.box_count",
            vi=f"Có {len(named)} mã thùng nhưng cần {count} thùng.",
            en=f"There are {len(named)} codes of cases, but {count} cases.",
            path="boxes",
        )
    made = named or new_boxes(organisation, count)
    for at, parent in enumerate(made):
        one = (
            loose[at * size : (at + 1) * size] if loose[0].amount is None else [loose[0]._replace(amount=Decimal(size))]
        )
        teller.box(parent, one)
    return made


def only_place(organisation: Organisation) -> Place | None:
    """Where goods for an organisation go: its GLN says enough; else its only place."""
    if organisation.gln:
        return None
    found = list(places(owner=organisation)[:2])
    if len(found) != 1:
        raise Invalid(
            "field.place_missing",
            vi=f"{organisation.name} không có mã GLN, hoặc có nhiều nơi. Hãy chọn nơi nhận cụ thể.",
            en=f"{organisation.name} has no GLN, or several places. Choose the place that receives.",
            path="to",
        )
    return found[0]


def paper_number(text: str) -> str:
    """The number of a delivery note, as a part of a CBV transaction identifier."""
    number = text.strip()
    if number and not re.fullmatch(r"[A-Za-z0-9._/-]{1,40}", number):
        raise Invalid(
            "field.paper",
            vi="Số phiếu chỉ gồm chữ không dấu, số và các dấu . _ / -, tối đa 40 ký tự.",
            en="The note's number has plain letters, digits and . _ / - only, at most 40.",
            path="paper",
        )
    return number.replace("/", "-")
