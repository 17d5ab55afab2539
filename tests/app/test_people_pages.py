"""Signing in, the second factor, sessions, and the pages of organisations."""

from __future__ import annotations

import base64
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from tests.app.own import PASSWORD, account, world

from lienvung.audit.models import Act
from lienvung.people import access, actions, rules, sign_in
from lienvung.people.models import Account, ApiToken, SignInFailure

pytestmark = pytest.mark.django_db
SIGN_IN = "/people/sign-in"


@pytest.fixture
def an() -> Account:
    return account("an@htx.vn", name="Nguyễn Thị An", password=PASSWORD)


def attempt(client: Client, password: str = PASSWORD, *, email: str = "an@htx.vn", address: str = "10.0.0.1", **more):
    return client.post(SIGN_IN, {"email": email, "password": password, **more}, REMOTE_ADDR=address)


def signed_in(client: Client) -> bool:
    return client.get("/people/account").status_code == 200


def code_of(device: TOTPDevice, *, later: int = 0) -> str:
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time() + later
    return f"{totp.token():06d}"


def enrol(client: Client) -> TOTPDevice:
    client.post(reverse("people:second_factor"))
    device = TOTPDevice.objects.get()
    answer = client.post(reverse("people:confirm_second_factor"), {"code": code_of(device)})
    assert answer.status_code == 200, answer
    device.refresh_from_db()
    return device


def test_signing_in_and_out(client, an):
    assert client.get(SIGN_IN).status_code == 200
    answer = attempt(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in(client)
    assert Act.objects.filter(action="people.sign_in", actor=an.pk).exists()
    assert client.get("/people/sign-out").status_code == 405
    client.post("/people/sign-out")
    assert not signed_in(client)


def test_wrong_password_and_unknown_account_are_told_alike(client, an):
    wrong = attempt(client, "sai")
    unknown = attempt(client, email="khong@co.vn")
    actions.disable_account(by=None, account=an)
    closed = attempt(client, address="10.0.0.2")
    words = "Thư điện tử hoặc mật khẩu không đúng"
    for answer in (wrong, unknown, closed):
        assert words in answer.content.decode()
    assert not signed_in(client)
    assert Act.objects.filter(action="people.sign_in_failed").count() == 3


def test_faults_are_said_in_english_too(client, an):
    page = client.post(SIGN_IN + "?lang=en", {"email": "an@htx.vn", "password": "x"}).content.decode()
    assert "The e-mail or the password is wrong" in page
    empty = client.post(SIGN_IN + "?lang=en", {"email": "", "password": ""}).content.decode()
    assert "This is missing." in empty
    assert "<title>Error:" in empty.replace("\n", "")


def test_next_stays_on_this_site(client, an):
    assert attempt(client, next="/people/account")["Location"] == "/people/account"
    client.post("/people/sign-out")
    assert attempt(client, next="https://evil.example/")["Location"] == "/"
    client.post("/people/sign-out")
    assert attempt(client, next="//evil.example/x")["Location"] == "/"


def test_the_password_is_not_echoed(client, an):
    assert "bi-mat-dai" not in attempt(client, "bi-mat-dai").content.decode()


def test_too_many_tries_are_stopped_even_with_the_right_password(client, an):
    for _ in range(rules.FAILURES_ALLOWED):
        assert attempt(client, "sai").status_code == 200
    stopped = attempt(client)
    assert stopped.status_code == 429
    assert "quá nhiều lần" in stopped.content.decode()
    assert not signed_in(client)
    assert attempt(client, address="10.0.0.9").status_code == 302  # from elsewhere the owner still gets in


def test_the_window_passes(client, an):
    for _ in range(rules.FAILURES_ALLOWED):
        attempt(client, "sai")
    SignInFailure.objects.update(at=timezone.now() - timedelta(minutes=rules.FAILURE_WINDOW_MINUTES, seconds=1))
    assert attempt(client).status_code == 302


def test_many_addresses_do_not_help(client, an):
    for number in range(rules.FAILURES_OF_ACCOUNT):
        assert attempt(client, "sai", address=f"10.1.0.{number}").status_code == 200
    assert attempt(client, address="10.2.0.1").status_code == 429


def test_success_forgets_the_failures(client, an):
    for _ in range(rules.FAILURES_ALLOWED - 1):
        attempt(client, "sai")
    attempt(client)
    assert not SignInFailure.objects.exists()


def test_no_address_or_email_is_kept_with_the_tries(client, an):
    attempt(client, "sai", address="203.0.113.77")
    kept = str(list(SignInFailure.objects.values())) + str(list(Act.objects.values()))
    assert "203.0.113.77" not in kept
    assert "an@htx.vn" not in str(list(SignInFailure.objects.values()))


def test_second_factor_from_enrolment_to_sign_in(client, an):
    attempt(client)
    client.post(reverse("people:second_factor"))
    page = client.get(reverse("people:second_factor")).content.decode()
    device = TOTPDevice.objects.get()
    assert base64.b32encode(device.bin_key).decode() in page
    assert "data:image/svg+xml" in page
    wrong = client.post(reverse("people:confirm_second_factor"), {"code": "000000"})
    assert "Mã không đúng" in wrong.content.decode()
    assert not sign_in.needs_code(an)
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    confirmed = client.post(reverse("people:confirm_second_factor"), {"code": code_of(device)})
    assert len(confirmed.context["codes"]) == 10
    assert sign_in.needs_code(an)
    client.post("/people/sign-out")

    first = attempt(client, next="/people/account")
    assert first["Location"] == "/people/sign-in/code"
    assert not signed_in(client)
    second = client.post("/people/sign-in/code", {"code": code_of(device, later=30)})
    assert second["Location"] == "/people/account"
    assert signed_in(client)


def test_the_qr_code_is_the_key(an):
    device = sign_in.start_second_factor(by=an)
    uri = sign_in.enrolment_uri(device)
    assert uri.startswith("otpauth://totp/Lienvung%3Aan%40htx.vn?secret=")
    assert "issuer=Lienvung" in uri


def test_the_same_code_does_not_work_twice(client, an):
    client.force_login(an)
    device = enrol(client)
    other = Client()
    attempt(other)
    code = code_of(device, later=30)
    assert other.post("/people/sign-in/code", {"code": code}).status_code == 302
    third = Client()
    attempt(third)
    assert third.post("/people/sign-in/code", {"code": code}).status_code == 200
    assert not signed_in(third)


def test_a_recovery_code_works_once(client, an):
    client.force_login(an)
    device = sign_in.start_second_factor(by=an)
    _, codes = sign_in.confirm_second_factor(by=an, code=code_of(device))
    for expected in (302, 200):
        other = Client()
        attempt(other)
        assert other.post("/people/sign-in/code", {"code": codes[0]}).status_code == expected
    assert Act.objects.filter(action="people.recovery_code_used").count() == 1


def test_the_code_page_needs_the_password_first(client, an):
    client.force_login(an)
    device = enrol(client)
    other = Client()
    assert other.get("/people/sign-in/code")["Location"] == SIGN_IN
    other.post("/people/sign-in/code", {"code": code_of(device, later=30)})
    assert not signed_in(other)


def test_guessing_codes_is_limited(client, an):
    client.force_login(an)
    enrol(client)
    other = Client()
    attempt(other)
    answers = [other.post("/people/sign-in/code", {"code": "123456"}).status_code for _ in range(8)]
    assert answers[-1] == 429


def test_a_password_given_too_long_ago_does_not_count(client, an):
    client.force_login(an)
    device = enrol(client)
    other = Client()
    attempt(other)
    session = other.session
    session["sign_in_waiting"] = [*session["sign_in_waiting"][:2], int(time.time()) - 301, ""]
    session.save()
    assert other.post("/people/sign-in/code", {"code": code_of(device, later=30)})["Location"] == SIGN_IN


def test_turning_the_second_factor_off_asks_for_both(client, an):
    client.force_login(an)
    device = enrol(client)
    off = reverse("people:second_factor_off")
    client.post(off, {"password": "sai", "code": code_of(device, later=30)})
    assert sign_in.needs_code(an)
    client.post(off, {"password": PASSWORD, "code": "000000"})
    assert sign_in.needs_code(an)
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    client.post(off, {"password": PASSWORD, "code": code_of(device, later=30)})
    assert not sign_in.needs_code(an)


def test_changing_the_password_ends_the_other_sessions(client, an):
    other = Client()
    attempt(client)
    attempt(other, address="10.0.0.3")
    new = "mot-cau-khac-cung-dai"
    form = {"current": "sai", "password": new}
    assert "Mật khẩu không đúng" in client.post("/people/account/password", form).content.decode()
    weak = client.post("/people/account/password", {"current": PASSWORD, "password": "ngan"})
    assert "Mật khẩu yếu" in weak.content.decode()
    assert client.post("/people/account/password", {"current": PASSWORD, "password": new}).status_code == 302
    assert signed_in(client)
    assert not signed_in(other)


def test_disabling_ends_all_sessions_for_good(client, an):
    attempt(client)
    actions.disable_account(by=None, account=an)
    assert not signed_in(client)
    Account.objects.filter(pk=an.pk).update(is_active=True)
    assert not signed_in(client)


def test_signing_out_everywhere(client, an):
    other = Client()
    attempt(client)
    attempt(other, address="10.0.0.3")
    client.post("/people/account/end-sessions")
    assert not signed_in(client)
    assert not signed_in(other)


def test_an_idle_session_ends(client, an):
    attempt(client)
    session = client.session
    session["seen_at"] = int(time.time()) - rules.IDLE_MINUTES * 60 - 1
    session.save()
    assert not signed_in(client)


def test_a_used_session_goes_on(client, an):
    attempt(client)
    session = client.session
    session["seen_at"] = int(time.time()) - rules.IDLE_MINUTES * 60 + 100
    session.save()
    assert signed_in(client)
    assert client.session["seen_at"] > time.time() - 60


def test_the_organisation_page_is_public_but_not_its_telephone(client):
    w = world()
    w.farm.phone, w.farm.illustrative = "0912345678", True
    w.farm.save()
    page = client.get(f"/people/{w.farm.pk}").content.decode()
    assert "HTX Nếp Hạt Cau" in page
    assert "dữ liệu minh hoạ" in page
    assert "0912345678" not in page
    assert w.manager.email not in page
    client.force_login(w.stranger)
    assert "0912345678" in client.get(f"/people/{w.farm.pk}").content.decode()
    assert client.get("/people/00000000-0000-0000-0000-000000000000").status_code == 404


def test_the_list_is_found_without_marks(client):
    world()
    page = client.get("/people/", {"q": "nep hat cau"}).content.decode()
    assert "HTX Nếp Hạt Cau" in page
    assert "Nhà máy Đồng Bằng" not in page
    assert "Không có đơn vị nào" in client.get("/people/", {"q": "zzz"}).content.decode()
    assert "Areca Rice Cooperative" in client.get("/people/", {"lang": "en"}).content.decode()


@pytest.mark.parametrize("page", ["members", "tokens"])
@pytest.mark.parametrize(
    ("who", "status"), [("manager", 200), ("member", 403), ("stranger", 403), ("official", 403), ("nobody", 403)]
)
def test_managers_pages_are_for_this_organisations_managers(client, page, who, status):
    w = world()
    client.force_login(getattr(w, who))
    assert client.get(f"/people/{w.farm.pk}/{page}").status_code == status


def test_a_stranger_cannot_revoke_another_organisations_token(client):
    w = world()
    actions.issue_token(by=w.manager, organisation=w.farm, name="cân")
    token = ApiToken.objects.get()
    client.force_login(w.stranger)
    assert client.post(f"/people/{w.farm.pk}/tokens/{token.pk}/revoke").status_code == 403
    assert client.post(f"/people/{w.mill.pk}/tokens/{token.pk}/revoke").status_code == 404  # not the mill's
    token.refresh_from_db()
    assert token.revoked is None
    client.force_login(w.manager)
    client.post(f"/people/{w.farm.pk}/tokens/{token.pk}/revoke")
    token.refresh_from_db()
    assert token.revoked is not None


def test_a_token_is_shown_once(client):
    w = world()
    client.force_login(w.manager)
    made = client.post(f"/people/{w.farm.pk}/tokens", {"name": "máy cân", "scopes": ["capture"]})
    plain = made.context["plain"]
    assert plain in made.content.decode()
    assert access.organisation_of_token(plain) == w.farm
    assert plain not in client.get(f"/people/{w.farm.pk}/tokens").content.decode()


def test_members_are_invited_and_leave(client):
    w = world()
    client.force_login(w.manager)
    address = f"/people/{w.farm.pk}/members"
    made = client.post(address, {"email": "moi@farm.vn", "full_name": "Người Mới", "role": "member"})
    assert made.context["first_password"] in made.content.decode()
    nameless = client.post(address, {"email": "khac@farm.vn", "full_name": "", "role": "member"})
    assert nameless.context["form"].errors["full_name"]
    new = Account.objects.get(email="moi@farm.vn")
    client.post(f"{address}/{new.pk}/remove")
    assert access.role_in(new, w.farm) is None
    assert client.post(f"{address}/{w.stranger.pk}/remove").status_code == 404


def test_officials_register_organisations(client):
    w = world()
    client.force_login(w.manager)
    assert client.get("/people/new").status_code == 403
    client.force_login(w.official)
    assert client.get("/people/new").status_code == 200
    bad = client.post("/people/new", {"name": "HTX Mới", "kind": "farm", "gln": "8930010000011"})
    assert "Số kiểm tra của GLN sai" in bad.content.decode()
    good = client.post("/people/new", {"name": "HTX Mới", "kind": "farm"})
    assert good.status_code == 302
    page = client.get(good["Location"]).content.decode()
    assert "HTX Mới" in page
    assert "Thêm người quản lý đầu tiên" in page
    assert "Khoá API" not in page
    address = f"{good['Location']}/members"
    assert client.get(address).status_code == 200
    made = client.post(address, {"email": "dau@htx.vn", "full_name": "Người Đầu", "role": "manager"})
    assert made.context["first_password"] in made.content.decode()
    assert client.get(address).status_code == 403  # it has its manager now
    assert client.post("/people/new", {"name": "Cơ quan xa", "kind": "authority"}).context["form"].errors["unit"]
    assert '<option value="" selected' in client.get("/people/new").content.decode()


def test_forms_refuse_without_csrf(an):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(SIGN_IN, {"email": "an@htx.vn", "password": PASSWORD}).status_code == 403
