"""Pages of drills: the list, one drill with its score, its report, the notices to holders."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienvung.drills import access, actions, paper, rules
from lienvung.drills.forms import EndForm, FoundForm, StartForm
from lienvung.drills.models import Drill, DrillNotice
from lienvung.errors import Conflict, Invalid, NotAllowed, NotFound
from lienvung.people.access import account_or_none, is_official, may_record, role_in
from lienvung.people.models import Account
from lienvung.quality.access import may_decide
from lienvung.quality.figures import figures_of
from lienvung.quality.scopes import rows_of, totals_of, unit_text
from lienvung.registry.papers import pdf_answer


def _drill(request: HttpRequest, id: uuid.UUID) -> Drill:
    found = access.visible_to(request.user).filter(pk=id).first()
    if found is not None:
        return found
    if Drill.objects.filter(pk=id).exists():
        raise NotAllowed("drills.not_yours", vi="Bạn không xem được cuộc diễn tập này.", en="Not your drill.")
    raise NotFound("drills.no_drill", vi="Không có cuộc diễn tập này.", en="There is no such drill.")


def _official(request: HttpRequest) -> Account:
    account = account_or_none(request.user)
    if account is None or not is_official(account):
        raise NotAllowed("drills.officials_only", vi="Chỉ dành cho cán bộ.", en="For officials only.")
    return account


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Drills one may see, and the notices to one's own organisations."""
    context = {
        "drills": access.visible_to(request.user)[:200],
        "notices": access.notices_of(request.user)[:100],
        "official": is_official(account_or_none(request.user)),
        "mark": rules.MARK,
    }
    return render(request, "drills/index.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    account = _official(request)
    initial = {"lot": request.GET.get("lot", "")[:400]}
    form = StartForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.start_drill(by=account, lot_uri=told["lot"], purpose=told["purpose"])
            return redirect("drills:drill", id=made.pk)
        except (Invalid, Conflict) as fault:
            form.add_error("lot", fault.text(get_language() or "vi"))
    context = {"form": form, "mark": rules.MARK}
    return render(request, "drills/start.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def drill(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The drill and its score; after the end, its report."""
    found = _drill(request, id)
    rows, score = rows_of(found.scope), access.score_of(found)
    context = {
        "drill": found,
        "score": score,
        "shares": [(share, unit_text(share.uom)) for share in score.shares],
        "notices": found.notices.select_related("holder"),
        "official": is_official(account_or_none(request.user)),
        "rows": rows,
        "totals": totals_of(rows),
        "figures": figures_of(rows),
        "may_end": found.running and may_decide(request.user, found.producer),
        "mark": rules.MARK,
    }
    return render(request, "drills/drill.html", context)


@login_required
@require_GET
def report_pdf(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _drill(request, id)
    language = "en" if (request.GET.get("in") or get_language()) == "en" else "vi"
    return pdf_answer(f"drill-{found.pk}-{language}", paper.report_of(found), language)


@login_required
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    account, found = _official(request), _drill(request, id)
    if not may_decide(account, found.producer):
        raise NotAllowed("drills.not_your_province", vi="Không thuộc tỉnh của bạn.", en="Not of your province.")
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_drill(by=account, drill=found, lesson=form.cleaned_data["lesson"])
            return redirect("drills:drill", id=found.pk)
        except Invalid as fault:
            form.blame(fault)
    context = {"form": form, "drill": found, "mark": rules.MARK}
    return render(request, "drills/end.html", context, status=422 if form.errors else 200)


def _notice(request: HttpRequest, id: uuid.UUID, *, to_answer: bool = False) -> DrillNotice:
    found = (
        DrillNotice.objects.select_related("drill", "holder", "acknowledged_by", "answered_by").filter(pk=id).first()
    )
    if found is None:
        raise NotFound("drills.no_notice", vi="Không có thông báo này.", en="There is no such notice.")
    account = account_or_none(request.user)
    reads = is_official(account) or role_in(account, found.holder) is not None
    if not (may_record(account, found.holder) if to_answer else reads):
        raise NotAllowed("drills.not_your_notice", vi="Thông báo gửi cho cơ sở khác.", en="Sent to somebody else.")
    return found


@login_required
@require_GET
def notice(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _notice(request, id)
    acts = found.drill.running and may_record(account_or_none(request.user), found.holder)
    return render(request, "drills/notice.html", {"notice": found, "may_answer": acts, "mark": rules.MARK})


@login_required
@require_POST
def acknowledge(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _notice(request, id, to_answer=True)
    actions.acknowledge(by=account_or_none(request.user), notice=found)
    return redirect("drills:notice", id=found.pk)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _notice(request, id, to_answer=True)
    data = request.POST.copy() if request.method == "POST" else None
    form = FoundForm(data, lines=list(found.lines.all()), version=found.version)
    if data is not None and form.is_valid():
        try:
            upon = form.cleaned_data["upon"]
            actions.report(by=account_or_none(request.user), notice=found, told=form.told(), upon=upon)
            return redirect("drills:notice", id=found.pk)
        except (Invalid, Conflict) as fault:
            if isinstance(fault, Conflict) and fault.code != actions.ANSWERED_MEANWHILE:
                raise
            form.blame(fault)
            found.refresh_from_db()
            data["upon"] = found.version  # sent once more, it is upon what is there now
    context = {"notice": found, "form": form, "mark": rules.MARK}
    return render(request, "drills/answer.html", context, status=422 if form.errors else 200)
