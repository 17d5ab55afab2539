"""Language, security headers and the shaping of errors, without a database."""

from __future__ import annotations

import gzip
import json

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from django.utils.translation import get_language

from lienvung.errors import Conflict, Invalid, ManyInvalid, NotAllowed, NotFound, TooLarge
from lienvung.field import offline
from lienvung.people.models import Account
from lienvung.web import problems
from lienvung.web.middleware import PERMISSIONS, POLICY, SCRIPT_PERMISSIONS, SCRIPT_POLICY

FAULTS = {
    "invalid": Invalid("t.bad", vi="Sai số kiểm tra", en="Wrong check digit", path="/epcList/3"),
    "many": ManyInvalid(
        [
            Invalid("t.a", vi="Lỗi một", en="Fault one", path="/a"),
            Invalid("t.b", vi="Lỗi hai", en="Fault two", path="/b"),
        ]
    ),
    "denied": NotAllowed("t.no", vi="Không được", en="Not allowed"),
    "absent": NotFound("t.gone", vi="Không có", en="Not there"),
    "clash": Conflict("t.clash", vi="Trùng", en="Clash"),
    "large": TooLarge("t.large", vi="Quá lớn", en="Too large"),
}


def fails(request: HttpRequest, name: str) -> HttpResponse:
    raise FAULTS[name]


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


def speaks(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_language())


def narrow(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x", headers={"Content-Security-Policy": "default-src 'none'"})


own = [path("fails/<str:name>", fails), path("breaks", breaks), path("speaks", speaks), path("narrow", narrow)]
urlpatterns = [
    *own,
    path("epcis/v2/", include((own, "epcis"))),
    path("scan/", include((own, "scan"))),
    path("", include("lienvung.web.urls")),
    path("rooms/field/", include((own, "field"))),  # after the rooms' own, which name the addresses
    path("rooms/diary/", include((own, "diary"))),
]
handler400 = "lienvung.web.problems.bad_request"
handler403 = "lienvung.web.problems.forbidden"
handler404 = "lienvung.web.problems.not_found"
handler500 = "lienvung.web.problems.server_error"

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_problem_becomes_a_page_in_the_readers_language(client: Client, name: str, language: str) -> None:
    problem = FAULTS[name]
    answer = client.get(f"/fails/{name}?lang={language}")
    body = answer.content.decode()
    assert answer.status_code == problem.status
    for fault in getattr(problem, "faults", (problem,)):
        assert fault.text(language) in body
        assert fault.path in body
    assert f'<html lang="{language}">' in body
    assert "error-summary" in body


@pytest.mark.parametrize("name", FAULTS)
def test_the_api_gets_problem_details(client: Client, name: str) -> None:
    problem = FAULTS[name]
    answer = client.get(f"/epcis/v2/fails/{name}")
    assert answer.status_code == problem.status
    assert answer["Content-Type"] == "application/problem+json"
    details = json.loads(answer.content)
    assert (details["status"], details["detail"], details["detail_vi"]) == (problem.status, problem.en, problem.vi)
    if isinstance(problem, ManyInvalid):
        assert [fault["path"] for fault in details["faults"]] == ["/a", "/b"]


def test_whoever_asks_for_json_elsewhere_gets_problem_details(client: Client) -> None:
    assert (
        client.get("/fails/clash", headers={"accept": "application/json"})["Content-Type"] == "application/problem+json"
    )
    assert client.get("/fails/clash", headers={"accept": "text/html,application/json"})["Content-Type"].startswith(
        "text/html"
    )


def test_a_break_gives_a_plain_page_and_no_detail() -> None:
    client = Client(raise_request_exception=False)
    page, api = client.get("/breaks"), client.get("/epcis/v2/breaks")
    assert page.status_code == api.status_code == 500
    assert "Máy chủ gặp lỗi" in page.content.decode()
    assert "The server failed" in page.content.decode()
    assert api["Content-Type"] == "application/problem+json"
    assert b"secret detail" not in page.content + api.content


def test_an_unknown_address_is_a_page_or_problem_details(client: Client) -> None:
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "Không tìm thấy trang" in page.content.decode()
    assert client.get("/epcis/v2/nowhere")["Content-Type"].startswith("application/problem+json")


def test_language_comes_from_the_address_then_the_cookie_then_vietnamese(client: Client) -> None:
    assert client.get("/speaks").content == b"vi"
    asked = client.get("/speaks?lang=en")
    assert asked.content == b"en"
    assert asked["Content-Language"] == "en"
    assert client.cookies["lang"].value == "en"
    assert client.get("/speaks").content == b"en"
    assert client.get("/speaks?lang=vi").content == b"vi"
    assert client.get("/speaks?lang=xx").content == b"vi"
    assert "Cookie" in client.get("/speaks")["Vary"]


def test_a_broken_cookie_is_ignored(client: Client) -> None:
    client.cookies["lang"] = "../../etc"
    assert client.get("/speaks").content == b"vi"


def test_scan_pages_neither_read_nor_set_cookies(client: Client) -> None:
    client.cookies["lang"] = "en"
    answer = client.get("/scan/speaks")
    assert answer.content == b"vi"
    assert "Cookie" not in answer.get("Vary", "")
    asked = client.get("/scan/speaks?lang=en")
    assert asked.content == b"en"
    assert not asked.cookies


@pytest.mark.parametrize(
    "address", ["/speaks", "/nowhere", "/fails/clash", "/breaks", "/epcis/v2/fails/clash", "/static/web/lienvung.css"]
)
def test_every_answer_carries_the_policy(address: str) -> None:
    answer = Client(raise_request_exception=False).get(address)
    assert answer["Content-Security-Policy"] == POLICY
    assert "script" not in POLICY
    assert "unsafe" not in POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/rooms/field/speaks", "/rooms/diary/speaks", "/rooms/diary/fails/clash"])
def test_tasks_and_diaries_run_our_own_scripts_and_may_use_the_camera(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer["Content-Security-Policy"] == SCRIPT_POLICY
    assert answer["Permissions-Policy"] == SCRIPT_PERMISSIONS
    told = dict(part.strip().split(" ", 1) for part in SCRIPT_POLICY.split(";"))
    assert told["default-src"] == "'none'"
    assert {told[name] for name in ("script-src", "worker-src", "connect-src", "manifest-src")} == {"'self'"}
    assert "unsafe" not in SCRIPT_POLICY
    assert "geolocation=()" in SCRIPT_PERMISSIONS
    assert "microphone=()" in SCRIPT_PERMISSIONS


@pytest.mark.parametrize("address", ["/", "/speaks", "/field/nowhere", "/people/sign-in", "/catalogue/", "/quality/"])
def test_no_other_page_has_a_script_or_a_camera(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["Permissions-Policy"] == PERMISSIONS == "camera=(), geolocation=(), microphone=()"
    assert b"<script" not in answer.content
    assert b"manifest" not in answer.content


def test_whose_kept_pages_may_be_shown_is_a_cookie_that_ends_with_signing_out(client: Client) -> None:
    account = Account.objects.create(email="an@vidu.example", full_name="An")
    assert offline.COOKIE not in client.get("/rooms/field/speaks").cookies
    client.force_login(account)
    answer = client.get("/rooms/field/speaks")
    key = offline.account_key(account)
    assert answer["Lienvung-Account"] == answer.cookies[offline.COOKIE].value == key
    assert str(account.pk) not in key
    assert offline.COOKIE not in client.get("/speaks").cookies
    assert client.get("/field/token").json()["account"] == key
    assert client.post("/people/sign-out").cookies[offline.COOKIE].value == ""
    assert client.get("/field/token").status_code == 401


def test_the_worker_names_a_release_that_follows_the_content(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/field/worker.js")
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Cache-Control"] == "no-cache"
    assert answer["Content-Type"].startswith("text/javascript")
    address = offline.code_url("words.js")
    assert address in answer.content.decode()
    assert "immutable" in client.get(address)["Cache-Control"]
    assert client.get("/field/code/older/words.js")["Cache-Control"] == "no-cache"
    assert client.get("/field/code/-/../apps.py").status_code == 404
    assert client.get("/field/code/-/settings.js").status_code == 404
    before = offline.release()
    changed = {**offline.scripts(), "words.js": gzip.compress(b"export const words = {};")}
    monkeypatch.setattr(offline, "scripts", lambda: changed)
    offline.release.cache_clear()
    try:
        assert offline.release() != before
        assert client.get("/field/worker.js").content != answer.content
    finally:
        monkeypatch.undo()
        offline.release.cache_clear()
    assert offline.release() == before


def test_the_scripts_are_small_and_ours() -> None:
    assert sum(map(len, offline.scripts().values())) < 20_000, "as sent, compressed"
    for name, content in offline.scripts().items():
        text = gzip.decompress(content).decode()
        for word in (
            "innerHTML",
            "eval(",
            "new Function",
            "http://",
            "https://",
            "document.write",
            "insertAdjacentHTML",
        ):
            assert word not in text, f"{word} in {name}"


def test_a_view_may_narrow_its_policy(client: Client) -> None:
    assert client.get("/narrow")["Content-Security-Policy"] == "default-src 'none'"


def test_a_form_from_elsewhere_is_refused_with_a_reason() -> None:
    answer = Client(enforce_csrf_checks=True).post("/speaks?lang=en")
    assert answer.status_code == 403
    assert "The form has expired" in answer.content.decode()


@override_settings(ALLOWED_HOSTS=["id.example.vn"])
def test_a_wrong_host_is_refused(client: Client) -> None:
    assert client.get("/speaks", headers={"host": "evil.example"}).status_code == 400


def test_errors_need_no_session() -> None:
    """A page is rendered even where no middleware has put a user on the request."""
    assert problems.plain(RequestFactory().get("/x"), 404).status_code == 404


@pytest.mark.parametrize("address", ["/", "/search", "/p/01/08930000040022", "/01/08930000040022", "/epcis/v2/events"])
@pytest.mark.django_db
def test_too_many_parameters_are_a_fault_of_the_asker(address: str) -> None:
    many = "&".join(f"a{number}=1" for number in range(1_200))
    answer = Client(raise_request_exception=False).get(f"{address}?{many}")
    assert answer.status_code in (400, 401), answer.content[:300]
    assert b"Traceback" not in answer.content
