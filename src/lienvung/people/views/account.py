"""One's own account: password, second factor, sessions."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as otp_login

from lienvung.errors import Invalid, Problem
from lienvung.people import access, actions, rules
from lienvung.people import sign_in as acts
from lienvung.people.forms import ChangePasswordForm, CodeForm, PasswordAndCodeForm
from lienvung.people.gate import listed, person
from lienvung.people.views.sign_in import address_of
from lienvung.people.words import role
from lienvung.registry.forms import phrase


@never_cache
@listed
def account(request: HttpRequest) -> HttpResponseBase:
    mine = [
        {
            "organisation": membership.organisation,
            "role": role(membership.role),
            "manages": rules.may_manage(membership.role),
        }
        for membership in access.memberships_of(person(request))
    ]
    context = {
        "memberships": mine,
        "second_factor": acts.needs_code(person(request)),
        "official": access.is_official(request.user),
    }
    return render(request, "people/account.html", context)


def check_own_password(request: HttpRequest, password: str, *, path: str) -> None:
    """The password again, before an act that could lock somebody out; tries are limited as at sign-in."""
    acts.note_try(email=person(request).email, address=address_of(request))
    if not person(request).check_password(password):
        raise Invalid("people.password_wrong", vi="Mật khẩu không đúng.", en="The password is wrong.", path=path)
    acts.forget_tries(email=person(request).email, address=address_of(request))


@sensitive_post_parameters()
@never_cache
@listed
def password(request: HttpRequest) -> HttpResponseBase:
    form = ChangePasswordForm(request.POST or None)
    if form.is_valid():
        try:
            check_own_password(request, form.cleaned_data["current"], path="current")
            actions.change_password(by=person(request), account=person(request), password=form.cleaned_data["password"])
        except Problem as problem:
            form.blame(problem)
        else:
            update_session_auth_hash(request, person(request))
            messages.success(
                request,
                phrase("Đã đổi mật khẩu; các phiên khác đã kết thúc.", "Password changed; other sessions ended."),
            )
            return redirect("people:account")
    return render(request, "people/password.html", {"form": form, "page_errors": form.errors})


@never_cache
@listed
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """GET: where one stands. POST: begin to enrol."""
    if request.method == "POST":
        acts.start_second_factor(by=person(request))
        return redirect("people:second_factor")
    return render(request, "people/second_factor.html", enrolment(request, CodeForm()))


def enrolment(request: HttpRequest, form: CodeForm) -> dict[str, Any]:
    device = acts.enrolling(person(request))
    context: dict[str, Any] = {"on": acts.needs_code(person(request)), "device": device, "form": form}
    if device is not None:
        picture = segno.make(acts.enrolment_uri(device), error="m", micro=False)
        context |= {"qr": picture.svg_data_uri(scale=5, border=4, light="#fff"), "secret": acts.secret_of(device)}
    return context | {"page_errors": form.errors}


@never_cache
@listed
def confirm_second_factor(request: HttpRequest) -> HttpResponseBase:
    """The app's first code turns the second factor on; the recovery codes are shown this once."""
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            device, codes = acts.confirm_second_factor(by=person(request), code=form.cleaned_data["code"])
        except Problem as problem:
            form.blame(problem)
        else:
            otp_login(request, device)
            return render(request, "people/recovery_codes.html", {"codes": codes, "first": True})
    return render(request, "people/second_factor.html", enrolment(request, form))


@never_cache
@listed
def recovery_codes(request: HttpRequest) -> HttpResponseBase:
    """New recovery codes, after a code of the app."""
    return with_code(request, "people/renew_codes.html", renew=True)


@never_cache
@listed
def second_factor_off(request: HttpRequest) -> HttpResponseBase:
    return with_code(request, "people/second_factor_off.html", renew=False)


def with_code(request: HttpRequest, template: str, *, renew: bool) -> HttpResponseBase:
    form = PasswordAndCodeForm(request.POST or None)
    if form.is_valid():
        try:
            check_own_password(request, form.cleaned_data["password"], path="password")
            acts.check_code(account=person(request), code=form.cleaned_data["code"], address=address_of(request))
            if renew:
                codes = acts.renew_recovery_codes(by=person(request))
                return render(request, "people/recovery_codes.html", {"codes": codes})
            acts.turn_second_factor_off(by=person(request))
        except Problem as problem:
            form.blame(problem)
        else:
            messages.success(request, phrase("Đã tắt xác thực hai bước.", "The second factor is off."))
            return redirect("people:account")
    return render(request, template, {"form": form, "page_errors": form.errors})


@listed
def end_sessions(request: HttpRequest) -> HttpResponseBase:
    actions.end_sessions(by=person(request), account=person(request))
    return redirect("people:sign_in")
