"""What grows in plots and houses: rows 7 (pineapple), 10 (sweet potato), 12 (tea), 13 (mushroom), 14 (vegetables)."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from lienvung.demo import market
from lienvung.demo.chains_animal import amount_of
from lienvung.demo.story import Batch, Story, things, together

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


# --- row 7: pineapple, fresh and canned ----------------------------------------------------------


def play_pineapple(story: Story) -> None:
    """Fruit of seven hills: the better half goes fresh to Hà Nội, the rest into cans."""
    random = story.chance("dua")
    hills = [f"doi_dua_{n}" for n in range(1, 6)] + ["doi_dua_ds_1", "doi_dua_ds_2"]
    for number, hill in enumerate(hills):
        for month, on, activity, material in (
            (5, 1, "fertilising", "kali sunfat"),
            (5, 3, "inspection", "VietGAP"),
            (8, 4, "weeding", ""),
            (9, 2, "flower_induction", "đất đèn"),
            (10, 6, "fertilising", "NPK 12-5-10"),
        ):
            when = story.at(month, on, 6, 5 * number)
            story.diary(when, hill, _hill_crop(story, number), activity, material=material)
    waiting: list[Batch] = []
    for number, day in enumerate(story.days(story.at(5, 5, 6), story.at(7, 26, 6), 2)):
        hill = hills[number % len(hills)]
        lot = story.batch("dua_doi", f"DD{day:%m%d}-{number % 7 + 1}", made=day, amount=random.randrange(900, 1500, 50))
        story.harvest(day, hill, _hill_crop(story, number % len(hills)), lot)
        graded = story.send(day + HOUR * 4, hill, "tram_dua", amount_of(lot), hours=0.5)
        _fresh(story, random, graded + HOUR, number, lot)
        waiting.append(lot)
        if len(waiting) == 4:
            _canned(story, graded + HOUR * 5, number // 4 + 1, waiting)
            waiting = []


def _hill_crop(story: Story, hill: int) -> str:
    return story.asset("htx_dua", f"DOI{hill + 1}-2026")


def _fresh(story: Story, random: Random, when: datetime, number: int, lot: Batch) -> None:
    fresh = story.batch("dua_tuoi", f"DT{when:%m%d}-26", made=when, amount=lot.total // 2)
    story.marks.setdefault("fresh_pineapple", fresh.uri)
    story.turn(when, "tram_dua", lot.take(fresh.total), amount_of(fresh), biz_step="packing", ilmd=story.facts(fresh))
    for turn in range(3):
        store = market.STORES[(number + turn) % len(market.STORES)]
        market.deliver_loose(
            story,
            when + HOUR * 2,
            "tram_dua",
            store,
            fresh.take(fresh.total // 3),
            hours=3.5,
            sales=2,
            every=HOUR * 22,
            waste=0.2,
            order=turn == 0 and number % 3 == 0,
            random=random,
        )


def _canned(story: Story, when: datetime, number: int, lots: list[Batch]) -> None:
    fruit = together([lot.all() for lot in lots])
    arrived = story.send(when, "tram_dua", "nha_may_hop", fruit, hours=0.5)
    weight = sum(amount or 0 for _, amount, _ in fruit.amounts)
    cooked = arrived + HOUR * 6
    cans = story.batch("dua_hop", f"DH{number:02d}-26", made=cooked, amount=weight * 1000 // 1100 // 24 * 24)
    story.turn(cooked, "nha_may_hop", fruit, amount_of(cans), ilmd=story.facts(cans))
    story.note(
        cooked + DAY * 7,
        "nha_may_hop",
        amount_of(cans),
        "inspecting",
        disposition="conformant",
        extensions={"lv:test": "ủ ấm 37 °C"},
    )
    made = market.lot_cases(story, cooked + DAY * 8, "nha_may_hop", cans, size=24, count=24)
    pallets = market.by_pallet(story, cooked + DAY * 8 + HOUR * 3, "nha_may_hop", made, 24)
    there = story.send(cooked + DAY * 9, "nha_may_hop", market.DEPOT, things(list(pallets)), hours=3.5)
    for pallet, stack in pallets.items():
        story.unpack(there + HOUR * 2, market.DEPOT, pallet, market.case_uris(stack))
    for turn in range(4):
        store = market.STORES[(number + turn) % len(market.STORES)]
        market.deliver_cases(
            story,
            there + DAY * (1 + 3 * turn),
            market.DEPOT,
            store,
            made[turn * 4 : turn * 4 + 4],
            sales=3,
            every=DAY * 5,
            keep=1,
        )


# --- row 10: sweet potato ------------------------------------------------------------------------


def play_potato(story: Story) -> None:
    """Thirty plots on the river land, dug from September, in 2 kg bags."""
    random = story.chance("khoai")
    lots: list[Batch] = []
    for number in range(1, 31):
        field = f"bai_khoai_gt_{number % 3 + 1}" if number <= 18 else f"bai_khoai_th_{number % 2 + 1}"
        dug = story.at(9, 1, 6) + DAY * (number * 4 // 3)
        lot = story.batch("khoai_ruong", f"KL{number:02d}-26", made=dug, amount=random.randrange(480, 760, 20))
        minute = timedelta(minutes=6 * number)
        crop = story.asset("htx_khoai", f"KL{number:02d}-26")
        story.diary(story.at(5, 20, 6) + minute, field, crop, "planting", variety="khoai lang Hoàng Long")
        story.diary(story.at(6, 14, 6) + minute, field, crop, "fertilising", material="tro bếp, lân", kilograms=20)
        story.diary(story.at(7, 12, 6) + minute, field, crop, "vine_turning")
        story.diary(story.at(8, 20, 6) + minute, field, crop, "inspection", scheme="VietGAP")
        story.harvest(dug, field, crop, lot)
        story.send(dug + HOUR * 5, field, "kho_khoai", amount_of(lot), hours=0.5)
        lots.append(lot)
        if number % 3 == 0:
            _bags(story, dug + DAY, number // 3, lots[-3:])


def _bags(story: Story, when: datetime, number: int, lots: list[Batch]) -> None:
    inputs = together([lot.all() for lot in lots])
    weight = sum(amount or 0 for _, amount, _ in inputs.amounts)
    bags = story.batch("khoai_lang", f"KT{number:02d}-26", made=when, amount=weight * 94 // 100 // 2)
    story.turn(when, "kho_khoai", inputs, amount_of(bags), biz_step="packing", ilmd=story.facts(bags))
    for turn in range(4):
        store = market.STORES[(number + turn) % len(market.STORES)]
        market.deliver_loose(
            story,
            when + HOUR * 20 + DAY * turn,
            "kho_khoai",
            store,
            bags.take(bags.total // 5),
            hours=3.5,
            sales=4,
            every=DAY * 2,
            order=turn == 1,
        )
    story.note(when + DAY, "kho_khoai", bags.all(), "storing")


# --- row 12: golden camellia tea -----------------------------------------------------------------


def play_tea(story: Story) -> None:
    """First flowers of October, dried cold, in boxes of 20 g with serials."""
    random = story.chance("tra")
    for number in range(1, 13):
        garden = f"vuon_tra_{number % 3 + 1}"
        picked = story.at(10, 1, 6) + DAY * (number - 1)
        lot = story.batch("hoa_tuoi", f"HV{number:02d}-26", made=picked, amount=random.randrange(8, 13))
        minute = timedelta(minutes=8 * number)
        crop = story.asset("htx_tra", f"LUONG{number:02d}")
        for month, day, activity in (
            (5, 10, "mulching"),
            (7, 5, "fertilising"),
            (8, 28, "weeding"),
            (9, 20, "inspection"),
        ):
            story.diary(story.at(month, day, 7) + minute, garden, crop, activity)
        story.harvest(picked, garden, crop, lot)
        arrived = story.send(picked + HOUR * 3, garden, "nha_say_tra", amount_of(lot), hours=0.5)
        for reading in range(3):
            story.measure(
                arrived + HOUR * (1 + 6 * reading),
                "nha_say_tra",
                amount_of(lot),
                round(random.uniform(38.0, 42.0), 1),
                device=story.asset("htx_tra", "SAY1"),
            )
        _boxes(story, arrived + HOUR * 26, number, lot)


def _boxes(story: Story, when: datetime, number: int, lot: Batch) -> None:
    boxes = story.batch("tra_hoa_vang", f"TV{number:02d}-26", made=when, amount=lot.total * 5 // 12 * 12)
    story.turn(when, "nha_say_tra", lot.all(), amount_of(boxes), biz_step="packing", ilmd=story.facts(boxes))
    serials = story.label(when + HOUR, "nha_say_tra", boxes)
    story.marks.setdefault("tea_box", serials[0])
    made = market.cases(
        story, when + HOUR * 2, "nha_say_tra", [things(serials[i : i + 12]) for i in range(0, len(serials), 12)]
    )
    there = story.send(when + DAY, "nha_say_tra", market.DEPOT, market.case_uris(made), hours=4)
    for turn, case in enumerate(made[:2]):
        store = market.STORES[(number + 3 * turn) % len(market.STORES)]
        market.deliver_cases(story, there + DAY, market.DEPOT, store, [case], sales=3, every=DAY * 3, keep=1)


# --- row 13: mushroom ----------------------------------------------------------------------------


def play_mushroom(story: Story) -> None:
    """A substrate batch a week, three flushes from each, fresh trays; every fourth flush is dried."""
    random = story.chance("nam")
    flush_number = 0
    for week, day in enumerate(story.days(story.at(5, 1, 7), story.at(10, 9, 7), 7)):
        house = f"nha_nam_{week % 3 + 1}"
        substrate = story.batch("phoi_nam", f"PN{week + 1:02d}-26", made=day, amount=900)
        story.make(day, house, substrate, facts={"lv:material": "rơm lúa Yên Khánh"})
        story.note(day + DAY * 9, house, amount_of(substrate), "inspecting", disposition="conformant")
        for flush in range(3):
            picked = day + DAY * (18 + 9 * flush) - HOUR * 2
            if picked > story.end():
                continue
            flush_number += 1
            harvest = story.batch(
                "nam_hai", f"NH{week + 1:02d}{flush + 1}-26", made=picked, amount=random.randrange(70, 110)
            )
            story.turn(
                picked,
                house,
                substrate.take(300),
                amount_of(harvest),
                biz_step="creating_class_instance",
                ilmd=story.facts(harvest, **{"cbvmda:harvestEndDate": picked.date().isoformat()}),
            )
            arrived = story.send(picked + HOUR, house, "dong_goi_nam", amount_of(harvest), hours=0.3)
            if flush_number % 4 == 0:
                _dried(story, arrived + HOUR * 20, flush_number, harvest)
            else:
                _trays(story, random, arrived + HOUR, flush_number, harvest)


def _trays(story: Story, random: Random, when: datetime, number: int, harvest: Batch) -> None:
    trays = story.batch("nam_tuoi", f"NT{number:03d}-26", made=when, amount=harvest.left * 9 // 10 * 10 // 3)
    story.marks["mushroom_trays"] = trays.uri
    story.turn(when, "dong_goi_nam", harvest.all(), amount_of(trays), biz_step="packing", ilmd=story.facts(trays))
    for turn in range(3):
        store = market.STORES[(number + 2 * turn) % len(market.STORES)]
        market.deliver_loose(
            story,
            when + HOUR * 4,
            "dong_goi_nam",
            store,
            trays.take(trays.total // 3),
            sales=2,
            every=HOUR * 18,
            waste=0.2,
            random=random,
        )


def _dried(story: Story, when: datetime, number: int, harvest: Batch) -> None:
    packs = story.batch("nam_kho", f"NK{number:03d}-26", made=when, amount=harvest.left)
    story.turn(when, "dong_goi_nam", harvest.all(), amount_of(packs), ilmd=story.facts(packs))
    made = market.lot_cases(story, when + HOUR * 2, "dong_goi_nam", packs, size=30, count=3)
    there = story.send(when + DAY, "dong_goi_nam", market.DEPOT, market.case_uris(made), hours=3)
    for turn, case in enumerate(made):
        store = market.STORES[(number + turn) % len(market.STORES)]
        market.deliver_cases(story, there + DAY, market.DEPOT, store, [case], sales=3, every=DAY * 5)


# --- row 14: vegetables --------------------------------------------------------------------------

VEGETABLES = ("rau muống", "rau cải ngọt", "rau mồng tơi", "rau đay", "cải chíp", "rau dền", "mướp hương")


def play_vegetables(story: Story) -> None:
    """Seven plots in turn; every day three are cut, washed and packed, and sold in Hà Nội the same day."""
    random = story.chance("rau")
    plots = [f"ruong_rau_kh_{n}" for n in range(1, 5)] + [f"ruong_rau_ys_{n}" for n in range(1, 4)]
    for number, day in enumerate(story.days(story.at(5, 1, 4), story.at(10, 31, 4))):
        cut: list[Batch] = []
        for turn in range(3):
            which = (number + 2 * turn) % len(plots)
            crop = story.asset("htx_rau", f"RAU{which + 1}-{number // 31 + 1}")
            lot = story.batch("rau_ruong", f"RR{day:%m%d}-{which + 1}", made=day, amount=random.randrange(45, 80))
            when = day + timedelta(minutes=15 * turn)
            if (number + turn) % 5 == 0:
                story.diary(day + HOUR * 13 - DAY * 6, plots[which], crop, "spraying", material="neem")
            elif (number + turn) % 5 == 2:
                story.diary(day + HOUR * 13 - DAY * 12, plots[which], crop, "fertilising", material="phân trùn quế")
            story.harvest(when, plots[which], crop, lot, facts={"lv:variety": VEGETABLES[which]})
            story.send(when + HOUR / 2, plots[which], "so_che_rau", amount_of(lot), hours=0.4)
            cut.append(lot)
        _packs(story, random, day + HOUR * 2, number, cut)


def _packs(story: Story, random: Random, when: datetime, number: int, cut: list[Batch]) -> None:
    inputs = together([lot.all() for lot in cut])
    weight = sum(amount or 0 for _, amount, _ in inputs.amounts)
    packs = story.batch("rau_an_toan", f"RA{when:%m%d}-26", made=when, amount=weight * 85 // 100 * 2)
    story.marks["vegetable_packs"] = packs.uri
    story.turn(when, "so_che_rau", inputs, amount_of(packs), biz_step="packing", ilmd=story.facts(packs))
    if number % 7 == 0:
        story.note(
            when + HOUR / 4, "so_che_rau", amount_of(packs), "sampling", extensions={"lv:test": "test nhanh dư lượng"}
        )
    for turn in range(2):
        store = market.STORES[(number + 3 * turn) % len(market.STORES)]
        market.deliver_loose(
            story,
            when + HOUR,
            "so_che_rau",
            store,
            packs.take(packs.total // 2),
            hours=2.5,
            sales=1,
            every=HOUR * 12,
            waste=0.2,
            order=number % 10 == turn,
            random=random,
        )
