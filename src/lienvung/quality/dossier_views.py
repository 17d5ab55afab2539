"""The page of the dossier, and the dossier as PDF and as spreadsheet."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from lienvung.errors import NotAllowed, NotFound
from lienvung.quality import access
from lienvung.quality.dossier import dossier_of
from lienvung.quality.models import Recall
from lienvung.registry.papers import pdf_answer, sheets_of
from lienvung.registry.sheets import book_answer


def seen(request: HttpRequest, id: uuid.UUID) -> Recall:
    """The recall, for those who may see its whole scope."""
    found = access.recall(id)
    if found is None:
        raise NotFound("quality.no_recall", vi="Không có lệnh thu hồi này.", en="There is no such recall.")
    if not access.may_see_scope(request.user, found):
        raise NotAllowed("quality.scope", vi="Bạn không xem được hồ sơ này.", en="You may not see this dossier.")
    return found


@login_required
@require_GET
def dossier(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    return render(request, "quality/dossier.html", {"recall": seen(request, id)})


@login_required
@require_GET
def dossier_pdf(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = seen(request, id)
    language = _language(request)
    return pdf_answer(f"recall-{found.pk}-{language}", dossier_of(found, request.user), language)


@login_required
@require_GET
def dossier_xlsx(request: HttpRequest, id: uuid.UUID) -> FileResponse:
    found = seen(request, id)
    language = _language(request)
    return book_answer(f"recall-{found.pk}-{language}", sheets_of(dossier_of(found, request.user), language))


def _language(request: HttpRequest) -> str:
    """`?in=en`, else that of the pages: a Vietnamese official may want the English one."""
    asked = request.GET.get("in") or get_language() or "vi"
    return "en" if asked == "en" else "vi"
