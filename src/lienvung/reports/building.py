"""Building the files of reports in the background (a chore of the worker): Word and PDF, in both languages.

The steps done are written as it goes, outside the transaction of the result, so that a page can show them. A report
whose worker died is built again; one that is issued meanwhile by another worker is left alone.
"""

from __future__ import annotations

import contextlib
import logging
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import F, ProtectedError, Q
from django.utils import timezone

from lienvung.errors import Problem
from lienvung.papers.actions import drop_file, store_file
from lienvung.papers.layout import Table
from lienvung.papers.models import File
from lienvung.papers.pdf import as_pdf
from lienvung.papers.pdf_tables import steps_of
from lienvung.papers.word import as_docx
from lienvung.reports.gather import Facts, facts_of
from lienvung.reports.models import Print, Report
from lienvung.reports.report_access import ROOM
from lienvung.reports.telling import tell
from lienvung.texts import Text

log = logging.getLogger(__name__)
LANGUAGES = ("vi", "en")
DEAD_AFTER = timedelta(minutes=5)
LEFT_AFTER = timedelta(hours=1)
TELL_EVERY = 0.5  # seconds between two notes of progress


def build_reports() -> int:
    """Build the report that waits longest; 1 when there was one."""
    now = timezone.now()
    dead = Q(build=Report.Build.RUNNING) & (Q(beaten_at__isnull=True) | Q(beaten_at__lt=now - DEAD_AFTER))
    report = Report.objects.filter(Q(build=Report.Build.WAITING) | dead).order_by("asked_at").first()
    if report is None:
        return 0
    mine = Report.objects.filter(pk=report.pk, version=report.version, build=report.build, beaten_at=report.beaten_at)
    if not mine.update(build=Report.Build.RUNNING, beaten_at=now, version=F("version") + 1):
        return 1  # another worker was quicker
    report.refresh_from_db()
    try:
        _build(report)
    except Problem as problem:
        _failed(report, problem.vi)
    except Exception:
        log.exception("building the report %s", report.pk)
        _failed(report, "Lỗi khi lập báo cáo; xem nhật ký máy chủ. / It broke; see the server's log.")
    return 1


def _failed(report: Report, trouble: str) -> None:
    standing = Report.objects.filter(pk=report.pk, version=report.version)
    standing.update(build=Report.Build.FAILED, trouble=trouble[:400], version=F("version") + 1)


class Progress:
    """Counts steps and writes them now and then; what it writes also says that the worker lives."""

    def __init__(self, report: Report) -> None:
        self.report, self.done, self.told = report, 0, 0.0

    def most(self, steps: int) -> None:
        Report.objects.filter(pk=self.report.pk).update(most=steps, done=0, beaten_at=timezone.now())

    def step(self) -> None:
        self.done += 1
        if time.monotonic() - self.told > TELL_EVERY:
            self.told = time.monotonic()
            mine = Report.objects.filter(pk=self.report.pk, version=self.report.version)
            mine.update(done=self.done, beaten_at=timezone.now())


def _build(report: Report) -> None:
    facts = facts_of(report.agreement, report.starts_on, report.ends_on, period=report.period)
    made = files_of(report, facts, Progress(report))
    with transaction.atomic():
        stored = Report.objects.select_for_update().get(pk=report.pk)
        if stored.version != report.version:
            return  # taken over by another worker
        old = list(stored.prints.filter(final=False))
        for language, ending, data in made:
            file = store_file(
                by=stored.issued_by if stored.build_final else stored.made_by, room=ROOM,
                name=f"{_name(stored)}-{language}.{ending}", data=data, about=f"report:{stored.pk}", made_here=ending,
            )  # fmt: skip
            Print.objects.create(report=stored, language=language, file=file, final=stored.build_final)
        for each in old:
            each.delete()  # the draft's former files are no more offered, and dropped by `drop_left_files`
        final = stored.build_final
        Report.objects.filter(pk=stored.pk).update(
            build=Report.Build.DONE, built_at=timezone.now(), done=F("most"), version=F("version") + 1,
            state=Report.State.FINAL if final else Report.State.DRAFT, issued_at=timezone.now() if final else None,
        )  # fmt: skip


def drop_left_files() -> int:
    """Drop the files of drafts that were built anew since; an hour later, for somebody may just be fetching one."""
    left = File.objects.filter(room=ROOM, stored_at__lt=timezone.now() - LEFT_AFTER)
    left = left.exclude(pk__in=Print.objects.values("file"))
    dropped = 0
    for file in left[:100]:
        with contextlib.suppress(ProtectedError):  # named again meanwhile
            drop_file(file)
            dropped += 1
    return dropped


def files_of(report: Report, facts: Facts, progress: Progress) -> list[tuple[str, str, bytes]]:
    """(language, ending, bytes) of every file."""
    blocks = {each.name: Text(each.text, each.text_en or each.text) for each in report.narrative.all()}
    told = [tell(report, facts, blocks, language, final=report.build_final) for language in LANGUAGES]
    rows = (len(block.rows) for document in told for block in document.all_blocks() if isinstance(block, Table))
    progress.most(sum(map(steps_of, rows)) + 2 * len(told))
    found = []
    for document in told:
        found.append((document.language, "docx", as_docx(document)))
        progress.step()
        found.append((document.language, "pdf", as_pdf(document, step=progress.step)))
        progress.step()
    return found


def _name(report: Report) -> str:
    number = f"{report.number}-{report.symbol}-" if report.number else ""
    return f"{number}{report.kind_words.vi} {report.span.vi}".replace("/", "-")
