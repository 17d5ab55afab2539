"""Rice and what is made of it: rows 1 (glutinous), 2 (high quality), 3 (rice crust), 6 (rice wine)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from lienvung.demo import market
from lienvung.demo.story import LOCAL, Batch, Goods, Story, things, together

MILL, STORE = "nha_may_xay", "kho_gao"
DAY = timedelta(days=1)


def _moment(text: str, hour: int) -> datetime:
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, hour, tzinfo=LOCAL)


def play_glutinous(story: Story) -> None:
    """Row 1: 24 paddy lots of two districts, sown in June, cut in October, milled, packed by 2 kg."""
    random = story.chance("nep")
    lots = _grow_glutinous(story, random)
    for run in range(3):
        mine = lots[run::3]
        milled = _mill(story, story.at(10, 12 + 3 * run, 8), mine, "gao_nep_roi", f"GN-{run + 1}-M26", 65)
        story.marks[f"glutinous_bulk_{run + 1}"] = milled.uri
        _pack_glutinous(story, milled, run)


def _grow_glutinous(story: Story, random: Random) -> list[Batch]:
    lots: list[Batch] = []
    wrong = story.data.story["error"]
    for item, code, fields in (
        ("thoc_nep_ks", "KS", ["dong_nep_ks_1", "dong_nep_ks_2", "dong_nep_ks_3"]),
        ("thoc_nep_nq", "NQ", ["dong_nep_nq_1", "dong_nep_nq_2", "dong_nep_nq_3"]),
    ):
        for number in range(1, 13):
            field = fields[number % 3]
            cut = story.at(10, 2, 8) + DAY * (number % 8) + timedelta(minutes=7 * number)
            lot = story.batch(item, f"{code}{number:02d}-M26", made=cut, amount=random.randrange(640, 860, 10))
            crop = story.asset(story.site(field).owner, f"{code}{number:02d}-M26")
            sown = story.at(6, 22, 7) + DAY * (number % 9) + timedelta(minutes=number)
            story.diary(sown, field, crop, "transplanting", variety="nếp hạt cau")
            for month, day, amount in ((7, 8, 12), (7, 30, 9), (8, 24, 6)):
                when = story.at(month, day, 6) + timedelta(minutes=11 * number)
                story.diary(when, field, crop, "fertilising", material="NPK 16-16-8", kilograms=amount)
            story.diary(story.at(8, 12, 6, number), field, crop, "spraying", material="Bacillus thuringiensis")
            story.diary(story.at(9, 21, 9, number), field, crop, "inspection", scheme="VietGAP")
            mistaken = item == wrong["product"] and number == wrong["lot"]
            own_id = {"event_id": "urn:uuid:5f2b8c1e-0a37-4d0e-9c55-2f6a1b7d0002"} if mistaken else {}
            cutting = story.harvest(cut, field, crop, lot, **own_id)
            if mistaken:
                _mistake(story, field, lot, cutting)
            story.send(cut + DAY, field, MILL, Goods(amounts=((lot.uri, lot.total, lot.uom),)), hours=2)
            lots.append(lot)
    return lots


def _mistake(story: Story, field: str, lot: Batch, right: dict[str, object]) -> None:
    """The same harvest typed with one zero too many, then declared erroneous; `right` is the corrective event."""
    owner = story.site(field).owner
    when = datetime.fromisoformat(str(right["eventTime"]))
    typed = {
        **right,
        "eventID": "urn:uuid:5f2b8c1e-0a37-4d0e-9c55-2f6a1b7d0001",
        "outputQuantityList": [{"epcClass": lot.uri, "quantity": lot.total * 10, "uom": "KGM"}],
    }
    story.tell(owner, when, typed)
    declared = {
        **typed,
        "errorDeclaration": {
            "declarationTime": (when + DAY * 2).isoformat(timespec="milliseconds"),
            "reason": "incorrect_data",
            "correctiveEventIDs": [right["eventID"]],
        },
    }
    story.tell(owner, when + DAY * 2, declared)
    story.marks["error_lot"] = lot.uri


def _mill(story: Story, when: datetime, lots: list[Batch], item: str, number: str, percent: int) -> Batch:
    """Mill what is left of `lots` into one bulk lot."""
    inputs = together([lot.all() for lot in lots])
    weight = sum(amount or 0 for _, amount, _ in inputs.amounts)
    bulk = story.batch(item, number, made=when, amount=weight * percent // 100)
    outputs = Goods(amounts=((bulk.uri, bulk.total, bulk.uom),))
    story.turn(when, MILL, inputs, outputs, ilmd=story.facts(bulk, **{"lv:producedOn": when.date().isoformat()}))
    story.note(when + timedelta(hours=5), MILL, outputs, "inspecting", disposition="conformant")
    return bulk


def _pack_glutinous(story: Story, bulk: Batch, run: int) -> None:
    """2 kg packs, cases of 10, pallets of 30, then to four stores."""
    when = story.at(10, 13 + 3 * run, 8)
    packs = story.batch("gao_nep", f"NEP-{run + 1}-2610", made=when, amount=bulk.left * 6 // 10 // 2)
    outputs = Goods(amounts=((packs.uri, packs.total, None),))
    story.turn(when, MILL, bulk.take(packs.total * 2), outputs, biz_step="packing", ilmd=story.facts(packs))
    made = market.lot_cases(story, when + timedelta(hours=1), MILL, packs, size=10, count=70)
    story.note(when + timedelta(hours=9), STORE, packs.all(), "storing")
    pallets = market.by_pallet(story, when + timedelta(hours=6), MILL, made, 35)
    arrived = story.send(when + DAY, MILL, market.DEPOT, things(list(pallets)), hours=4)
    for pallet, stack in pallets.items():
        story.unpack(arrived + timedelta(hours=2), market.DEPOT, pallet, market.case_uris(stack))
    for number, store in enumerate(market.STORES[:5]):
        mine = made[number * 8 : number * 8 + 8]
        market.deliver_cases(story, arrived + DAY, market.DEPOT, store, mine, sales=2, keep=1, order=True)


def play_quality(story: Story) -> None:
    """Row 2: paddy lots of 264 households, four mill runs, serials on every 5 kg pack."""
    random = story.chance("gao")
    lots = _grow_quality(story, random)
    first = 0
    rice = story.data.story["rice"]
    for run, (count, day) in enumerate(zip(rice["runs"], rice["run_days"], strict=True), start=1):
        mine = lots[first : first + count]
        first += count
        when = _moment(day, 8)
        bulk = _mill_quality(story, when, run, mine)
        _pack_quality(story, when + DAY, run, bulk)


def _grow_quality(story: Story, random: Random) -> list[Batch]:
    fields = [f"dong_yk_{n}" for n in range(1, 5)] + ["dong_yk_thanh_1", "dong_yk_thanh_2"]
    truck: list[Goods] = []
    lots: list[Batch] = []
    households = story.data.story["rice"]["households"]
    for number in range(1, households + 1):
        field = fields[(number - 1) * len(fields) // households]
        cut = story.at(6, 1, 6) + timedelta(hours=number * 300 / households)
        cut = cut.replace(hour=6 + cut.hour % 11, minute=number % 60, second=0, microsecond=0)
        lot = story.batch("thoc_clc", f"YK{number:03d}-X26", made=cut, amount=random.randrange(280, 430, 10))
        minute = timedelta(minutes=number)
        crop = story.asset("htx_lua_yen_khanh", f"YK{number:03d}-X26")
        story.diary(story.at(5, 4) + minute, field, crop, "fertilising", material="phân hữu cơ vi sinh", kilograms=40)
        if number == story.data.story["recall"]["household"]:
            story.diary(story.at(5, 24, 6), field, crop, "spraying", material="tricyclazole 75WP", grams=60)
            story.marks["recalled_paddy"] = lot.uri
        elif number % 2:
            story.diary(story.at(5, 16) + minute, field, crop, "spraying", material="chế phẩm nấm xanh")
        story.diary(story.at(5, 27) + minute, field, crop, "inspection", scheme="TCVN 11041")
        story.harvest(cut, field, crop, lot, facts={"lv:household": f"hộ {number:03d}"})
        truck.append(Goods(amounts=((lot.uri, lot.total, lot.uom),)))
        lots.append(lot)
        last = number == households or fields[number * len(fields) // households] != field
        if len(truck) == 11 or last:
            arrived = story.send(cut + timedelta(hours=3), field, "san_phoi", together(truck), hours=1)
            story.note(
                arrived + timedelta(hours=1), "san_phoi", together(truck), "storing", extensions={"lv:moisture": 14}
            )
            truck = []
    return lots


def _mill_quality(story: Story, when: datetime, run: int, mine: list[Batch]) -> Batch:
    rice, anomaly = story.data.story["rice"], story.data.story["anomaly"]
    paddy = together([Goods(amounts=((lot.uri, lot.left, lot.uom),)) for lot in mine])
    story.send(when - DAY, "san_phoi", MILL, paddy, hours=1)
    percent = anomaly["yield_percent"] if run == anomaly["run"] else rice["yield_percent"]
    bulk = _mill(story, when, mine, "gao_clc_roi", f"GC-{run}-X26", percent)
    story.marks[f"rice_bulk_{run}"] = bulk.uri
    return bulk


def _pack_quality(story: Story, when: datetime, run: int, bulk: Batch) -> None:
    """Packs with serials, cases, pallets, depot; then a delivery every few days until the cases are gone."""
    rice = story.data.story["rice"]
    size = rice["packs_a_case"]
    count = bulk.total * rice["packed_percent"] // 100 // 5 // size * size
    packs = story.batch("gao_clc", f"CLC-{run}-26", made=when, amount=count)
    story.marks[f"rice_packs_{run}"] = packs.uri
    outputs = Goods(amounts=((packs.uri, count, None),))
    story.turn(when, MILL, bulk.take(count * 5), outputs, biz_step="packing", ilmd=story.facts(packs))
    serials = story.label(when + timedelta(hours=1), MILL, packs)
    story.marks[f"rice_pack_{run}"] = serials[0]
    made = market.cases(
        story, when + timedelta(hours=4), MILL, [things(serials[i : i + size]) for i in range(0, count, size)]
    )
    pallets = market.by_pallet(story, when + DAY * 3, MILL, made, rice["cases_a_pallet"])
    _sell_quality(story, when + DAY * 4, run, pallets)
    if bulk.left:
        rest = Goods(amounts=((bulk.uri, bulk.left, bulk.uom),))
        story.note(when + DAY * 2, STORE, rest, "storing")
        _supply_workshop(story, when + DAY * 5, bulk)


def _sell_quality(story: Story, when: datetime, run: int, pallets: dict[str, list[market.Case]]) -> None:
    """Half of the pallets go to the depot at once, the others two weeks later; stores are served in turn."""
    names = list(pallets)
    middle = (len(names) + 1) // 2
    turn = run
    for wave, group in enumerate((names[:middle], names[middle:])):
        left = when + timedelta(days=14 * wave)
        arrived = story.send(left, MILL, market.DEPOT, things(group), hours=4, via="bai_xe")
        for number, pallet in enumerate(group):
            opened = arrived + timedelta(days=2 * number, hours=2)
            story.note(arrived + timedelta(hours=1, minutes=number), market.DEPOT, things([pallet]), "storing")
            if number == len(group) - 1 and wave == 1:
                continue  # the last pallet of each run still stands in the depot
            stack = pallets[pallet]
            story.unpack(opened, market.DEPOT, pallet, market.case_uris(stack))
            for start in range(0, len(stack), 12):
                store = market.STORES[turn % len(market.STORES)]
                turn += 1
                kept = market.deliver_cases(
                    story,
                    opened + DAY,
                    market.DEPOT,
                    store,
                    stack[start : start + 12],
                    sales=3,
                    every=timedelta(days=2),
                    keep=int(turn % 3 == 0),
                    order=turn % 2 == 0,
                )
                if run == story.data.story["recall"]["run"] and kept.epcs and "sampled_pack" not in story.marks:
                    _sample(story, store, things(kept.epcs[-2:]))
                if turn % 9 == 0 and kept.epcs:
                    back = things(kept.epcs[:3])
                    market.send_back(story, opened + DAY * 16, store, market.DEPOT, back, destroy=turn % 2 == 0)


def _sample(story: Story, store: str, packs: Goods) -> None:
    """Two packs from the shelf go to the laboratory, which finds the residue: the reason of the recall."""
    story.marks["sampled_pack"] = packs.epcs[0]
    taken = story.at(10, 26, 9)
    story.note(taken, store, packs, "sampling")
    arrived = story.send(taken + timedelta(hours=1), store, "phong_thu", packs, hours=2)
    found = {"lv:test": "tricyclazole", "lv:found": "0.06 mg/kg", "lv:limit": "0.01 mg/kg"}
    story.note(arrived + DAY * 3, "phong_thu", packs, "inspecting", disposition="non_conformant", extensions=found)


def _supply_workshop(story: Story, when: datetime, bulk: Batch) -> None:
    """Bulk rice for the rice crust workshop; it is where a recall of paddy goes sideways."""
    sold = bulk.take(600)
    story.order(when - DAY, "xuong_com_chay", STORE, sold)
    story.send(when, STORE, "xuong_com_chay", sold, hours=1)


def play_crust(story: Story) -> None:
    """Row 3: every week rice, oil and pork floss become 250 g packs of rice crust."""
    old = story.batch("gao_clc_roi", "GC-0-T25", made=story.at(5, 2), amount=1000)
    story.make(story.at(5, 2, 8), "xuong_com_chay", old, facts={"lv:stockFromBefore": True})
    oil = floss = old
    for week, day in enumerate(story.days(story.at(5, 4, 7), story.at(10, 26, 7), 7)):
        if week % 4 == 0:
            oil = _ingredient(story, day - DAY, "dau_an", f"DA{week // 4 + 1:02d}-26", 60, "xuong_com_chay")
            floss = _ingredient(story, day - DAY, "cha_bong", f"CB{week // 4 + 1:02d}-26", 80, "xuong_com_chay")
        _crust_week(story, day, week, _rice_uri(story, day, old), oil, floss)


def _rice_uri(story: Story, day: datetime, old: Batch) -> str:
    """The bulk rice in the workshop's bin on that day: the lot delivered last."""
    uri = old.uri
    for run, text in enumerate(story.data.story["rice"]["run_days"], start=1):
        if day >= _moment(text, 0) + DAY * 8:
            uri = story.marks[f"rice_bulk_{run}"]
    return uri


def _ingredient(story: Story, when: datetime, item: str, number: str, amount: int, target: str) -> Batch:
    """An ingredient lot comes from the supplier."""
    lot = story.batch(item, number, made=when, amount=amount)
    story.make(when, "kho_phu_lieu", lot)
    story.send(when + timedelta(hours=2), "kho_phu_lieu", target, Goods(amounts=((lot.uri, amount, lot.uom),)), hours=2)
    return lot


def _crust_week(story: Story, day: datetime, week: int, rice: str, oil: Batch, floss: Batch) -> None:
    packs = story.batch("com_chay_goi", f"CC{week + 1:02d}-26", made=day, amount=480)
    story.marks.setdefault("crust_packs", packs.uri)
    inputs = together([Goods(amounts=((rice, 100, "KGM"),)), oil.take(12), floss.take(16)])
    outputs = Goods(amounts=((packs.uri, packs.total, None),))
    story.turn(day, "xuong_com_chay", inputs, outputs, ilmd=story.facts(packs))
    story.note(day + timedelta(hours=5), "xuong_com_chay", outputs, "inspecting", disposition="conformant")
    made = market.lot_cases(story, day + timedelta(hours=6), "xuong_com_chay", packs, size=40, count=12)
    arrived = story.send(day + DAY, "xuong_com_chay", market.DEPOT, market.case_uris(made), hours=3)
    story.note(arrived + timedelta(hours=1), market.DEPOT, market.case_uris(made), "storing")
    for number in range(4):
        store = market.STORES[(week + 2 * number) % len(market.STORES)]
        market.deliver_cases(
            story,
            arrived + DAY * (1 + number),
            market.DEPOT,
            store,
            made[number * 3 : number * 3 + 3],
            sales=2,
            keep=int(week % 5 == number),
            order=number == 0,
        )


def play_wine(story: Story) -> None:
    """Row 6: glutinous rice and leaf yeast ferment two weeks (one transformationID), then 120 bottles with serials."""
    rice = story.batch("gao_nep_roi", "GN-0-M25", made=story.at(5, 2), amount=4000)
    story.make(story.at(5, 2, 9), "nha_nau_ruou", rice, facts={"lv:stockFromBefore": True})
    yeast = rice
    for week, day in enumerate(story.days(story.at(5, 4, 6), story.at(10, 12, 6), 7)):
        if week % 6 == 0:
            yeast = _ingredient(story, day - DAY, "men_la", f"ML{week // 6 + 1:02d}-26", 30, "nha_nau_ruou")
        _wine_week(story, day, week, rice, yeast)


def _wine_week(story: Story, day: datetime, week: int, rice: Batch, yeast: Batch) -> None:
    cooked = together([rice.take(120), yeast.take(4)])
    process = story.process("ruou", f"ME{week + 1:02d}")
    still = day + timedelta(days=14, hours=2)
    raw = story.batch("ruou_non", f"ME{week + 1:02d}-26", made=still, amount=62)
    story.turn(day, "nha_nau_ruou", cooked, Goods(), transformation_id=process)
    output = Goods(amounts=((raw.uri, raw.total, raw.uom),))
    story.turn(still, "nha_nau_ruou", Goods(), output, transformation_id=process, ilmd=story.facts(raw))
    story.note(still + timedelta(hours=3), "nha_nau_ruou", output, "inspecting", disposition="conformant")
    bottled = still + DAY * 2
    bottles = story.batch("ruou_nep", f"RN{week + 1:02d}-26", made=bottled, amount=120)
    story.turn(
        bottled,
        "nha_nau_ruou",
        raw.take(62),
        Goods(amounts=((bottles.uri, 120, None),)),
        biz_step="packing",
        ilmd=story.facts(bottles),
    )
    serials = story.label(bottled + timedelta(hours=2), "nha_nau_ruou", bottles)
    story.marks.setdefault("wine_bottle", serials[0])
    made = market.cases(
        story, bottled + timedelta(hours=3), "nha_nau_ruou", [things(serials[i : i + 12]) for i in range(0, 120, 12)]
    )
    arrived = story.send(bottled + DAY, "nha_nau_ruou", market.DEPOT, market.case_uris(made), hours=4)
    for place in range(3):
        store = market.STORES[(3 * week + place) % len(market.STORES)]
        market.deliver_cases(
            story,
            arrived + DAY * (1 + place),
            market.DEPOT,
            store,
            made[place * 3 : place * 3 + 3],
            sales=4,
            every=timedelta(days=4),
            keep=1,
            order=place == 1,
        )
