"""For the walk over every page: the agreement of `results_world.examples` in public, with results in every state."""

from __future__ import annotations

from typing import Any

from lienvung.people.models import Account
from lienvung.programme import actions as programme
from lienvung.programme.models import Agreement
from lienvung.reports import report_actions as reports
from lienvung.reports.choosing import choose_figures
from lienvung.results import actions, claiming
from lienvung.results.models import Claim, Indicator, Period
from tests.programme_world import examples as programme_examples
from tests.world import World

CODE = "hn-nb-bang"
STEPS = {
    "confirmed": [("confirm", "")],
    "returned": [("return", "Thiếu danh sách.")],
    "disputed": [("dispute", "Đã dừng bán từ tháng Ba.")],
}


def told(agreement: Agreement, officer: Account, other: Account, state: str) -> Claim:
    """A result of the first party, brought into the state by the officer of the other."""
    claim = actions.record_claim(
        by=officer, commitment=agreement.commitments.get(), period=agreement.periods.order_by("starts_on")[0],
        text=f"Một điểm bán đã mở ({state}).",
    )  # fmt: skip
    claim = actions.submit_claim(by=officer, claim=claim, version=claim.version)
    for name, words in STEPS[state]:
        claim = claiming.step(name, by=other, claim=claim, version=claim.version, words=words)
    return claim


def examples(world: World) -> dict[str, Any]:
    """After `results_world.examples` and `reports_world.examples`; with the accounts that walk."""
    agreement = programme.publish_agreement(Agreement.objects.get(code=CODE), by=None, version=None)
    hanoi, ninhbinh = agreement.parties.all()
    officers = {name: Account.objects.get(email=f"{name}@mau.example") for name in ("hanoi1", "ninhbinh1")}
    made = {state: told(agreement, officers["hanoi1"], officers["ninhbinh1"], state) for state in STEPS}
    own = Claim.objects.filter(party=ninhbinh, state=Claim.State.DRAFT)[0]
    shown = Indicator.objects.get(agreement=agreement)
    Indicator.objects.filter(pk=shown.pk).update(public=True)
    counted = [f"count:{name}" for name in ("promised", "confirmed")]
    for party in (hanoi, ninhbinh):
        choose_figures(by=None, party=party, chosen=[*counted, f"indicator:{shown.pk}"])
    locked = Period.objects.get(agreement=agreement, state=Period.State.LOCKED)
    matter = reports.raise_matter(
        by=None, agreement=agreement, party=hanoi, kind="recommendation", text="Thêm điểm bán ở Hà Đông",
        addressee_party=ninhbinh, raised_on=locked.starts_on,
    )  # fmt: skip
    reports.answer_matter(by=None, matter=matter, version=matter.version, answer="Đồng ý.", answered_on=locked.ends_on)
    return {
        **programme_examples(world),
        "programme_pages": [
            *(f"/results/claims/{claim.pk}" for claim in made.values()),
            f"/results/claims/{own.pk}/edit",
            f"/reports/public/{CODE}",
            f"/reports/documents/matter/{matter.pk}",
        ],
        "ninhbinh_focal": "ninhbinh1@mau.example",
        "ninhbinh_head": "ninhbinh2@mau.example",
    }
