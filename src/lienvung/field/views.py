"""Pages of tasks: where one works, what there is to do, a form a task, and what it made.

A phone sends what it kept with `Accept: application/json` and gets JSON: 201 done, 200 done before, 422 with the
faults in both languages, 409 held or clashing, 403, 401 signed out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from lienvung.catalogue.access import lot_of, place_of_gln
from lienvung.errors import Conflict, Invalid, ManyInvalid, NotFound, Problem
from lienvung.field import access, actions, goods, rules, shipments
from lienvung.field.actions import Done
from lienvung.field.doing import done_again
from lienvung.field.forms import DeskForm, TaskForm, TasksForm, posted
from lienvung.field.models import Desk, Submission
from lienvung.field.rules import LOSSES, TASKS, Task
from lienvung.field.task_forms import FORMS, ReceiveForm
from lienvung.ledger.events import by_rids, event_rids
from lienvung.ledger.holds import held
from lienvung.people.access import organisation as organisation_of_id
from lienvung.people.actions import not_allowed
from lienvung.people.gate import listed, person
from lienvung.people.models import Account
from lienvung.texts import Text

View = Callable[..., HttpResponseBase]
ACTIONS: dict[Task, Callable[..., Done]] = {
    Task.HARVEST: actions.harvest,
    Task.BUY_IN: actions.buy_in,
    Task.PROCESS: actions.process,
    Task.PACK: actions.pack,
    Task.SHIP: actions.ship,
    Task.RECEIVE: actions.receive,
    Task.SELL: actions.sell,
    Task.WRITE_OFF: actions.write_off,
}
AFTER: dict[Task, tuple[Task, ...]] = {
    Task.HARVEST: (Task.SHIP, Task.PROCESS, Task.PACK),
    Task.BUY_IN: (Task.PROCESS, Task.PACK, Task.SELL, Task.SHIP),
    Task.PROCESS: (Task.PACK, Task.SHIP),
    Task.PACK: (Task.SHIP, Task.SELL),
    Task.SHIP: (Task.SHIP,),
    Task.RECEIVE: (Task.SELL, Task.PROCESS, Task.PACK, Task.SHIP),
    Task.SELL: (Task.SELL, Task.WRITE_OFF),
    Task.WRITE_OFF: (),
}
"""What usually comes next."""


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def for_phones(view: View) -> View:
    """Answers for a phone that sends what it kept: JSON instead of the sign-in page or a page of errors."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not wants_json(request):
            return view(request, *args, **kwargs)
        if not isinstance(request.user, Account):
            return JsonResponse({"status": 401, "title": "Signed out"}, status=401)
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            return refused(problem)

    return answering


def refused(problem: Problem) -> JsonResponse:
    """RFC 7807, every fault with the field it names, in both languages."""
    faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
    status = 422 if isinstance(problem, Invalid) else problem.status
    told = {
        "type": f"urn:lienvung:problem:{problem.code}",
        "title": problem.vi,
        "detail": problem.en,
        "status": status,
        "errors": [{"field": fault.path, "vi": fault.vi, "en": fault.en, "code": fault.code} for fault in faults],
    }
    return JsonResponse(told, status=status, content_type="application/problem+json")


@listed
def home(request: HttpRequest) -> HttpResponseBase:
    account = person(request)
    desk = access.desk_of(account)
    if desk is None:
        return redirect("field:desk")
    stock = goods.stock_lines(desk.organisation)
    context = {
        "desk": desk,
        "tasks": [(task, TASKS[task]) for task in access.tasks_of(desk.organisation)],
        "coming": [(each, goods.place_name(each.place)) for each in shipments.announced(desk.organisation)],
        "receives": Task.RECEIVE in access.tasks_of(desk.organisation),
        "here": [line for line in stock if line.place == desk.place.uri and line.kind != "asset"],
        "elsewhere": _by_place([line for line in stock if line.place != desk.place.uri and line.kind != "asset"]),
        "recent": [(row, TASKS[Task(row.task)]) for row in access.recent(desk.organisation)],
        "may_choose": access.may_choose_tasks(account, desk.organisation),
    }
    return render(request, "field/home.html", context)


def _by_place(lines: list[goods.Line]) -> list[tuple[Text, list[goods.Line]]]:
    found: dict[str | None, list[goods.Line]] = {}
    for line in lines:
        found.setdefault(line.place, []).append(line)
    return [(goods.place_name(place), listed) for place, listed in found.items()]


@listed
def desk(request: HttpRequest) -> HttpResponseBase:
    account = person(request)
    known = access.desk_of(account)
    form = DeskForm(posted(request), account=account, initial={"place": known.place.gln if known else ""})
    if form.is_valid():
        place = place_of_gln(form.cleaned_data["place"])
        assert place is not None  # one of the choices
        actions.choose_desk(by=account, organisation=place.owner, place=place)
        return redirect("field:home")
    context = {"form": form, "nowhere": not form.fields["place"].choices}  # type: ignore[attr-defined]
    return render(request, "field/desk.html", context, status=422 if form.errors else 200)


@listed
def tasks(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    account, organisation = person(request), organisation_of_id(id)
    if organisation is None:
        raise NotFound("field.no_organisation", vi="Không có đơn vị này.", en="There is no such organisation.")
    if not access.may_choose_tasks(account, organisation):
        raise not_allowed()
    form = TasksForm(posted(request), initial={"tasks": [task.value for task in access.tasks_of(organisation)]})
    if form.is_valid():
        actions.choose_tasks(by=account, organisation=organisation, tasks=form.chosen())
        return redirect("field:home")
    context = {"form": form, "organisation": organisation}
    return render(request, "field/tasks.html", context, status=422 if form.errors else 200)


@for_phones
@listed
def do(request: HttpRequest, task: str) -> HttpResponseBase:
    """The form of a task, and its doing."""
    account, kind = person(request), _task(task)
    where = _desk(request, account)
    if where is None:
        return redirect("field:desk")
    if request.method == "GET" and kind not in access.tasks_of(where.organisation):
        raise NotFound("field.no_task", vi="Đơn vị của bạn không có việc này.", en="This is no task of yours.")
    form = _form(request, kind, where)
    known = _done_before(request, account, kind)
    if form.is_valid():
        try:
            return _answer(request, _act(kind, form))
        except Problem as problem:
            if known is not None and problem.code != "field.task_id_taken":
                return _answer(request, known)
            if problem.status == 403 or wants_json(request):
                raise _of_form(form, problem) from problem
            form.blame(_of_form(form, problem))
    elif request.method == "POST":
        if known is not None:
            return _answer(request, known)
        if wants_json(request):
            raise ManyInvalid(_faults(form))
    context = {"form": form, "task": kind, "label": TASKS[kind], "desk": where, "ways": _ways(kind)}
    return render(request, "field/do.html", context, status=422 if form.errors else 200)


def _act(kind: Task, form: TaskForm) -> Done:
    """Do it. Where nobody said when, the clock did; sent again, it is the same task although the clock went on."""
    common, told = form.common(), form.told()
    try:
        return ACTIONS[kind](**common, **told)
    except Conflict as conflict:
        row = access.submission(form.desk.account, common["task_id"]) if not form.says_when else None
        if conflict.code != "field.task_id_taken" or row is None:
            raise
        return ACTIONS[kind](**common | {"at": row.happened_at}, **told)


def _task(text: str) -> Task:
    try:
        return Task(text)
    except ValueError:
        raise NotFound("field.no_task", vi="Không có việc này.", en="There is no such task.") from None


def _desk(request: HttpRequest, account: Account) -> Desk | None:
    """Where the form says, so that what is sent later is of there; else where the person works now."""
    place = place_of_gln(_plain(request.POST.get("place", ""))) if request.method == "POST" else None
    if place is not None and access.may_work(account, place.owner):
        return Desk(account=account, organisation=place.owner, place=place)
    return access.desk_of(account)


def _plain(text: str) -> str:
    """What is looked up before the form has checked it: PostgreSQL takes no NUL."""
    return text.replace("\0", "")[:200]


def _form(request: HttpRequest, kind: Task, where: Desk) -> TaskForm:
    initial = {"thing_0": request.GET.get("thing", "")[:400], "code_0": request.GET.get("code", "")[:400]}
    if kind is not Task.RECEIVE:
        return FORMS[kind](posted(request), desk=where, initial=initial)
    named = _plain((request.POST if request.method == "POST" else request.GET).get("shipment", ""))
    coming = shipments.told_shipment(where.organisation, named) if named else None
    initial["shipment"] = coming.event if coming else ""
    return ReceiveForm(posted(request), desk=where, coming=coming, initial=initial)


def _done_before(request: HttpRequest, account: Account, kind: Task) -> Done | None:
    """What this task_id did, if it did: sent again, it may not read as it did (the goods are gone from stock)."""
    if request.method != "POST":
        return None
    try:
        row = access.submission(account, uuid.UUID(request.POST.get("task_id", "")))
    except ValueError:
        return None
    return done_again(row) if row is not None and row.task == kind.value else None


def _of_form(form: TaskForm, problem: Problem) -> Problem:
    """The problem with the names of the form's own fields."""
    names = {"things": "thing_0", "inputs": "thing_0", "to": "to", "plot": "plot_code"}
    for fault in problem.faults if isinstance(problem, ManyInvalid) else (problem,):
        own = names.get(fault.path, fault.path)
        fault.path = own if own in form.fields else "code_0" if own == "thing_0" and "code_0" in form.fields else own
    return problem


def _faults(form: TaskForm) -> list[Invalid]:
    """The form's own faults in both languages."""
    found = []
    said: dict[str, list[tuple[str, str]]] = {}
    for language in ("vi", "en"):
        with translation.override(language):
            said[language] = [
                (name, str(message))
                for name, errors in form.errors.as_data().items()
                for error in errors
                for message in error.messages
            ]
    for (name, vi), (_, en) in zip(said["vi"], said["en"]):
        found.append(Invalid("field.form", vi=vi, en=en, path="" if name == "__all__" else name))
    return found


def _answer(request: HttpRequest, done: Done) -> HttpResponseBase:
    page = reverse("field:done", args=[done.task_id])
    if not wants_json(request):
        return redirect(page)
    told = {"done": True, "again": done.again, "lot": done.lot, "number": done.number, "page": page}
    return JsonResponse(told | {"boxes": list(done.boxes)}, status=200 if done.again else 201)


def _ways(kind: Task) -> Text:
    return WAYS[kind]


WAYS: dict[Task, Text] = {
    Task.HARVEST: Text("Ghi lô vừa cắt, hái, bắt. Mỗi lô một lần.", "Record a lot just cut, picked or caught."),
    Task.BUY_IN: Text("Ghi hàng mua của người chưa báo gửi.", "Record goods bought from somebody who announced none."),
    Task.PROCESS: Text("Lấy những lô nào, làm ra lô nào, bao nhiêu.", "Which lots were used, what was made, how much."),
    Task.PACK: Text("Đóng gói bán lẻ, xếp vào thùng, pa-lét.", "Fill packs, put them into cases, on pallets."),
    Task.SHIP: Text("Hàng rời nơi này, đi đến đâu.", "Goods leave this place; where to."),
    Task.RECEIVE: Text("Đếm, cân hàng thực nhận rồi ghi.", "Count and weigh what came in, then record it."),
    Task.SELL: Text("Bày hàng lên kệ, hoặc ghi hàng đã bán.", "Put goods on the shelf, or record what was sold."),
    Task.WRITE_OFF: Text("Hàng huỷ, hỏng, hết hạn hoặc mất.", "Goods destroyed, damaged, expired or lost."),
}


@listed
def done(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """What a task made: the lot, its label, its events, and what may come next."""
    row = access.submission(request.user, id)
    if row is None:
        raise NotFound("field.no_submission", vi="Không có việc này.", en="There is no such task.")
    mine = access.may_work(request.user, row.organisation)
    lot = _lot(row)
    path = row.lot.removeprefix("https://id.gs1.org")
    events = by_rids({rid for event in row.events for rid in event_rids(event)})
    shown = [*([row.lot] if row.lot else []), *row.boxes]
    context = {
        "row": row,
        "label": TASKS[Task(row.task)],
        "lot": lot,
        "lot_path": path,
        "lot_name": goods.words_of(row.lot) if row.lot else None,
        "prints": mine and lot is not None and lot.product.owner_id == row.organisation_id,
        "held": bool(held(shown)) if shown else False,
        "boxes": [(box.removeprefix("https://id.gs1.org"), goods.words_of(box)) for box in row.boxes],
        "events": events,
        "things": _told_goods(row),
        "amount": goods.amount_words(row.told.get("amount"), row.told.get("uom", "")),
        "why": LOSSES.get(rules.Loss(row.told["why"])) if row.told.get("why") else None,
        "next": _next(row) if mine else [],
    }
    return render(request, "field/done.html", context)


def _lot(row: Submission) -> Any:
    found = goods.lot_parts(row.lot)
    return lot_of(*found) if found else None


def _told_goods(row: Submission) -> list[tuple[Text, Text]]:
    """The goods that were told, in words, with their amounts."""
    listed = row.told.get("things") or row.told.get("inputs") or []
    return [(goods.words_of(uri), goods.amount_words(amount, uom, uri)) for uri, amount, uom in listed]


def _next(row: Submission) -> list[tuple[str, Text]]:
    own = access.tasks_of(row.organisation)
    about = row.boxes[0] if row.boxes else row.lot
    query = f"?thing={goods.quoted(about)}" if about else ""
    return [
        (reverse("field:do", args=[task.value]) + query, TASKS[task]) for task in AFTER[Task(row.task)] if task in own
    ]
