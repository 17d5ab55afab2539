"""The shopper's pages: the report form behind a code, and the answer behind a secret link. No account, no script.

The page behind a code is cookieless and cached; the form has an address of its own, which may set the cookie that
guards it (CSRF). The secret stands in the link's path: the page sends no path of its own as a referrer, is kept by
no cache and names nothing of another site.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from lienvung.cases import access, reporting, uploads
from lienvung.cases.forms import ReportForm
from lienvung.cases.limits import TooManyReports
from lienvung.cases.models import Report
from lienvung.cases.reporting import Told
from lienvung.errors import Invalid, NotFound, Problem
from lienvung.people.gate import listed

SECRET = {
    # "strict-origin", not "no-referrer": with the latter browsers send forms with the origin "null"
    "Referrer-Policy": "strict-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


@csrf_exempt  # `_report` is protected: the form is read only after the limit on its size stands
@never_cache
@listed
def report(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":
        uploads.limit(request)
    return _report(request)


@csrf_protect
@sensitive_post_parameters("text", "contact", "bought_where", "form_id")
def _report(request: HttpRequest) -> HttpResponseBase:
    code = request.POST.get("code") or request.GET.get("code") or ""
    try:
        goods = access.goods_of(code)
    except Invalid as fault:
        raise NotFound(fault.code, vi=fault.vi, en=fault.en) from fault
    form, status = _form(request, goods.path), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _, secret = _sent(request, form.cleaned_data)
                return redirect("cases:told", secret=secret)
            except Problem as problem:
                form.blame(problem)
                status = 429 if isinstance(problem, TooManyReports) else 422
    context = {"form": form, "goods": goods, "days": settings.CONTACT_DAYS, "code_page": f"/p{goods.path}"}
    return render(request, "cases/report.html", context, status=status)


def _form(request: HttpRequest, path: str) -> ReportForm:
    given = {"provinces": access.provinces()}
    if request.method == "POST":
        return ReportForm(request.POST, request.FILES, **given)
    return ReportForm(initial={"code": path}, **given)


def _sent(request: HttpRequest, told: dict[str, Any]) -> tuple[Report, str]:
    image, form = told.pop("image"), told.pop("form_id")
    code, trap = told.pop("code"), bool(told.pop("website"))
    return reporting.report(
        code=code,
        told=Told(**told, trap=trap, language=get_language() or "vi"),
        address=str(request.META.get("REMOTE_ADDR", "")),
        form=form or uuid.uuid4(),
        image=image.read() if image else None,
    )


@never_cache
@sensitive_post_parameters()
@listed
def told(request: HttpRequest, secret: str) -> HttpResponseBase:
    """What the reporter sees: the number, how it stands, the answers; and a way to take the contact back."""
    shown = access.report_of_token(secret)
    if shown is None:
        raise NotFound(
            "cases.no_report",
            vi="Liên kết này không dẫn tới phản ánh nào. Hãy kiểm tra lại từng ký tự.",
            en="This link leads to no report. Check every character.",
        )
    if request.method == "POST":
        reporting.withdraw_contact(secret)
        answer: HttpResponse = redirect("cases:told", secret=secret)
    else:
        context = {
            "report": shown,
            "case": shown.case,
            "entries": [] if shown.spam else access.public_entries(shown.case),
            "link": request.build_absolute_uri(request.path),
            "code_page": f"/p/{shown.code.partition('://')[2].partition('/')[2]}",
            "days": settings.CONTACT_DAYS,
        }
        answer = render(request, "cases/told.html", context)
    for name, value in SECRET.items():
        answer[name] = value
    return answer
