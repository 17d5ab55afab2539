"""The story goes on in the rooms of quality: certificates, control, the laboratory; then the checks look at it all.

Each room plays its own part through its own actions; here stands who of the cast plays whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lienvung.cases import demo as cases
from lienvung.catalogue.models import Lot, Place
from lienvung.checks.actions import run_all
from lienvung.checks.models import Finding
from lienvung.control import demo as control
from lienvung.demo.cast import Cast
from lienvung.demo.data import DemoData, agreement_file, certificate_number
from lienvung.demo.progress import Progress
from lienvung.demo.story import Story
from lienvung.diary import demo as diary
from lienvung.field import demo as field
from lienvung.lab import demo as lab
from lienvung.people.models import Account
from lienvung.programme import demo as programme
from lienvung.proofs import demo as proofs
from lienvung.reports import demo as reports
from lienvung.results import demo as results

WEIGHTS = {"proofs": 1, "control": 6, "lab": 2, "diary": 1, "field": 1, "cases": 1, "agreements": 2, "checks": 40}


def play(
    data: DemoData,
    cast: Cast,
    story: Story,
    lots: Mapping[str, Lot],
    accounts: Mapping[str, Account],
    progress: Progress,
) -> dict[str, Any]:
    """Play the rooms one after the other; how much there is of each afterwards."""
    progress.begin("proofs", "giấy chứng nhận / certificates")
    with transaction.atomic():
        certificates = _proofs(data, cast)
    progress.begin("control", "cơ sở và kiểm tra / establishments and inspections")
    with transaction.atomic():
        officials = {"37": accounts["official_nb"], "01": accounts["official_hn"]}
        controlled = control.play(list(cast.places.values()), officials, member=accounts["quality"])
    progress.begin("lab", "kiểm nghiệm / laboratory")
    tested = _lab(data, cast, story, lots)
    progress.begin("diary", "nhật ký sản xuất / production diaries")
    with transaction.atomic():
        written = diary.play(field=cast.places["dong_yk_1"], pond=_pond(cast), now=timezone.now())
    progress.begin("field", "công việc trên điện thoại / tasks on the phone")
    worked = field.play(
        harvested=cast.products["khoai_ruong"],
        packed=cast.products["khoai_lang"],
        field=cast.places["bai_khoai_gt_1"],
        packhouse=cast.places["kho_khoai"],
        shop=cast.places["sen_cau_giay"],
        begun=timezone.now() - timedelta(days=3),
    )
    progress.begin("cases", "phản ánh, vụ việc / reports and cases")
    reported = cases.play(
        closed_code=story.marks["rice_pack_1"],
        waiting_code=story.marks["mushroom_trays"],
        official=accounts["official_nb"],
        owner=accounts["quality"],
        bought_province="01",
    )
    progress.begin("agreements", "thoả thuận và kết quả / agreements and results")
    agreed = _agreements(cast, accounts)
    progress.begin("checks", "đối chiếu sổ sự kiện / checks of the ledger")
    run_all()
    found = Finding.objects.filter(state=Finding.State.OPEN).order_by("pk")
    return {
        "certificates": certificates,
        "establishments": len(controlled.establishments),
        "inspections": len(controlled.clean) + (controlled.faulty is not None),
        "hold": {
            "id": str(tested.hold.pk),
            "lot": tested.hold.lot_uri,
            "events": tested.hold.events,
            "items": tested.hold.items,
            "lots": tested.hold.lots,
        },
        "diary": {"plot": str(written.waiting.pk), "pond": str(written.pond.pk), "events": written.events},
        "field": {"lot": worked.packed.lot, "events": sum(len(done.events) for done in worked.done)},
        "cases": {"secret": reported.secret, "numbers": [reported.closed.number, reported.waiting.number]},
        "agreements": agreed,
        "samples": [str(tested.good.pk), str(tested.bad.pk)],
        "findings": list(found.values_list("kind", flat=True)),
    }


def _agreements(cast: Cast, accounts: Mapping[str, Account]) -> dict[str, int]:
    """The article's programme, entered from public sources; and the invented one, told by both focal officers."""
    officers = {"37": accounts["focal"], "01": accounts["focal_hn"]}
    rows = {}
    with transaction.atomic():
        for name, who in (("agreement_2015_2020.toml", {}), ("agreement_2026_2030.toml", officers)):
            told = agreement_file(name)
            played = programme.play(told, organisations=cast.organisations)
            shown = results.play(told, played, officers=who)
            told_of = reports.play(told, played, shown, officers=who)
            rows[played.agreement.code] = len(played.rows) + len(shown.rows) + len(told_of)
    return rows


def _pond(cast: Cast) -> Place:
    """A pond of the fish growers."""
    grower = cast.organisations["htx_ca"]
    return next(place for place in cast.places.values() if place.owner_id == grower.pk)


def _proofs(data: DemoData, cast: Cast) -> int:
    """The certificates that events name, under the same numbers; and a grower with one of each state."""
    told = data.story["certificates"]
    for row in told["of"]:
        item = data.items[row["product"]]
        proofs.register_told(
            holder=cast.organisations[item.owner],
            product=cast.products[item.key],
            words=item.standards,
            number=certificate_number(item),
            valid_from=told["valid_from"],
            valid_to=told["valid_to"],
            confirmed=row["state"] == "confirmed",
            suspended_from=row.get("suspended_from"),
            reason=row.get("reason_vi", ""),
        )
    item = data.items[told["grower_of"]]
    made = proofs.play(
        holder=cast.organisations[item.owner],
        products=[cast.products[item.key]],
        places=[cast.places[s.key] for s in data.sites.values() if s.owner == item.owner and s.kind == "field"],
        today=timezone.localdate(),
        vietgap=(certificate_number(item), told["valid_from"], told["valid_to"]),
    )
    return len(told["of"]) + len(made)


def _lab(data: DemoData, cast: Cast, story: Story, lots: Mapping[str, Lot]) -> lab.Played:
    """A lot of rice within its limits, and one over: held, and not the lot that is recalled."""
    told = data.story["lab"]
    return lab.play(
        authority=cast.organisations["co_quan_nb"],
        laboratory=cast.organisations["kiem_nghiem"],
        good=lots[story.marks[told["good"]]],
        bad=lots[story.marks[told["bad"]]],
        place=cast.places[told["place"]],
        year=data.story["year"],
    )
