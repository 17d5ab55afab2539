"""Pages of recalls: the public list, one recall, the decision in two steps, the end."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from lienvung.errors import Conflict, Invalid, NotAllowed, NotFound
from lienvung.ledger.identifiers import candidates
from lienvung.people.access import is_official
from lienvung.people.models import Account
from lienvung.quality import access, actions, growth, notice_rules, notices, rules
from lienvung.quality.figures import figures_of
from lienvung.quality.forms import NEUTRAL, CloseForm, DeclareForm, TreatmentForm
from lienvung.quality.models import Recall
from lienvung.quality.origins import Told, initial_of, origin_of
from lienvung.quality.scopes import held, reach_of, rows_at, rows_of, totals_of, unit_text
from lienvung.registry.sheets import csv_answer
from lienvung.texts import Text

MOST_CLAIMS = 200
COLUMNS = ("lot", "name", "producer", "public_text_vi", "public_text_en", "decided_at", "state", "closed_at")


def _language() -> str:
    return "en" if get_language() == "en" else "vi"


def _official(request: HttpRequest) -> Account:
    account = request.user
    if not isinstance(account, Account) or not is_official(account):
        raise NotAllowed("quality.officials_only", vi="Chỉ dành cho cán bộ.", en="For officials only.")
    return account


def _recall(id: uuid.UUID) -> Recall:
    found = access.recall(id)
    if found is None:
        raise NotFound("quality.no_recall", vi="Không có lệnh thu hồi này.", en="There is no such recall.")
    return found


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    context = {"recalls": access.recalls()[:200], "official": is_official(_who(request))}
    return render(request, "quality/index.html", context)


def _who(request: HttpRequest) -> Account | None:
    return request.user if isinstance(request.user, Account) else None


def _open_rows() -> list[dict[str, Any]]:
    return [
        {
            "lot": recall.lot_uri,
            "name": recall.lot_name,
            "producer": recall.producer.name if recall.producer else "",
            "public_text_vi": recall.public_text_vi,
            "public_text_en": recall.public_text_en,
            "decided_at": recall.decided_at.isoformat(timespec="seconds"),
            "state": recall.state,
            "closed_at": recall.closed_at.isoformat(timespec="seconds") if recall.closed_at else "",
        }
        for recall in access.recalls()
    ]


@require_GET
def open_csv(request: HttpRequest) -> HttpResponse:
    """Recalled lots as open data."""
    return csv_answer("recalls", COLUMNS, [[row.get(column, "") for column in COLUMNS] for row in _open_rows()])


@require_GET
def open_json(request: HttpRequest) -> HttpResponse:
    body = json.dumps({"recalls": _open_rows()}, ensure_ascii=False)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


@require_GET
def recall(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _recall(id)
    sees = access.may_see_scope(request.user, found)
    glns = access.glns_of(request.user)
    own = rows_at(found.scope, glns)
    rows = rows_of(found.scope) if sees else own
    context = {
        "recall": found,
        "sees_scope": sees,
        "own": own,
        "held": held(own),
        "rows": rows,
        "totals": totals_of(rows),
        "figures": figures_of(rows) if sees else None,
        "may_close": found.state == Recall.State.IN_FORCE and access.may_decide(request.user, found.producer),
    }
    if sees:
        context |= {**_answers(found), "official": is_official(_who(request))}
        context["told"] = origin_of(found.origin_ref, request.user)
    return render(request, "quality/recall.html", context)


def _answers(found: Recall) -> dict[str, Any]:
    """The notices with who has not answered, and how much is accounted for by unit."""
    sent = list(access.notices().filter(recall=found).prefetch_related("lines"))
    shares = notice_rules.accounted(line for notice in sent for line in notice.lines.all())
    return {
        "notices": sent,
        "unanswered": [notice for notice in sent if notice.answered_at is None],
        "shares": [(share, unit_text(share.uom)) for share in shares],
    }


@login_required
@require_GET
def scope_csv(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _recall(id)
    if not access.may_see_scope(request.user, found):
        raise NotAllowed("quality.scope", vi="Bạn không xem được phạm vi này.", en="You may not see this scope.")
    rows = [
        {
            **row,
            "state_vi": row["state_text"].vi,
            "state_en": row["state_text"].en,
            "unit_vi": row["unit_text"].vi,
            "unit_en": row["unit_text"].en,
        }
        for row in rows_of(found.scope)
    ]
    columns = "place place_name gtin product product_en lot state state_vi state_en things quantity uom unit_vi unit_en"
    names = columns.split()
    return csv_answer(f"recall-{found.pk}", names, [[row.get(name, "") for name in names] for row in rows])


@login_required
@require_http_methods(["GET", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """The form, then the computed scope to be looked over, then the decision."""
    account = _official(request)
    if request.method == "GET":
        source = origin_of(request.GET.get("origin", ""), account)
        form = DeclareForm(language=_language(), initial=_initial(request, source))
        return render(request, "quality/declare.html", {"form": form, "told": source})
    form = DeclareForm(request.POST, language=_language())
    if not form.is_valid():
        return _declare_again(request, form)
    told, case = form.cleaned_data, form.case()
    if case.origin_ref and origin_of(case.origin_ref, account) is None:
        raise NotFound("quality.no_origin", vi="Không có vụ việc này.", en="There is no such case.")
    try:
        lot = rules.check_lot(candidates(told["lot"]))
        product = access.product_of(lot.split("/")[4])
        if not access.may_decide(account, product.owner if product else None):
            raise NotAllowed(
                "quality.not_your_province",
                vi="Chỉ cán bộ của tỉnh nơi sản xuất hoặc của Hà Nội được quyết định thu hồi.",
                en="Only officials of the producer's province or of Hà Nội may decide on this recall.",
            )
        if access.in_force_on(lot):
            raise actions.recalled_already()
        if "confirm" not in request.POST:
            reach = reach_of(lot)
            rows = rows_of(reach.summary)
            context = {"form": form, "lot": lot, "product": product, "reach": reach}
            context |= {"rows": rows, "totals": totals_of(rows), "figures": figures_of(rows), "clock": _clock(case)}
            context |= {"case_class": rules.CLASSES[case.compulsory], "claims": growth.claims_of(lot)}
            return render(request, "quality/check.html", context)
        text = Text(told["public_vi"], told["public_en"])
        believe = request.POST.getlist("claim")[:MOST_CLAIMS]
        made = actions.declare_recall(
            by=account, lot_uri=lot, reason=told["reason"], public_text=text, case=case, believe=believe
        )
    except Conflict as fault:
        form.add_error("lot", fault.text(_language()))
        return _declare_again(request, form, standing=access.in_force_on(lot), status=409)
    except Invalid as fault:
        form.add_error("lot" if fault.path not in form.fields else fault.path, fault.text(_language()))
        return _declare_again(request, form)
    return redirect("quality:recall", id=made.pk)


def _initial(request: HttpRequest, told: Told | None) -> dict[str, str]:
    if told is not None:
        return {**initial_of(told, lot=request.GET.get("lot", "")[:400]), **NEUTRAL}
    asked = {name: request.GET.get(name, "")[:400] for name in ("lot", "origin", "origin_text")}
    if asked["lot"] and not asked["origin"]:
        asked["origin"] = Recall.Origin.LOT
    return {**asked, **NEUTRAL}


def _clock(case: rules.Case) -> Text | None:
    """The countdown shown before the decision."""
    until = actions.decide_by(case.established_at)
    return rules.clock(until, at=timezone.now(), decided=False) if until else None


def _declare_again(
    request: HttpRequest, form: DeclareForm, *, standing: Recall | None = None, status: int = 422
) -> HttpResponse:
    told = origin_of(form.data.get("origin_ref", ""), request.user)
    context = {"form": form, "page_errors": True, "standing": standing, "told": told}
    return render(request, "quality/declare.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    account = _official(request)
    found = _recall(id)
    if not access.may_decide(account, found.producer):
        raise NotAllowed("quality.not_your_province", vi="Không thuộc tỉnh của bạn.", en="Not of your province.")
    if request.method == "GET" and found.state != Recall.State.IN_FORCE:
        return redirect("quality:recall", id=found.pk)  # which says that it is closed
    form = CloseForm(request.POST or None, language=_language())
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_recall(by=account, recall=found, **form.cleaned_data)
        except Invalid as fault:
            form.add_error(fault.path, fault.text(_language()))
        else:
            return redirect("quality:report", id=found.pk)
    status = 422 if form.errors else 200
    return render(request, "quality/close.html", {"recall": found, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def treatment(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    account, found = _official(request), _recall(id)
    if not access.may_decide(account, found.producer):
        raise NotAllowed("quality.not_your_province", vi="Không thuộc tỉnh của bạn.", en="Not of your province.")
    sent = {str(notice.pk): notice for notice in access.notices().filter(recall=found)}
    holders = {key: notice.holder.name for key, notice in sent.items()}
    form = TreatmentForm(request.POST if request.method == "POST" else None, language=_language(), holders=holders)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        actions.choose_treatment(by=account, recall=found, treatment=told["treatment"], notice=sent.get(told["notice"]))
        return redirect("quality:recall", id=found.pk)
    context = {"recall": found, "form": form}
    return render(request, "quality/treatment.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The scope as it stands now, what is not marked yet, and what others claim; adding them."""
    account, found = _official(request), _recall(id)
    if not access.may_decide(account, found.producer):
        raise NotAllowed("quality.not_your_province", vi="Không thuộc tỉnh của bạn.", en="Not of your province.")
    if request.method == "POST":
        growth.extend_recall(by=account, recall=found, believe=request.POST.getlist("claim")[:MOST_CLAIMS])
        return redirect("quality:recall", id=found.pk)
    now, done = growth.grown(found), set(growth.believed(found))
    claims = [each for each in growth.claims_of(found.lot_uri) if each.event.event_id not in done]
    rows = now.reach.summary["rows"]
    more = found.state == Recall.State.IN_FORCE and bool(now.total or claims or notices.behind(found, rows))
    context = {"recall": found, "growth": now, "claims": claims, "may_add": more, "figures": figures_of(rows)}
    return render(request, "quality/extend.html", context)


@login_required
@require_GET
def report(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The closing report; before the end the same as it stands."""
    found = _recall(id)
    if not access.may_see_scope(request.user, found):
        raise NotAllowed("quality.scope", vi="Bạn không xem được báo cáo này.", en="You may not see this report.")
    context = {"recall": found, "official": is_official(_who(request)), **_answers(found)}
    return render(request, "quality/report.html", context)
