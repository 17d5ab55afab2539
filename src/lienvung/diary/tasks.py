"""Answers to a task form: a page to a browser, JSON to a phone that sends what it kept (docs/howto/work-offline.md)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import override

from lienvung.diary.actions import Done
from lienvung.errors import ManyInvalid, NotAllowed, Problem
from lienvung.registry.forms import Phrase, SpeakingForm
from lienvung.texts import Text

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
PROBLEM = "application/problem+json"
REFUSED = Text("Có điều cần sửa", "Something needs mending")


class Told(NamedTuple):
    """What came of a task: the page to go to, and what a phone is told."""

    page: str
    body: dict[str, Any]
    status: int


def told(done: Done, page: str, id: Any) -> Told:
    address = reverse(page, args=[id])
    body = {"done": True, "again": done.again, "lot": done.entry.lot, "number": "", "page": address}
    return Told(address, body, 200 if done.again else 201)


def wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def door(view: View) -> View:
    """For a phone that sends what it kept: 401 where nobody is signed in, and problems in its words; pages are shaped
    at the edge as everywhere."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not wants_json(request):
            return view(request, *args, **kwargs)
        if not request.user.is_authenticated:
            signed_out = NotAllowed("diary.signed_out", vi="Hãy đăng nhập lại.", en="Sign in again.")
            return _refusal(401, [_fault(signed_out)])
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            return _refusal(problem.status, [_fault(problem)])

    return opened  # type: ignore[return-value]


def asked(
    request: HttpRequest, form: SpeakingForm, act: Callable[[], Told], template: str, context: dict[str, Any]
) -> HttpResponseBase:
    """Do the task of a form, or say what is wrong beside its fields."""
    if form.is_valid():
        try:
            done = act()
        except Problem as problem:
            if problem.status in (403, 404) or (wants_json(request) and problem.status == 409):
                raise
            if wants_json(request):
                faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
                return _refusal(422, [_fault(fault) for fault in faults])
            form.blame(problem)
        else:
            if wants_json(request):
                return JsonResponse(done.body, status=done.status)
            words = Text("Đã ghi.", "Recorded.") if done.status == 201 else Text("Đã ghi từ trước.", "Recorded before.")
            messages.success(request, str(Phrase(words.vi, words.en)))
            return redirect(done.page)
    elif form.is_bound and wants_json(request):
        return _refusal(422, _faults_of(form))
    return render(request, template, {**context, "form": form}, status=422 if form.errors else 200)


def _faults_of(form: SpeakingForm) -> list[dict[str, str]]:
    """What the form itself found, in both languages where the message has them."""
    found = []
    for field, errors in form.errors.as_data().items():
        for error in errors:
            found += [{"field": "" if field == "__all__" else field, "vi": vi, "en": en} for vi, en in _in_both(error)]
    return found


def _in_both(error: ValidationError) -> list[tuple[str, str]]:
    """The messages of an error in Vietnamese and in English: they are lazy, so they say what is asked for."""
    said = {}
    for language in ("vi", "en"):
        with override(language):
            said[language] = [str(message) for message in error.messages]
    return list(zip(said["vi"], said["en"], strict=True))


def _fault(problem: Problem) -> dict[str, str]:
    return {"field": problem.path, "vi": problem.vi, "en": problem.en}


def _refusal(status: int, faults: list[dict[str, str]]) -> HttpResponse:
    first = faults[0] if faults else {"vi": REFUSED.vi, "en": REFUSED.en}
    body = {
        "type": "about:blank", "title": REFUSED.en, "status": status, "detail": first["en"], "detail_vi": first["vi"],
        "errors": faults,
    }  # fmt: skip
    return JsonResponse(body, status=status, content_type=PROBLEM)
