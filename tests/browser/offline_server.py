"""A small server for the tests of work without network: the whole site, and one task form beside the rooms' own.

    python tests/browser/offline_server.py PORT      (source and checkout on PYTHONPATH, LIENVUNG_HOME set)

The form `/field/trial` keeps the contract of every task form (docs/howto/work-offline.md) and nothing else, so that
these tests say what the phone does, whatever the rooms' forms look like. What was captured stands in trial.sqlite3 in
LIENVUNG_HOME.
While a file `unsafe` stands there, the server forgets that a task id may be used once: the twin that must double.
With a file `newer` there at its start, it is a server of a later release: one of its scripts differs.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import include, path  # noqa: E402
from tests.database import migrate  # noqa: E402

from lienvung.field import offline  # noqa: E402
from lienvung.field import urls as field_urls  # noqa: E402
from lienvung.people.models import Account  # noqa: E402

PASSWORD = "gat-lua-vu-mua-2026"
UNSAFE = Path(settings.HOME) / "unsafe"
BOOK = Path(settings.HOME) / "trial.sqlite3"
PAGE = """{% extends "web/base.html" %}{% block title %}Thử{% endblock %}{% block content %}<h1>Việc thử</h1>
{% if fault %}<p id="fault">{{ fault }}</p>{% endif %}
<form method="post" enctype="multipart/form-data" data-task="trial" data-task-id="{{ task_id }}"
 data-label-vi="Việc thử" data-label-en="Trial">{% csrf_token %}
<input type="hidden" name="task_id" value="{{ task_id }}">
<label for="what">Việc</label><input id="what" name="what" value="{{ what }}">
<label for="lot">Lô</label><input id="lot" name="lot" value="{{ lot }}" data-code>
<label for="number">Số lô mới</label>
<input id="number" name="number" value="{{ number }}" data-lot data-lot-number>
<label for="photo">Ảnh</label><input id="photo" name="photo" type="file">
<button type="submit">Ghi</button></form>{% endblock %}"""
TABLE = "CREATE TABLE IF NOT EXISTS done (n INTEGER PRIMARY KEY, task TEXT, what TEXT, lot TEXT, by TEXT, bytes INT)"


def book() -> sqlite3.Connection:
    base = sqlite3.connect(BOOK, timeout=10, isolation_level=None)
    base.execute(TABLE)
    return base


def capture(request: HttpRequest) -> tuple[int, dict[str, object]]:
    """The status and answer for what was posted."""
    told = request.POST
    fault = {"sai": (422, "Số lượng phải lớn hơn 0."), "giu": (409, "Lô này đang bị giữ.")}.get(told["what"])
    if told["what"] == "hong":
        raise RuntimeError("broken on purpose")
    if fault:
        return fault[0], {"status": fault[0], "errors": [{"field": "what", "vi": fault[1], "en": fault[1]}]}
    photo = request.FILES.get("photo")
    row = (told["task_id"], told["what"], told["lot"], request.user.email, photo.size if photo else 0)
    with closing(book()) as base:
        base.execute("BEGIN IMMEDIATE")
        again = (
            not UNSAFE.exists() and base.execute("SELECT 1 FROM done WHERE task = ?", row[:1]).fetchone() is not None
        )
        if not again:
            base.execute("INSERT INTO done (task, what, lot, by, bytes) VALUES (?, ?, ?, ?, ?)", row)
        base.execute("COMMIT")
    return 200, {"done": True, "again": again, "lot": "", "number": told["number"], "page": "/field/outbox"}


def trial(request: HttpRequest) -> HttpResponse:
    wants_json = request.headers.get("Accept") == "application/json"
    if not request.user.is_authenticated:
        return JsonResponse({"status": 401}, status=401) if wants_json else signed_in(request)
    shown = {"task_id": "11111111-1111-4111-8111-111111111111", "number": "NEP-261123-01A"}
    status = 200
    if request.method == "POST":
        status, told = capture(request)
        if wants_json:
            return JsonResponse(told, status=status)
        if status == 200:
            return HttpResponse(status=303, headers={"Location": "/field/outbox"})
        shown = {**request.POST.dict(), "fault": told["errors"][0]["vi"]}  # type: ignore[index]
    return HttpResponse(engines["django"].from_string(PAGE).render(shown, request), status=status)


@login_required
def signed_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    path("field/", include(([*field_urls.urlpatterns, path("trial", trial, name="trial")], "field"))),
    path("", include("lienvung.web.urls")),
]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    settings.ROOT_URLCONF = "tests.browser.offline_server"
    sys.modules["tests.browser.offline_server"] = sys.modules[__name__]
    if not Path(settings.DATABASES["default"]["NAME"]).exists():  # else it is started again
        migrate()
    for email, name in (("an@vidu.example", "Nguyễn Thị An"), ("binh@vidu.example", "Trần Văn Bình")):
        if not Account.objects.filter(email=email).exists():
            account = Account(email=email, full_name=name)
            account.set_password(PASSWORD)
            account.save()
    if (Path(settings.HOME) / "newer").exists():
        later = gzip.decompress(offline.scripts()["words.js"]) + b"document.documentElement.dataset.release = 'newer';"
        offline.scripts()["words.js"] = gzip.compress(later)
    application = get_wsgi_application()
    with make_server("127.0.0.1", int(sys.argv[1]), application, Server, Quiet) as server:
        print(json.dumps({"ready": True}), flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
