"""What is raised and caught: rows 4 (goat), 5 (shrimp paste), 8 (fermented pork), 9 (perch), 11 (honey), 15 (clams)."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from lienvung.demo import market
from lienvung.demo.story import Batch, Goods, Story, things, together

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def amount_of(batch: Batch) -> Goods:
    """All of a lot, without using it up."""
    return Goods(amounts=((batch.uri, batch.total, batch.uom),))


# --- row 4: goat ---------------------------------------------------------------------------------


def play_goat(story: Story) -> None:
    """Six animals a week by ear tag; slaughter, trays, and a cold chain that is measured every half hour."""
    random = story.chance("de")
    pastures = ["dan_de_hl_1", "dan_de_hl_2", "dan_de_hl_3", "dan_de_gv_1", "dan_de_gv_2"]
    for week, day in enumerate(story.days(story.at(5, 6, 5), story.at(10, 28, 5), 7)):
        herd = [story.asset("htx_de", f"DE{week * 6 + n + 1:04d}") for n in range(6)]
        pasture = pastures[week % len(pastures)]
        tagged = max(story.at(5, 1, 8) + timedelta(minutes=week), day - DAY * 60)
        story.note(tagged, pasture, things(herd), "commissioning", action="ADD", disposition="active")
        for animal in herd:
            story.diary(tagged + HOUR, pasture, animal, "vaccination", material="vắc xin đậu dê")
        story.note(
            day - DAY,
            pasture,
            things(herd),
            "inspecting",
            disposition="conformant",
            extensions={"lv:activity": "quarantine"},
        )
        _slaughter(story, random, day, week, pasture, herd)


def _slaughter(story: Story, random: Random, day: datetime, week: int, pasture: str, herd: list[str]) -> None:
    arrived = story.send(day, pasture, "lo_mo", things(herd), hours=1)
    boxes: list[market.Case] = []
    for pair in range(3):
        when = arrived + HOUR * (1 + pair)
        trays = story.batch("thit_de", f"TD{week + 1:02d}{'ABC'[pair]}-26", made=when, amount=40)
        story.marks.setdefault("goat_trays", trays.uri)
        animals = things(herd[pair * 2 : pair * 2 + 2])
        story.turn(when, "lo_mo", animals, amount_of(trays), biz_step="disassembling", ilmd=story.facts(trays))
        story.note(when + HOUR / 4, "lo_mo", amount_of(trays), "inspecting", disposition="conformant")
        boxes += market.lot_cases(story, when + HOUR / 2, "lo_mo", trays, size=20, count=2)
    _cold_road(story, random, arrived + HOUR * 8, week, boxes)


def _cold_road(story: Story, random: Random, leaves: datetime, week: int, boxes: list[market.Case]) -> None:
    """A refrigerated truck with a logger: readings every half hour; in week 11 the door stood open."""
    truck = story.asset("van_tai_lanh", f"XE{week % 3 + 1}")
    logger = story.asset("van_tai_lanh", f"CB{week % 3 + 1}")
    link = story.associate(leaves - HOUR, "bai_xe_lanh", truck, [logger])
    arrived = story.send(leaves, "lo_mo", market.CHILL, market.case_uris(boxes), hours=3.5)
    warm = week == 10
    for reading in range(7):
        celsius = round(random.uniform(1.2, 3.6) + (5.5 if warm and reading in (3, 4) else 0), 1)
        moment = leaves + HOUR / 2 * reading + timedelta(minutes=10)
        story.measure(moment, "lo_mo", market.case_uris(boxes), celsius, device=link, firm="van_tai_lanh")
    story.associate(arrived + HOUR, "bai_xe_lanh", truck, [logger], action="DELETE")
    if warm:
        spoilt, boxes = boxes[:2], boxes[2:]
        story.note(arrived + HOUR, market.CHILL, market.case_uris(spoilt), "inspecting", disposition="non_conformant")
        story.note(arrived + DAY, market.CHILL, market.case_uris(spoilt), "destroying", disposition="destroyed")
        story.marks["goat_destroyed"] = spoilt[0].uri
    for number, box in enumerate(boxes):
        store = market.STORES[(week + number) % len(market.STORES)]
        if number < 4:
            market.deliver_cases(
                story, arrived + HOUR * 9, market.CHILL, store, [box], sales=3, every=HOUR * 20, order=number == 0
            )
        for hour in (3, 9):
            celsius = round(random.uniform(1.0, 3.9), 1)
            story.measure(
                arrived + HOUR * hour + timedelta(minutes=number),
                market.CHILL,
                things([box.uri]),
                celsius,
                device=story.asset("phan_phoi", "CBKHO1"),
            )


# --- row 5: shrimp paste -------------------------------------------------------------------------


def play_shrimp(story: Story) -> None:
    """Catch of May, salted in twelve vats, stirred for three months and more, put into jars."""
    random = story.chance("mam")
    salt = story.batch("muoi_thinh", "MT01-26", made=story.at(5, 3), amount=900)
    story.make(story.at(5, 3, 8), "kho_phu_lieu", salt)
    story.send(story.at(5, 3, 10), "kho_phu_lieu", "nha_u_mam", amount_of(salt), hours=2)
    for vat in range(1, 13):
        day = story.at(5, 5 + 2 * vat, 5)
        catch: list[Batch] = []
        for landing in range(1, 4):
            caught = day + timedelta(minutes=20 * landing)
            lot = story.batch("tep_tuoi", f"TE{vat:02d}{landing}-26", made=caught, amount=random.randrange(40, 70))
            story.make(caught, f"bai_tep_{landing}", lot, harvested=True)
            story.send(caught + HOUR * 2, f"bai_tep_{landing}", "nha_u_mam", amount_of(lot), hours=1)
            catch.append(lot)
        _ferment(story, day + HOUR * 6, vat, catch, salt)


def _ferment(story: Story, when: datetime, vat: int, catch: list[Batch], salt: Batch) -> None:
    process = story.process("mam_tep", f"CH{vat:02d}")
    inputs = together([*(lot.all() for lot in catch), salt.take(60)])
    weight = sum(amount or 0 for _, amount, _ in inputs.amounts)
    story.turn(when, "nha_u_mam", inputs, Goods(), transformation_id=process)
    opened = when + DAY * (92 + 3 * vat)
    paste = story.batch("mam_chum", f"CH{vat:02d}-26", made=opened, amount=weight * 9 // 10)
    for turn in range(5):
        stirred = when + DAY * (14 + 16 * turn)
        story.diary(stirred, "nha_u_mam", story.asset("mam_tep", f"CHUM{vat:02d}"), "stirring", process=process)
    story.turn(opened, "nha_u_mam", Goods(), amount_of(paste), transformation_id=process, ilmd=story.facts(paste))
    story.note(opened + HOUR * 4, "nha_u_mam", amount_of(paste), "sampling", extensions={"lv:test": "histamin"})
    jarred = opened + DAY * 2
    jars = story.batch("mam_tep_lo", f"MTL{vat:02d}-26", made=jarred, amount=paste.left * 1000 // 350 // 24 * 24)
    story.marks.setdefault("shrimp_jars", jars.uri)
    story.turn(jarred, "nha_u_mam", paste.all(), amount_of(jars), biz_step="packing", ilmd=story.facts(jars))
    made = market.lot_cases(story, jarred + HOUR * 2, "nha_u_mam", jars, size=24, count=12)
    arrived = story.send(jarred + DAY, "nha_u_mam", market.DEPOT, market.case_uris(made), hours=3)
    for number in range(3):
        store = market.STORES[(vat + 2 * number) % len(market.STORES)]
        market.deliver_cases(
            story,
            arrived + DAY * (1 + number),
            market.DEPOT,
            store,
            made[number * 3 : number * 3 + 3],
            sales=3,
            every=DAY * 5,
            keep=1,
        )


# --- row 8: fermented pork -----------------------------------------------------------------------


def play_pork(story: Story) -> None:
    """Every day a batch from fresh pork; three days to eat it; leftovers are destroyed."""
    random = story.chance("nem")
    pork: Batch | None = None
    for number, day in enumerate(story.days(story.at(5, 1, 4), story.at(10, 31, 4))):
        code = f"{day:%m%d}"
        if number % 2 == 0 or pork is None:
            pork = story.batch("thit_lon", f"TL{code}-26", made=day, amount=64)
            story.make(day, "chuong_lon", pork, facts={"lv:veterinaryPaper": f"KD-{code}"})
            story.send(day + HOUR / 2, "chuong_lon", "xuong_nem", amount_of(pork), hours=0.5)
        made = day + HOUR * 3
        packs = story.batch("nem_chua", f"NC{code}-26", made=made, amount=random.randrange(180, 240, 6))
        story.marks["pork_packs"] = packs.uri
        story.turn(made, "xuong_nem", pork.take(30), amount_of(packs), ilmd=story.facts(packs))
        for turn in range(2):
            store = market.STORES[(number + 3 * turn) % len(market.STORES)]
            market.deliver_loose(
                story,
                made + HOUR * 3,
                "xuong_nem",
                store,
                packs.take(packs.total // 2),
                hours=2.5,
                every=HOUR * 24,
                waste=0.25,
                random=random,
            )


# --- row 9: perch --------------------------------------------------------------------------------


def play_perch(story: Story) -> None:
    """Four ponds, fed and measured; netted twice a week, sold alive or fried."""
    random = story.chance("ca")
    for pond in range(1, 5):
        site = f"ao_ca_{pond}"
        crop = story.asset("htx_ca", f"AO{pond}-26")
        stocked = story.at(5, 1, 8, pond)
        story.note(
            stocked, site, things([crop]), "commissioning", action="ADD", extensions={"lv:fry": "cá rô Tổng Trường"}
        )
        for week, day in enumerate(story.days(story.at(5, 4, 6), story.at(10, 26, 6), 7)):
            story.diary(day + timedelta(minutes=pond), site, crop, "feeding", kilograms=60 + week)
            if week % 2 == 0:
                celsius = round(random.uniform(25.5, 31.0), 1)
                device = story.asset("htx_ca", f"CB{pond}")
                story.measure(day + HOUR + timedelta(minutes=pond), site, things([crop]), celsius, device=device)
        for number, day in enumerate(story.days(story.at(6, 1 + pond, 4), story.at(10, 30, 4), 14)):
            _net(story, random, day, pond, number, crop)


def _net(story: Story, random: Random, day: datetime, pond: int, number: int, crop: str) -> None:
    code = f"{day:%m%d}-{pond}"
    weight = random.randrange(90, 140)
    alive = story.batch("ca_ro_song", f"CS{code}", made=day, amount=weight)
    story.harvest(day, f"ao_ca_{pond}", crop, alive)
    arrived = story.send(day + HOUR, f"ao_ca_{pond}", "so_che_ca", amount_of(alive), hours=0.5)
    if number % 2:
        fried = story.batch("ca_ro_ran", f"CR{code}", made=arrived + HOUR * 2, amount=weight * 6 // 10 * 10 // 3)
        story.turn(arrived + HOUR * 2, "so_che_ca", alive.all(), amount_of(fried), ilmd=story.facts(fried))
        made = market.lot_cases(story, arrived + HOUR * 4, "so_che_ca", fried, size=40, count=4)
        there = story.send(arrived + HOUR * 26, "so_che_ca", market.DEPOT, market.case_uris(made), hours=3)
        for turn, case in enumerate(made[:3]):
            store = market.STORES[(pond + number + turn) % len(market.STORES)]
            market.deliver_cases(story, there + DAY, market.DEPOT, store, [case], sales=3, every=DAY * 4)
    else:
        for turn in range(2):
            store = market.STORES[(pond + number + turn) % len(market.STORES)]
            market.deliver_loose(
                story, arrived + HOUR, "so_che_ca", store, alive.take(weight // 2), sales=1, waste=0.1, random=random
            )


# --- row 11: honey -------------------------------------------------------------------------------


def play_honey(story: Story) -> None:
    """Sixty hives in three stands; honey by hive, a drum a stand, jars."""
    random = story.chance("ong")
    for stand in range(1, 4):
        site = f"bai_ong_{stand}"
        for hive in range(1, 21, 4):
            scale = story.asset("htx_ong", f"CAN{stand}{hive:02d}")
            story.associate(story.at(5, 3, 8, hive), site, story.asset("htx_ong", f"TO{stand}{hive:02d}"), [scale])
        for crop, (month, day) in enumerate(((5, 20), (6, 18), (7, 16)), start=1):
            when = story.at(month, day, 6) + DAY * stand
            lots: list[Batch] = []
            for hive in range(1, 21):
                cut = when + timedelta(minutes=9 * hive)
                lot = story.batch("mat_tho", f"TO{stand}{hive:02d}-{crop}", made=cut, amount=random.randrange(4, 9))
                giai = story.asset("htx_ong", f"TO{stand}{hive:02d}")
                story.make(cut, site, lot, harvested=True, facts={"lv:hive": giai})
                lots.append(lot)
            _drum(story, when + HOUR * 4, stand, crop, lots)


def _drum(story: Story, when: datetime, stand: int, crop: int, lots: list[Batch]) -> None:
    site = f"bai_ong_{stand}"
    comb = together([lot.all() for lot in lots])
    arrived = story.send(when, site, "nha_mat", comb, hours=0.5)
    weight = sum(amount or 0 for _, amount, _ in comb.amounts)
    drum = story.batch("mat_phuy", f"PH{stand}{crop}-26", made=arrived + HOUR, amount=weight * 95 // 100)
    story.turn(arrived + HOUR, "nha_mat", comb, amount_of(drum), ilmd=story.facts(drum))
    story.note(arrived + HOUR * 2, "nha_mat", amount_of(drum), "sampling", extensions={"lv:test": "độ ẩm, HMF"})
    story.note(arrived + DAY * 5, "nha_mat", amount_of(drum), "inspecting", disposition="conformant")
    filled = arrived + DAY * 7
    jars = story.batch("mat_ong", f"MO{stand}{crop}-26", made=filled, amount=drum.left * 10 // 7 // 12 * 12)
    story.marks.setdefault("honey_jars", jars.uri)
    story.turn(filled, "nha_mat", drum.all(), amount_of(jars), biz_step="packing", ilmd=story.facts(jars))
    made = market.lot_cases(story, filled + HOUR, "nha_mat", jars, size=12, count=12)
    there = story.send(filled + DAY, "nha_mat", market.DEPOT, market.case_uris(made), hours=4)
    for turn in range(3):
        store = market.STORES[(stand + crop + 2 * turn) % len(market.STORES)]
        market.deliver_cases(
            story,
            there + DAY * (1 + turn),
            market.DEPOT,
            store,
            made[turn * 3 : turn * 3 + 3],
            sales=4,
            every=DAY * 6,
            keep=1,
            order=turn == 2,
        )


# --- row 15: clams -------------------------------------------------------------------------------


def play_clams(story: Story) -> None:
    """Clams by ground and tide, purified for a day, in bags; twice a week."""
    random = story.chance("ngao")
    for number, day in enumerate(story.days(story.at(5, 2, 5), story.at(10, 29, 5), 4)):
        ground = f"vay_ngao_{number % 4 + 1}"
        code = f"{day:%m%d}-26"
        raw = story.batch("ngao_vay", f"V{number % 4 + 1}-{code}", made=day, amount=random.randrange(220, 320, 10))
        story.make(day, ground, raw, harvested=True, facts={"lv:harvestArea": f"KS-{number % 4 + 1}"})
        arrived = story.send(day + HOUR, ground, "lam_sach_ngao", amount_of(raw), hours=0.5)
        for reading in range(3):
            story.measure(
                arrived + HOUR * (2 + 8 * reading),
                "lam_sach_ngao",
                amount_of(raw),
                round(random.uniform(20.0, 24.0), 1),
                device=story.asset("htx_ngao", "CB1"),
            )
        bagged = arrived + HOUR * 25
        bags = story.batch("ngao_tui", f"NG{code}", made=bagged, amount=raw.left * 9 // 10)
        story.turn(bagged, "lam_sach_ngao", raw.all(), amount_of(bags), ilmd=story.facts(bags))
        for turn in range(3):
            store = market.STORES[(number + 2 * turn) % len(market.STORES)]
            market.deliver_loose(
                story,
                bagged + HOUR,
                "lam_sach_ngao",
                store,
                bags.take(bags.total // 3),
                hours=4,
                every=HOUR * 20,
                waste=0.15,
                order=number % 5 == 0,
                random=random,
            )
