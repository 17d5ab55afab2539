"""What a phone needs to work without network: the service worker, its code, the manifest, the token for sending, and
the page of what waits. How it fits together: docs/howto/work-offline.md.

A *release* is known by the content of what the phone keeps of it (scripts, styles, fonts). The scripts are served under
an address with the release in it, so that a page and its modules are of one release; the worker's own text names the
release too, so that a browser sees a new worker exactly when something has changed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac

from lienvung import registry
from lienvung.errors import NotFound
from lienvung.people.gate import listed
from lienvung.people.models import Account

FOLDER: Final = Path(__file__).with_name("static") / "field"
LOOKS: Final = (
    "web/lienvung.css",
    "web/icon.svg",
    "field/work.css",
    "fonts/be-vietnam-pro-400.woff2",
    "fonts/be-vietnam-pro-600.woff2",
)
SCOPES: Final = ("/field/", "/diary/")
YEAR: Final = 365 * 24 * 3600
# Whose kept pages the worker may show; not a secret, gives no right, and readable by scripts on purpose
COOKIE: Final = "__Host-work" if settings.SECURE else "work"
COOKIE_AGE: Final = 7 * 24 * 3600


@lru_cache(maxsize=1)
def scripts() -> dict[str, bytes]:
    """The modules by file name, compressed."""
    return {file.name: gzip.compress(file.read_bytes(), mtime=0) for file in sorted(FOLDER.glob("*.js"))}


@lru_cache(maxsize=1)
def release() -> str:
    """Sixteen letters that change whenever anything does that a phone keeps of a release."""
    digest = hashlib.sha256()
    for name, content in scripts().items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(gzip.decompress(content)).digest())
    for name in LOOKS:
        found = finders.find(name)
        digest.update(name.encode() + b"\0" + (hashlib.sha256(Path(found).read_bytes()).digest() if found else b""))
    return digest.hexdigest()[:16]


def code_url(name: str) -> str:
    return reverse("field:code", args=[release(), name])


def account_key(account: Account) -> str:
    """A name for an account on a phone: the same every time, and tells nothing about it."""
    return salted_hmac("lienvung.field.offline", str(account.pk)).hexdigest()[:32]


@listed
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; `Service-Worker-Allowed` lets it serve /diary/ too, and nothing else registers it wider."""
    told = {
        "version": release(),
        "code": reverse("field:code", args=["-", "-"]).removesuffix("-/-"),
        "assets": [*(code_url(name) for name in scripts()), *(static(name) for name in LOOKS)],
        "cookie": COOKIE,
        "token": reverse("field:token"),
        "outbox": reverse("field:outbox"),
    }
    body = f"import {{ start }} from {json.dumps(code_url('worker.js'))};\nstart({json.dumps(told)});\n"
    headers = {"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"}
    return HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=headers)


@listed
def code(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """A module. A page that a phone has kept may ask for an older release: it gets this one."""
    content = scripts().get(name)
    if content is None:
        raise NotFound("field.no_script", vi="Không có tệp này.", en="There is no such file.")
    age = f"public, max-age={YEAR}, immutable" if version == release() else "no-cache"
    answer = HttpResponse(content, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": age})
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer["Content-Encoding"] = "gzip"
    else:
        answer.content = gzip.decompress(content)
    patch_vary_headers(answer, ("Accept-Encoding",))
    return answer


@listed
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes the site installable on a phone's home screen."""
    told = {
        "name": "Liên vùng: việc trên đồng, trong kho",
        "short_name": "Liên vùng",
        "lang": "vi",
        "id": "/field/",
        "start_url": "/field/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#1c6430",
        "icons": [{"src": static("web/icon.svg"), "type": "image/svg+xml", "sizes": "any", "purpose": "any"}],
        "shortcuts": [{"name": "Việc chờ gửi", "url": reverse("field:outbox")}],
    }
    return JsonResponse(told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@listed
def token(request: HttpRequest) -> HttpResponse:
    """Who is signed in now, and a form token: what the phone asks before it sends. 401 where nobody is."""
    headers = {"Cache-Control": "no-store"}
    if not isinstance(request.user, Account):
        return JsonResponse({"status": 401, "title": "Signed out"}, status=401, headers=headers)
    name = request.user.full_name or request.user.email
    told = {"account": account_key(request.user), "name": name, "token": get_token(request)}
    return JsonResponse(told, headers=headers)


@listed
def outbox(request: HttpRequest) -> HttpResponse:
    return render(request, "field/outbox.html", {})


def page_context(request: HttpRequest) -> dict[str, str]:
    """What the scripts of a page have to know; the base page carries it (field/parts/head.html)."""
    account = request.user if isinstance(request.user, Account) else None
    return {
        "script": code_url("app.js"),
        "account": account_key(account) if account else "",
        "name": (account.full_name or account.email) if account else "",
        "made": timezone.now().isoformat(timespec="seconds"),
        "scopes": " ".join(SCOPES),
    }


urls: list[URLPattern] = [
    path("worker.js", worker, name="worker"),
    path("code/<str:version>/<str:name>", code, name="code"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("token", token, name="token"),
    path("outbox", outbox, name="outbox"),
]

PAGES: Final = (
    registry.Page("field:worker", frozenset({registry.EVERYONE}), note="a script, the same for everybody"),
    registry.Page("field:code", frozenset({registry.EVERYONE}), note="scripts, the same for everybody"),
    registry.Page("field:manifest", frozenset({registry.EVERYONE})),
    registry.Page("field:token", frozenset({registry.EVERYONE}), note="401 where nobody is signed in"),
    registry.Page("field:outbox", frozenset({registry.SIGNED_IN}), note="what waits is on the phone, not here"),
)
