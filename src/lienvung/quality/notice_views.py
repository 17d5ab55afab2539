"""Pages of notices: one's own, one notice, its acknowledgement, its answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienvung.errors import Invalid, NotAllowed, NotFound
from lienvung.people.access import account_or_none, is_official, role_in
from lienvung.quality import access, notices
from lienvung.quality.models import Notice, Recall
from lienvung.quality.notice_forms import AnswerForm


def _notice(request: HttpRequest, id: uuid.UUID, *, holder_only: bool = False) -> Notice:
    """The notice, for the holder's people and (to read) officials."""
    found = access.notices().filter(pk=id).first()
    if found is None:
        raise NotFound("quality.no_notice", vi="Không có thông báo này.", en="There is no such notice.")
    account = account_or_none(request.user)
    if role_in(account, found.holder) is None and (holder_only or not is_official(account)):
        raise NotAllowed(
            "quality.not_your_notice",
            vi="Thông báo này gửi cho cơ sở khác.",
            en="This notice was sent to another organisation.",
        )
    return found


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The notices to one's own organisations; officials see those of all recalls."""
    return render(request, "quality/notices.html", {"notices": access.notices_of(request.user)[:200]})


@login_required
@require_GET
def notice(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    return _page(request, _notice(request, id))


def _page(request: HttpRequest, found: Notice, **more: Any) -> HttpResponse:
    open_ = found.recall.state == Recall.State.IN_FORCE
    acts = open_ and role_in(account_or_none(request.user), found.holder) is not None
    return render(request, "quality/notice.html", {"notice": found, "may_answer": acts, **more})


@login_required
@require_POST
def acknowledge(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _notice(request, id, holder_only=True)
    notices.acknowledge(by=account_or_none(request.user), notice=found)
    return redirect("quality:notice", id=found.pk)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _notice(request, id, holder_only=True)
    form = AnswerForm(request.POST if request.method == "POST" else None, lines=list(found.lines.all()))
    if request.method == "POST" and form.is_valid():
        try:
            notices.report(by=account_or_none(request.user), notice=found, told=form.told())
        except Invalid as fault:
            form.blame(fault)
        else:
            return redirect("quality:notice", id=found.pk)
    return render(request, "quality/answer.html", {"notice": found, "form": form}, status=422 if form.errors else 200)
