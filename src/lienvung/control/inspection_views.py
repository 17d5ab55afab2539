"""Pages of an inspection, made for a phone: one item a page, then the conclusion, then both signatures."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from lienvung.control import access, actions, inspecting, rules, signing, words
from lienvung.control.forms import (
    AnswerForm,
    CountersignForm,
    ReasonForm,
    ResultForm,
    SideForm,
    StartForm,
    TextForm,
)
from lienvung.control.models import Answer, Finding, Inspection
from lienvung.control.reference import newest_checklists, practice
from lienvung.control.views import PAGE, actable, asked, chosen_province, province_choices
from lienvung.errors import Conflict, NotAllowed, Problem
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager


def visible(request: HttpRequest, id: uuid.UUID) -> Inspection:
    found = access.inspection(id)
    if not access.may_see_inspection(request.user, found):
        raise NotAllowed(
            "control.not_for_you",
            vi="Chỉ cán bộ và người của cơ sở được xem biên bản này.",
            en="Only officials and the establishment's people may see this inspection.",
        )
    return found


def own(request: HttpRequest, id: uuid.UUID) -> Inspection:
    """The inspection, for officials of the establishment's province."""
    found = access.inspection(id)
    if not access.may_act(request.user, found.establishment):
        raise actions.not_your_province()
    return found


def to(inspection: Inspection) -> HttpResponseBase:
    return redirect("control:inspection", id=inspection.pk)


def redirect_unless(inspection: Inspection, state: str) -> HttpResponseBase | None:
    """To the inspection's page when it is past (or before) the step asked for."""
    return None if inspection.state == state else to(inspection)


@listed
def inspections(request: HttpRequest) -> HttpResponseBase:
    chosen, provinces = chosen_province(request)
    page = Paginator(access.inspections(provinces=provinces), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [(each, words.KINDS[each.kind], words.INSPECTION_STATES[each.state]) for each in page],
        "page": page,
        "pager": pager(request, page),
        "provinces": province_choices(chosen),
        "list_name": "inspections",
        "chosen": chosen,
    }
    return render(request, "control/inspections.html", context)


@listed
def start(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = actable(request, id)
    fitting = [each for each in newest_checklists() if set(each.activities) & set(shown.activities)]
    form = StartForm(request.POST or None, initial={"checklist": fitting[0].code if fitting else ""})
    return asked(
        request, form,
        lambda told: inspecting.start_inspection(by=person(request), establishment=shown, **told),
        "control/start.html", {"establishment": shown, "under_way": access.open_inspection(shown)},
        done=to,
    )  # fmt: skip


@listed
def inspection(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """The task list while it is open, the record afterwards."""
    shown = visible(request, id)
    rows = rows_of(shown)
    context = {
        "inspection": shown,
        "establishment": shown.establishment,
        "kind": words.KINDS[shown.kind],
        "state": words.INSPECTION_STATES[shown.state],
        "side": words.SIDES[shown.side] if shown.side else None,
        "rows": rows,
        "answered": sum(1 for row in rows if row["answer"]),
        "next": next((row["item"].code for row in rows if not row["answer"]), ""),
        "may_act": access.may_act(request.user, shown.establishment),
        "may_sign": access.may_answer(request.user, shown.establishment),
        "findings": [(each, words.FINDING_STATES[each.state]) for each in shown.findings.all()],
        "to_check": shown.findings.filter(state__in=Finding.STANDING).exists(),
        "under_way": access.open_inspection(shown.establishment),
        "closed": shown.closed.all(),
        "amendments": shown.amendments.all(),
        "as_signed": signing.is_as_signed(shown),
        "again": access.shown_to(request.user, shown.again.all()),
    }
    return render(request, "control/inspection.html", context)


def rows_of(inspection: Inspection) -> list[dict[str, Any]]:
    """Each item with its answer and photos."""
    answers = {each.item: each for each in inspection.answers.select_related("answered_by")}
    photos: dict[str, list[Any]] = {}
    for photo in inspection.photos.filter(correction=None):
        photos.setdefault(photo.item, []).append(photo)
    tones = {"pass": "green", "fail": "red"}
    return [
        {
            "item": item,
            "severity": words.SEVERITIES[item.severity],
            "answer": (found := answers.get(item.code)),
            "words": words.ANSWERS[found.answer] if found else None,
            "tone": tones.get(found.answer, "") if found else "",
            "photos": photos.get(item.code, []),
        }
        for item in inspection.listed
    ]


@listed
def item(request: HttpRequest, id: uuid.UUID, item: str) -> HttpResponseBase:
    """One item; after it the next one without an answer."""
    shown = own(request, id)
    if leave := redirect_unless(shown, Inspection.State.OPEN):
        return leave
    asked_for = inspecting.item_of(shown, item)
    standing = Answer.objects.filter(inspection=shown, item=item).select_related("answered_by").first()
    form = AnswerForm(request.POST or None, request.FILES or None, initial=initial_of(standing))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                write(request, shown, item, form.cleaned_data)
                return after(shown, item, request)
            except Conflict as clash:
                form.blame(clash)
                # what was typed stays; the next write is over the newer answer
                standing = Answer.objects.filter(inspection=shown, item=item).select_related("answered_by").first()
                form.data = {**request.POST.dict(), "seen": str(standing.version if standing else 0)}
                status = 409
            except Problem as problem:
                form.blame(problem)
    codes = [each.code for each in shown.listed]
    default = rules.due_on(practice().findings, inspecting.scheme_of(shown), asked_for.severity, shown.visited_on)
    context = {
        "inspection": shown,
        "item": asked_for,
        "severity": words.SEVERITIES[asked_for.severity],
        "number": codes.index(item) + 1,
        "count": len(codes),
        "photos": shown.photos.filter(item=item, correction=None),
        "form": form,
        "page_errors": form.errors,
        "standing": standing,
        "standing_words": words.ANSWERS[standing.answer] if standing else None,
        "clash": status == 409,
        "default_due": default,
    }
    return render(request, "control/item.html", context, status=status)


def initial_of(answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {"seen": 0}
    return {"answer": answer.answer, "note": answer.note, "due_on": answer.due_on, "seen": answer.version}


def write(request: HttpRequest, inspection: Inspection, item: str, told: dict[str, Any]) -> None:
    """Answer and photo, both or neither: a file that is no picture leaves the answer unwritten."""
    image = told.pop("image")
    with transaction.atomic():
        inspecting.answer_item(by=person(request), inspection=inspection, item=item, **told)
        if image is not None:
            inspecting.add_photo(by=person(request), inspection=inspection, item=item, image=image.read())


def after(inspection: Inspection, item: str, request: HttpRequest) -> HttpResponseBase:
    if "stay" in request.POST:
        return redirect("control:item", id=inspection.pk, item=item)
    answered = set(inspection.answers.values_list("item", flat=True))
    codes = [each.code for each in inspection.listed]
    place = codes.index(item)
    following = [code for code in (*codes[place + 1 :], *codes[:place]) if code not in answered]
    return redirect("control:item", id=inspection.pk, item=following[0]) if following else to(inspection)


@listed
def result(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = own(request, id)
    if leave := redirect_unless(shown, Inspection.State.OPEN):
        return leave
    scheme, proposal = inspecting.scheme_of(shown), inspecting.proposal_for(shown)
    first = {"result": shown.result or proposal.result.code, "note": shown.result_note}
    return asked(
        request, ResultForm(request.POST or None, scheme=scheme, initial=first),
        lambda told: inspecting.fix_result(by=person(request), inspection=shown, **told),
        "control/result.html", {"inspection": shown, "proposal": proposal, "scheme": scheme},
        done=lambda _: redirect("control:sign", id=shown.pk),
    )  # fmt: skip


@listed
def sign(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """Everything once more, then the inspector's signature."""
    shown = own(request, id)
    if leave := redirect_unless(shown, Inspection.State.OPEN):
        return leave
    if not shown.result:
        return redirect("control:result", id=shown.pk)
    if request.method == "POST":
        signing.sign_inspection(by=person(request), inspection=shown, seen=request.POST.get("seen", ""))
        return redirect("control:other_side", id=shown.pk)
    context = {
        "inspection": shown,
        "rows": rows_of(shown),
        "establishment": shown.establishment,
        "seen": signing.digest_of(shown),
    }
    return render(request, "control/sign.html", context)


@listed
def other_side(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """The establishment's person signs on the spot, or refuses; or signs later in an account of its own."""
    shown = own(request, id)
    if leave := redirect_unless(shown, Inspection.State.WAITING):
        return leave

    def act(told: dict[str, Any]) -> Inspection:
        write_side = signing.record_refusal if told.pop("side") == "refused" else signing.sign_on_the_spot
        return write_side(by=person(request), inspection=shown, **told)

    form = SideForm(request.POST or None, initial={"digest": shown.digest})
    context = {"inspection": shown, "establishment": shown.establishment}
    return asked(request, form, act, "control/other_side.html", context, done=to)


@listed
def countersign(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """Somebody of the establishment signs, in the own account, what the page shows."""
    shown = visible(request, id)
    if not access.may_answer(request.user, shown.establishment):
        raise NotAllowed(
            "control.not_yours",
            vi="Chỉ người của cơ sở được ký thay cơ sở.",
            en="Only people of the establishment may sign for it.",
        )
    if leave := redirect_unless(shown, Inspection.State.WAITING):
        return leave
    form = CountersignForm(request.POST or None, initial={"digest": shown.digest})
    context = {"inspection": shown, "rows": rows_of(shown), "establishment": shown.establishment}
    return asked(
        request, form,
        lambda told: signing.sign_for_establishment(by=person(request), inspection=shown, **told),
        "control/countersign.html", context,
        done=to,
    )  # fmt: skip


@listed
def reopen(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = own(request, id)
    if leave := redirect_unless(shown, Inspection.State.WAITING):
        return leave
    return asked(
        request, ReasonForm(request.POST or None),
        lambda told: signing.reopen_inspection(by=person(request), inspection=shown, **told),
        "control/reopen.html", {"inspection": shown},
        done=to,
    )  # fmt: skip


@listed
def amend(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = own(request, id)
    if leave := redirect_unless(shown, Inspection.State.SIGNED):
        return leave
    return asked(
        request, TextForm(request.POST or None),
        lambda told: signing.amend_inspection(by=person(request), inspection=shown, **told),
        "control/amend.html", {"inspection": shown},
        done=lambda _: to(shown),
    )  # fmt: skip


@listed
def again(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """Begin the re-inspection of what still stands."""
    shown = own(request, id)
    made = inspecting.start_inspection(by=person(request), establishment=shown.establishment, again_of=shown)
    return to(made)
