"""Who sees and does what with reports and matters: the table `programme.rules.MAY`, asked for the row's own party."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from lienvung.errors import NotAllowed, NotFound
from lienvung.papers.models import File
from lienvung.programme import rules
from lienvung.programme.access import Standing, standing_of
from lienvung.programme.models import Agreement, Party
from lienvung.reports.models import Matter, Print, Report
from lienvung.results.access import agreements_of

ROOM = "reports"


def seen_agreement(account: Any, code: str) -> tuple[Agreement, Standing]:
    """The agreement, for officials of its parties and the staff."""
    found = Agreement.objects.filter(code=code).first()
    if found is None:
        raise NotFound("reports.no_agreement", vi="Không có thỏa thuận này.", en="There is no such agreement.")
    standing = standing_of(account, found)
    if not standing.parties and not standing.staff:
        raise not_for_you()
    return found, standing


def not_for_you() -> NotAllowed:
    return NotAllowed(
        "reports.not_for_you",
        vi="Chỉ cán bộ của các bên tham gia thỏa thuận xem được trang này.",
        en="Only officials of the agreement's parties may see this page.",
    )


def seen_report(account: Any, id: uuid.UUID) -> tuple[Report, Standing]:
    """A draft is seen by the party that writes it (and the staff), an issued one by all parties."""
    found = Report.objects.select_related("agreement", "party", "period").filter(pk=id).first()
    if found is None:
        raise NotFound("reports.no_report", vi="Không có báo cáo này.", en="There is no such report.")
    standing = standing_of(account, found.agreement)
    if not may_see_report(standing, found):
        raise not_for_you()
    return found, standing


def may_see_report(standing: Standing, report: Report) -> bool:
    if report.state == Report.State.DRAFT:
        return standing.staff or report.party_id in standing.parties
    return standing.staff or bool(standing.parties)


def reports_of(agreement: Agreement, standing: Standing) -> list[Report]:
    found = Report.objects.filter(agreement=agreement).select_related("party", "period")
    return [each for each in found if may_see_report(standing, each)]


def may_report(standing: Standing, act: str, report: Report) -> bool:
    return rules.may("report", report.state, act, standing.roles(party=report.party_id))


def reporting_parties(standing: Standing) -> list[Party]:
    """The parties for which a report may be begun, or a matter raised."""
    return list(standing.agreement.parties.filter(pk__in=standing.parties))


def may_begin(standing: Standing, act: str) -> bool:
    """`act`: "report" or "raise_matter"."""
    agreement = standing.agreement
    state = rules.state_of_agreement(agreement.state, agreement.ends_on, standing.today)
    return bool(standing.parties) and rules.may("agreement", state, act, standing.roles())


def seen_matter(account: Any, id: uuid.UUID) -> tuple[Matter, Standing]:
    found = (
        Matter.objects.select_related("agreement", "party", "addressee_party", "clause", "commitment")
        .filter(pk=id)
        .first()
    )
    if found is None:
        raise NotFound("reports.no_matter", vi="Không có mục này.", en="There is no such row.")
    standing = standing_of(account, found.agreement)
    if not standing.parties and not standing.staff:
        raise not_for_you()
    return found, standing


def may_matter(standing: Standing, act: str, matter: Matter) -> bool:
    party = matter.answering.pk if act == "answer" else matter.party_id
    return rules.may("matter", matter.state, act, standing.roles(party=party))


def agreements(account: Any) -> QuerySet[Agreement]:
    return agreements_of(account)


def may_open(account: Any, file: File) -> bool:
    """The files of reports, for `papers.access.providers`."""
    printed = Print.objects.select_related("report__agreement").filter(file=file).first()
    return printed is not None and may_see_report(standing_of(account, printed.report.agreement), printed.report)


def matters_of(agreement: Agreement) -> QuerySet[Matter]:
    return Matter.objects.filter(agreement=agreement).select_related("party", "addressee_party", "clause", "agreement")
