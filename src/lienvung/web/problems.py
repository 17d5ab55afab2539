"""How errors look: a page with an error summary, or RFC 7807 problem details for machines."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from lienvung.errors import ManyInvalid, Problem
from lienvung.texts import Text
from lienvung.web.templatetags.words import language

log = logging.getLogger(__name__)

TITLES = {
    400: Text("Yêu cầu chưa đúng", "The request is not right"),
    403: Text("Bạn không được phép làm việc này", "You may not do this"),
    404: Text("Không tìm thấy trang", "Page not found"),
    409: Text("Trùng hoặc vướng dữ liệu đang có", "It clashes with what stands"),
    413: Text("Dữ liệu gửi lên quá lớn", "What was sent is too large"),
    500: Text("Máy chủ gặp lỗi", "The server failed"),
}
ADVICE = {
    400: Text("Xem lại dữ liệu đã gửi rồi thử lại.", "Check what was sent and try again."),
    403: Text(
        "Đăng nhập bằng tài khoản có quyền, hoặc liên hệ đơn vị quản lý dữ liệu.",
        "Sign in with an account that may, or ask the body that owns the data.",
    ),
    404: Text(
        "Địa chỉ có thể gõ thiếu hoặc mã không có trong sổ. Hãy thử tìm kiếm.",
        "The address may be incomplete, or the code is not in the ledger. Try the search.",
    ),
    409: Text("Tải lại trang để xem dữ liệu mới nhất.", "Reload the page to see the latest data."),
    413: Text("Chia nhỏ dữ liệu rồi gửi lại.", "Split it and send it again."),
}


def wants_problem_json(request: HttpRequest) -> bool:
    """Machines get RFC 7807: the API always, others where they ask for JSON and not for a page."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/epcis/") or ("json" in accept and "text/html" not in accept)


def details(problem: Problem) -> dict[str, Any]:
    """RFC 7807 members of `problem`, with every fault and its JSON Pointer."""
    body: dict[str, Any] = {
        "type": f"urn:lienvung:problem:{problem.code}",
        "title": TITLES.get(problem.status, TITLES[400]).en,
        "status": problem.status,
        "detail": problem.en,
        "detail_vi": problem.vi,
    }
    if problem.path:
        body["path"] = problem.path
    if isinstance(problem, ManyInvalid):
        body["faults"] = [{"code": f.code, "path": f.path, "detail": f.en, "detail_vi": f.vi} for f in problem.faults]
    return body


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The page, or the problem details, for `problem`."""
    if wants_problem_json(request):
        return JsonResponse(details(problem), status=problem.status, content_type="application/problem+json")
    faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
    shown = [{"text": fault.text(language()), "path": fault.path, "code": fault.code} for fault in faults]
    return page(request, problem.status, shown)


def page(request: HttpRequest, status: int, faults: list[dict[str, str]]) -> HttpResponse:
    title = TITLES.get(status, TITLES[400])
    context = {"status": status, "heading": title, "advice": ADVICE.get(status, ADVICE[400]), "faults": faults}
    return render(request, "web/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain(request, 404)


def plain(request: HttpRequest, status: int) -> HttpResponse:
    """An error that Django itself found; its own words (debug texts) are not shown."""
    if wants_problem_json(request):
        title = TITLES[status]
        body = {"type": "about:blank", "title": title.en, "status": status, "detail_vi": title.vi}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    return page(request, status, [])


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    fault = Text(
        "Biểu mẫu đã hết hạn hoặc không gửi từ trang này. Hãy mở lại trang và gửi lần nữa.",
        "The form has expired or was not sent from this site. Open the page again and resend it.",
    ).in_language(language())
    return page(request, 403, [{"text": fault, "path": "", "code": "web.csrf"}])


def server_error(request: HttpRequest) -> HttpResponse:
    """As plain as can be: whatever failed may be what a full page needs."""
    if wants_problem_json(request):
        body = {"type": "about:blank", "title": TITLES[500].en, "status": 500, "detail_vi": TITLES[500].vi}
        return JsonResponse(body, status=500, content_type="application/problem+json")
    return HttpResponse(render_to_string("web/500.html", {}), status=500)
