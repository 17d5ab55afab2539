"""Pages of notices: one's own, one notice, its acknowledgement, its answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienvung.errors import Conflict, Invalid, NotAllowed, NotFound
from lienvung.people.access import account_or_none, is_official, may_record, role_in
from lienvung.people.models import Account
from lienvung.quality import access, notices
from lienvung.quality.models import Notice, Recall
from lienvung.quality.notice_forms import AnswerForm


def _notice(request: HttpRequest, id: uuid.UUID, *, to_answer: bool = False) -> Notice:
    """The notice: to read for the holder's people and officials, to answer for those who record for the holder."""
    found = access.notices().filter(pk=id).first()
    if found is None:
        raise NotFound("quality.no_notice", vi="Không có thông báo này.", en="There is no such notice.")
    account = account_or_none(request.user)
    if not (may_record(account, found.holder) if to_answer else _may_read(account, found)):
        raise NotAllowed(
            "quality.not_your_notice",
            vi="Thông báo này gửi cho cơ sở khác.",
            en="This notice was sent to another organisation.",
        )
    return found


def _may_read(account: Account | None, found: Notice) -> bool:
    return is_official(account) or role_in(account, found.holder) is not None


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
    acts = open_ and may_record(account_or_none(request.user), found.holder)
    return render(request, "quality/notice.html", {"notice": found, "may_answer": acts, **more})


@login_required
@require_POST
def acknowledge(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _notice(request, id, to_answer=True)
    notices.acknowledge(by=account_or_none(request.user), notice=found)
    return redirect("quality:notice", id=found.pk)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _notice(request, id, to_answer=True)
    data = request.POST.copy() if request.method == "POST" else None
    form = AnswerForm(data, lines=list(found.lines.all()), version=found.version)
    if data is not None and form.is_valid():
        try:
            upon = form.cleaned_data["upon"]
            notices.report(by=account_or_none(request.user), notice=found, told=form.told(), upon=upon)
        except (Invalid, Conflict) as fault:
            if isinstance(fault, Conflict) and fault.code != notices.ANSWERED_MEANWHILE:
                raise
            form.blame(fault)
            found.refresh_from_db()
            data["upon"] = found.version  # sent once more, it is upon what is there now
        else:
            return redirect("quality:notice", id=found.pk)
    return render(request, "quality/answer.html", {"notice": found, "form": form}, status=422 if form.errors else 200)
