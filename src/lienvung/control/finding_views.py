"""Pages of findings and photos: the list, one finding, the establishment's correction, closing on evidence."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from lienvung.catalogue import pictures
from lienvung.control import access, actions, correcting, words
from lienvung.control.forms import CorrectionForm, NoteForm
from lienvung.control.models import Finding
from lienvung.control.views import PAGE, asked, chosen_province, province_choices, with_words
from lienvung.errors import NotAllowed
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager


@listed
def findings(request: HttpRequest) -> HttpResponseBase:
    """Those that stand, the most overdue first; all of them when asked for."""
    chosen, provinces = chosen_province(request)
    show = request.GET.get("show", "standing")
    found = access.findings(provinces=provinces, standing=show != "all")
    if show == "overdue":
        found = access.overdue(timezone.localdate(), provinces=provinces)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": with_words(page),
        "page": page,
        "pager": pager(request, page),
        "show": show,
        "provinces": province_choices(chosen),
        "list_name": "findings",
        "chosen": chosen,
    }
    return render(request, "control/findings.html", context)


def visible(request: HttpRequest, id: uuid.UUID) -> Finding:
    found = access.finding(id)
    if not access.may_see(request.user, found.establishment):
        raise NotAllowed(
            "control.not_for_you",
            vi="Chỉ cán bộ và người của cơ sở được xem lỗi này.",
            en="Only officials and the establishment's people may see this finding.",
        )
    return found


@listed
def finding(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = visible(request, id)
    may_act = access.may_act(request.user, shown.establishment)
    context = {
        "finding": shown,
        "establishment": shown.establishment,
        "severity": words.SEVERITIES[shown.severity],
        "state": words.FINDING_STATES[shown.state],
        "late": shown.late(timezone.localdate()),
        "photos": shown.inspection.photos.filter(item=shown.item, correction=None),
        "corrections": shown.corrections.prefetch_related("photos"),
        "may_answer": shown.stands and access.may_answer(request.user, shown.establishment),
        "may_close": may_act and correcting.may_close_on_evidence(shown),
        "may_act": may_act,
        "repeated_as": shown.repeated_as.first(),
    }
    return render(request, "control/finding.html", context)


@listed
def answer(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = visible(request, id)
    if not access.may_answer(request.user, shown.establishment):
        raise NotAllowed(
            "control.not_yours",
            vi="Chỉ người của cơ sở được báo khắc phục.",
            en="Only people of the establishment may report a correction.",
        )
    form = CorrectionForm(request.POST or None, request.FILES or None)
    return asked(
        request, form,
        lambda told: correcting.answer_finding(
            by=person(request), finding=shown, text=told["text"], images=[each.read() for each in told["images"]]
        ),
        "control/answer.html", {"finding": shown},
        done=lambda _: redirect("control:finding", id=shown.pk),
    )  # fmt: skip


@listed
def close(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = visible(request, id)
    if not access.may_act(request.user, shown.establishment):
        raise actions.not_your_province()
    return asked(
        request, NoteForm(request.POST or None),
        lambda told: correcting.close_finding(by=person(request), finding=shown, **told),
        "control/close.html", {"finding": shown},
        done=lambda _: redirect("control:finding", id=shown.pk),
    )  # fmt: skip


@listed
def photo(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """A photo to those who see its inspection; `?size=small` in its small size. Never public, never cached shared."""
    shown = access.photo(id)
    if not access.may_see_inspection(request.user, shown.inspection):
        raise NotAllowed(
            "control.not_for_you",
            vi="Chỉ cán bộ và người của cơ sở được xem ảnh này.",
            en="Only officials and the establishment's people may see this photo.",
        )
    files, name = shown.file.storage, shown.file.name or ""
    small = pictures.small_name(name)
    wanted = small if request.GET.get("size") == "small" and files.exists(small) else name
    response = FileResponse(files.open(wanted, "rb"), content_type="image/webp")
    response["Cache-Control"] = "private, max-age=3600"
    return response
