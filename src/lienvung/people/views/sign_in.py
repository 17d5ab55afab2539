"""Signing in (password, then the code when the account has a second factor) and out."""

from __future__ import annotations

import time
from typing import Final

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as otp_login

from lienvung.audit.actions import record
from lienvung.errors import Problem
from lienvung.people import rules
from lienvung.people import sign_in as acts
from lienvung.people.access import account_by_id
from lienvung.people.forms import CodeForm, SignInForm
from lienvung.people.gate import listed
from lienvung.people.middleware import SEEN
from lienvung.people.models import Account
from lienvung.people.trial import trial_accounts

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
WAITING: Final = "sign_in_waiting"  # session key: [account id, its session hash, epoch seconds, next]
WAIT_SECONDS: Final = 300


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def safe_next(request: HttpRequest, wanted: str) -> str:
    """`wanted` when it is on this site, else the front page."""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and own else resolve_url(settings.LOGIN_REDIRECT_URL)


def finish(request: HttpRequest, account: Account) -> None:
    login(request, account, backend=BACKEND)
    request.session[SEEN] = int(time.time())
    record(action="people.sign_in", by=account, subject=account)


@sensitive_post_parameters("password")
@never_cache
@listed
def sign_in(request: HttpRequest) -> HttpResponseBase:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    form = SignInForm(request.POST or None)
    status = 200
    if form.is_valid():
        try:
            account = acts.check_password(request, address=address_of(request), **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
            status = problem.status if problem.status == 429 else 200
        else:
            if acts.needs_code(account):
                waiting = [str(account.pk), account.get_session_auth_hash(), int(time.time()), wanted]
                request.session.cycle_key()
                request.session[WAITING] = waiting
                return redirect("people:sign_in_code")
            finish(request, account)
            return redirect(safe_next(request, wanted))
    context = {
        "form": form,
        "next": wanted,
        "page_errors": form.errors,
        "minutes": rules.FAILURE_WINDOW_MINUTES,
        "trial": trial_accounts(),
    }
    return render(request, "people/sign_in.html", context, status=status)


def waiting_account(request: HttpRequest) -> tuple[Account | None, str]:
    """Who gave the right password less than WAIT_SECONDS ago, and where they wanted to go."""
    id, stamp, since, wanted = request.session.get(WAITING) or (None, "", 0, "")
    account = account_by_id(id) if id and time.time() - since < WAIT_SECONDS else None
    if account is None or not account.is_active or account.get_session_auth_hash() != stamp:
        return None, ""
    return account, wanted


@never_cache
@listed
def sign_in_code(request: HttpRequest) -> HttpResponseBase:
    account, wanted = waiting_account(request)
    if account is None:
        return redirect("people:sign_in")
    form = CodeForm(request.POST or None)
    status = 200
    if form.is_valid():
        try:
            device = acts.check_code(account=account, address=address_of(request), **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
            status = problem.status if problem.status == 429 else 200
        else:
            del request.session[WAITING]
            finish(request, account)
            otp_login(request, device)
            return redirect(safe_next(request, wanted))
    return render(request, "people/sign_in_code.html", {"form": form, "page_errors": form.errors}, status=status)


@listed
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(resolve_url(settings.LOGIN_REDIRECT_URL))
