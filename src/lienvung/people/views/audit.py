"""The audit log, for officials."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from lienvung.audit.access import acts
from lienvung.people import words
from lienvung.people.forms import AuditFilter
from lienvung.people.gate import listed

PAGE = 50


@never_cache
@listed
def audit(request: HttpRequest) -> HttpResponseBase:
    form = AuditFilter(request.GET or None)
    asked = {name: request.GET.get(name, "")[:200] for name in form.fields}
    found = acts(**asked)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    page = list(found[: PAGE + 1])
    query = request.GET.copy()
    older = ""
    if len(page) > PAGE:
        query["before"] = str(page[PAGE - 1].pk)
        older = f"?{query.urlencode()}"
    # in a template `details.items` would be a detail named "items"
    rows = [{"act": act, "words": words.act(act.action), "details": [*act.details.items()]} for act in page[:PAGE]]
    return render(request, "people/audit.html", {"form": form, "rows": rows, "pager": {"newer": "", "older": older}})
