"""Pages of the room: agreements for everybody who may see them, and one page for every act."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from lienvung import registry
from lienvung.errors import Conflict, NotAllowed, NotFound, Problem
from lienvung.people.gate import listed, person
from lienvung.programme import access, actions, rules, words
from lienvung.programme.act import Act
from lienvung.programme.doing import ACTS, MODELS, acts_of
from lienvung.programme.forms import ActForm, RowField, line, row_of
from lienvung.programme.models import (
    Agreement,
    Amendment,
    ClauseCopy,
    Commitment,
    CommitteeMember,
    Conclusion,
    Document,
    FocalAgency,
    Meeting,
    Party,
    Plan,
    Task,
)
from lienvung.texts import Text

NEAR = 20  # panels up to this order stand before the contents of an agreement, others after them


def gone() -> NotFound:
    return NotFound("programme.no_such", vi="Không có trang này.", en="There is no such page.")


def seen(request: HttpRequest, row: Any) -> access.Standing:
    """What the reader is in the row's agreement; "not found" where she may not see it."""
    standing = access.standing_of(request.user, row.agreement)
    if not standing.sees or not standing.may("see", row):
        raise gone()
    return standing


def panels_of(known: Iterable[registry.Panel], request: HttpRequest, subject: Any) -> list[dict[str, Any]]:
    """What rooms above add to a page."""
    return [
        {"label": panel.label, "template": panel.template, "values": values}
        for panel in known
        if (values := panel.context(request, subject)) is not None
    ]


def state_of(agreement: Agreement, standing: access.Standing) -> str:
    return rules.state_of_agreement(agreement.state, agreement.ends_on, standing.today)


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    shown = access.visible_to(request.user).prefetch_related("parties").order_by("-starts_on", "title")
    context = {
        "agreements": [(each, rules.state_of_agreement(each.state, each.ends_on, access.today())) for each in shown],
        "may_create": bool(access.focal_provinces(request.user)),
        "words": words,
    }
    return render(request, "programme/index.html", context)


@listed
def rights(request: HttpRequest) -> HttpResponseBase:
    """`rules.MAY` as a table: kind, act, states, and who may."""
    tables = []
    for kind, states in rules.STATES.items():
        rows = []
        for rule in (rule for rule in rules.RULES if rule.kind == kind):
            told = (
                [words.STATES.get(state, Text(state, state)) for state in rule.states] if rule.states != states else []
            )
            named = [text for role, text in words.ROLES.items() if role in rule.roles]
            rows.append((words.RIGHTS.get(rule.act), rule.act, told, named))
        tables.append((kind, words.KINDS.get(kind, Text(kind, kind)), rows))
    return render(request, "programme/rights.html", {"tables": tables})


@listed
def agreement(request: HttpRequest, code: str) -> HttpResponseBase:
    shown = access.agreement(request.user, code)
    if shown is None:
        raise gone()
    standing = seen(request, shown)
    inside = bool(standing.parties) or standing.staff
    context = {
        "agreement": shown,
        "state": state_of(shown, standing),
        "inside": inside,
        "parties": access.parties_shown(shown, standing.today),
        "tree": access.tree_of(shown, inside=inside),
        "documents": [each for each in shown.documents.select_related("file") if inside or each.public],
        "focal": access.focal_agencies(shown),
        "committee": shown.committee.select_related("party"),
        "plans": [each for each in shown.plans.select_related("party") if standing.may("see", each)],
        "meetings": shown.meetings.all(),
        "amendments": [each for each in shown.amendments.all() if standing.may("see", each)],
        "extensions": shown.extensions.all(),
        "following": [each for each in shown.successors.all() if inside or each.published_at],
        "follows": shown.follows if shown.follows and (inside or shown.follows.published_at) else None,
        "panels": panels_of((each for each in registry.agreement_panels if each.order <= NEAR), request, shown),
        "panels_below": panels_of((each for each in registry.agreement_panels if each.order > NEAR), request, shown),
        "acts": acts_of("agreement", shown, standing.may),
        "may_fields": standing.may("edit_fields", shown),
        "may_clauses": standing.may("edit_clauses", shown),
        "words": words,
    }
    return render(request, "programme/agreement.html", context)


@listed
def party(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """Who signed, sits and works for one side; agencies with their days and successors."""
    shown = _row(Party, id, "agreement", "unit__parent__parent")
    standing = seen(request, shown)
    agencies = [(each, acts_of("agency", each, standing.may)) for each in access.agencies_shown(shown)]
    seats = [(each, acts_of("seat", each, standing.may)) for each in shown.committee.select_related("party")]
    context = {
        "party": shown,
        "today": [
            unit for one, now in access.parties_shown(shown.agreement, standing.today) if one == shown for unit in now
        ],
        "agencies": agencies,
        "focal": shown.focal_agencies.select_related("agency"),
        "seats": seats,
    }
    return _page(request, "party", shown, standing, context)


@listed
def commitment(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _row(Commitment, id, "agreement", "clause", "field", "obligor", "beneficiary", "conclusion__meeting")
    standing = seen(request, shown)
    tasks = [task for task in shown.tasks.select_related("plan") if standing.may("see", task.plan)]
    context = {
        "commitment": shown,
        "links": shown.agency_links.select_related("party", "agency"),
        "tasks": tasks,
        "panels": panels_of(registry.commitment_panels, request, shown),
    }
    return _page(request, "commitment", shown, standing, context)


@listed
def plan(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _row(Plan, id, "agreement", "party", "document")
    standing = seen(request, shown)
    tasks = shown.tasks.select_related("plan__agreement", "commitment").prefetch_related("agency_links__agency")
    rows = [(task, acts_of("task", task, standing.may), _late(task, standing)) for task in tasks]
    return _page(request, "plan", shown, standing, {"plan": shown, "rows": rows})


def _late(task: Task, standing: access.Standing) -> bool:
    return task.state in (Task.State.TODO, Task.State.DOING) and task.due is not None and task.due < standing.today


@listed
def meeting(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _row(Meeting, id, "agreement", "document")
    standing = seen(request, shown)
    inside = bool(standing.parties) or standing.staff
    conclusions = [
        (
            each,
            [made for made in each.commitments.all() if standing.may("see", made)],
            acts_of("conclusion", each, standing.may),
        )
        for each in shown.conclusions.select_related("meeting__agreement").prefetch_related("commitments")
    ]
    context = {
        "meeting": shown,
        "inside": inside,
        "delegations": shown.delegations.select_related("party"),
        "conclusions": conclusions,
    }
    return _page(request, "meeting", shown, standing, context)


@listed
def amendment(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """The copies beside what they were copied from, word by word."""
    shown = _row(Amendment, id, "agreement", "document")
    standing = seen(request, shown)
    rows = []
    for copy in shown.copies.select_related("original", "amendment__agreement"):
        copy.amendment = shown
        what = rules.compare(copy)
        late = shown.state == "draft" and copy.original is not None and copy.original.version != copy.base_version
        differences = rules.compare_words(copy.base_text, copy.text) if what == rules.CHANGED else []
        differences_en = rules.compare_words(copy.base_text_en, copy.text_en) if what == rules.CHANGED else []
        rows.append((copy, what, differences, differences_en, late, acts_of("copy", copy, standing.may)))
    return _page(request, "amendment", shown, standing, {"amendment": shown, "rows": rows})


def _row(model: Any, id: uuid.UUID, *along: str) -> Any:
    found = model.objects.select_related(*along).filter(pk=id).first()
    if found is None:
        raise gone()
    return found


def _page(
    request: HttpRequest, kind: str, row: Any, standing: access.Standing, context: dict[str, Any]
) -> HttpResponseBase:
    more = {"agreement": row.agreement, "acts": acts_of(kind, row, standing.may), "words": words, "row": row}
    return render(request, f"programme/{kind}.html", {**more, **context})


@listed
def new(request: HttpRequest) -> HttpResponseBase:
    """A draft between two localities or more; a focal officer of one of them."""
    who = person(request)
    if not access.focal_provinces(who):
        raise NotAllowed(
            "programme.may_not_create",
            vi="Chỉ cán bộ đầu mối được lập thỏa thuận.",
            en="Only a focal officer may draw up an agreement.",
        )
    provinces = list(access.provinces())
    fields = {
        "title": line("Tên", "Title", most=300, required=True),
        "code": line("Mã trong địa chỉ trang", "Code in the address", most=40, required=True),
        **{
            f"party_{index}": row_of(f"Bên thứ {index}", f"Party {index}", provinces, required=index < 3)
            for index in range(1, 5)
        },
    }
    form = ActForm(request.POST or None, fields=fields)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            told = form.cleaned_data
            units = [told[f"party_{index}"] for index in range(1, 5) if told[f"party_{index}"] is not None]
            try:
                made = actions.create_agreement(by=who, code=told["code"], title=told["title"], units=units)
                return redirect(address(made))
            except Problem as problem:
                if problem.path not in form.fields:
                    problem.path = {"units": "party_2", "number": "code"}.get(problem.path, "")
                form.blame(problem)
                status = problem.status if isinstance(problem, Conflict | NotAllowed) else 422
    return render(request, "programme/new.html", {"form": form, "page_errors": form.errors}, status=status)


@listed
def do(request: HttpRequest, kind: str, id: uuid.UUID, name: str) -> HttpResponseBase:
    """The form of one act."""
    if kind not in MODELS:
        raise gone()
    return _do(request, ACTS.get((kind, name)), lambda: _row(MODELS[kind], id))


@listed
def do_agency(request: HttpRequest, id: uuid.UUID, agency: uuid.UUID, name: str) -> HttpResponseBase:
    """An act on an agency, for one of the parties that it works for."""
    side = _row(Party, id, "agreement", "unit__parent__parent")

    def read() -> Any:
        found = next((each for each in access.agencies_shown(side) if each.pk == agency), None)
        if found is None:
            raise gone()
        return found

    return _do(request, ACTS.get(("agency", name)), read)


def _do(request: HttpRequest, act: Act | None, read: Callable[[], Any]) -> HttpResponseBase:
    """Who was overtaken sees what stands now beside what she typed."""
    who = person(request)
    if act is None:
        raise gone()
    row = read()
    asked = act.asks(row)
    standing = seen(request, asked)
    if not standing.may(act.right, asked) or not act.when(row):
        raise NotAllowed(
            "programme.may_not",
            vi="Vai trò của bạn không làm được việc này ở trạng thái hiện tại (xem bảng quyền).",
            en="Your role may not do this in the present state (see the table of rights).",
        )
    fields = act.fields(row)
    form = ActForm(request.POST or None, request.FILES or None, fields=fields, initial=act.initial(row))
    version, status, now = row.version, 200, []
    if request.method == "POST":
        status = 422
        sent = request.POST.get("version", "")
        told_version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else -1
        if form.is_valid() or not fields:
            try:
                made = act.run(row, who, told_version, dict(form.cleaned_data) if fields else {})
                return redirect(address(made if hasattr(made, "pk") else asked))
            except Problem as problem:
                if problem.status == 403:
                    raise
                form.blame(problem)
                status = problem.status if isinstance(problem, Conflict) else 422
                if problem.code == "programme.changed_meanwhile":
                    fresh = read()
                    version, now = fresh.version, _present(act, fresh, form)
                else:
                    version = told_version
        else:
            version = told_version
    context = {
        "act": act, "row": row, "form": form, "version": version, "now": now, "page_errors": form.errors,
        "back": address(asked), "uploads": form.is_multipart(),
    }  # fmt: skip
    return render(request, "programme/act.html", context, status=status)


def _present(act: Act, row: Any, form: ActForm) -> list[tuple[Any, str]]:
    """What stands in the database now, field by field, where it is not what was typed."""
    found = []
    for name, value in act.initial(row).items():
        if name not in form.fields or form.cleaned_data.get(name) == value:
            continue
        field = form.fields[name]
        if isinstance(field, RowField):
            value = dict(field.choices).get(value or "", "")  # type: ignore[arg-type]
        found.append((field.label, "" if value is None else str(value)))
    return found


def address(row: Any) -> str:
    """The page on which a row stands."""
    match row:
        case Agreement():
            return reverse("programme:agreement", args=[row.code])
        case Amendment() | Commitment() | Meeting() | Plan():
            return reverse(f"programme:{type(row).__name__.lower()}", args=[row.pk])
        case Party():
            return reverse("programme:party", args=[row.pk])
        case CommitteeMember() | FocalAgency():
            return reverse("programme:party", args=[row.party_id])
        case Task():
            return reverse("programme:plan", args=[row.plan_id])
        case Conclusion():
            return reverse("programme:meeting", args=[row.meeting_id])
        case ClauseCopy():
            return reverse("programme:amendment", args=[row.amendment_id])
    above = getattr(row, "meeting", None) or getattr(row, "agreement", None) or row.party.agreement
    return address(above)


def may_open(account: Any, file: Any) -> bool:
    """Files of documents: everybody's when both are public, otherwise the parties'."""
    document = Document.objects.select_related("agreement").filter(file=file).first()
    if document is None:
        return False
    standing = access.standing_of(account, document.agreement)
    if standing.parties or standing.staff:
        return standing.may("see", document.agreement)
    return document.public and document.agreement.published_at is not None
