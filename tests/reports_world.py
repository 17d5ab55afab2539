"""What tests of reports add to `tests/results_world.py`: clauses, confirmed results, matters, a report."""

from __future__ import annotations

from datetime import date, timedelta

from lienvung.programme.models import Agreement, Clause
from lienvung.reports import report_actions as actions
from lienvung.reports.building import build_reports
from lienvung.reports.models import Matter, Report
from lienvung.results.actions import confirm_claim
from tests.results_world import Results, sent


def with_clauses(made: Results) -> tuple[Clause, Clause]:
    """Two clauses; the commitment comes from the first, nothing was ever done under the second."""
    clauses = [
        Clause.objects.create(agreement=made.agreement, number=number, text=text, text_en=english, order=order)
        for order, (number, text, english) in enumerate(
            [("1", "Hỗ trợ mã QR", "Support of QR codes"), ("2", "Nạo vét sông Đáy", "Dredging of the Đáy river")]
        )
    ]
    type(made.commitment).objects.filter(pk=made.commitment.pk).update(clause=clauses[0])
    return clauses[0], clauses[1]


def confirmed(made: Results, **more):
    claim = sent(made, **more)
    return confirm_claim(by=made.n_officer, claim=claim, version=claim.version)


def begun(made: Results, **more) -> Report:
    values = {"by": made.n_officer, "party": made.ninhbinh, "kind": "periodic", "period": made.period, **more}
    return actions.begin_report(agreement=made.agreement, **values)


def complete(report: Report) -> Report:
    """With all that an issued report needs."""
    form = {"issuer": report.issuer, "number": "45", "dated": date(2026, 7, 5), "signer_name": "Người Ký Mẫu"}
    return actions.write_report(by=None, report=report, version=report.version, form=form, blocks={})


def built(report: Report, *, final: bool = False) -> Report:
    asked = actions.ask_to_build(by=None, report=report, version=report.version, final=final)
    while build_reports():
        pass
    asked.refresh_from_db()
    return asked


def raised(made: Results, **more) -> Matter:
    values = {
        "by": made.n_officer, "agreement": made.agreement, "party": made.ninhbinh, "kind": "recommendation",
        "text": "Đề nghị bố trí thêm điểm bán", "raised_on": made.period.starts_on + timedelta(days=5),
        "addressee_party": made.hanoi, "answer_due": made.period.starts_on + timedelta(days=20),
    }  # fmt: skip
    return actions.raise_matter(**{**values, **more})


def examples(code: str) -> dict[str, str]:
    """A draft, an issued report with its file, and a matter of Ninh Bình in the agreement `code` of
    `results_world.examples`, for the URL × role table."""
    agreement = Agreement.objects.get(code=code)
    party = agreement.parties.get(name__icontains="Ninh Bình")
    period = agreement.periods.order_by("starts_on")[0]
    told = {"by": None, "agreement": agreement, "party": party}
    final = built(complete(actions.begin_report(kind="periodic", period=period, **told)), final=True)
    draft = actions.begin_report(kind="periodic", period=period, **told)
    matter = actions.raise_matter(
        kind="difficulty", text="Thiếu vốn", addressee="Bộ Xây dựng", raised_on=period.starts_on, **told
    )
    printed = final.prints.first()
    assert printed is not None
    return {
        "reports_code": code,
        "report_draft": str(draft.pk),
        "report_final": str(final.pk),
        "report_file": str(printed.file_id),
        "matter": str(matter.pk),
    }
