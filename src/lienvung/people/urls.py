"""Addresses under /people/; each has its row in `apps.PAGES`."""

from __future__ import annotations

from django.urls import path

from lienvung.people.views import account, audit, organisations, sign_in

app_name = "people"
urlpatterns = [
    path("", organisations.organisations, name="organisations"),
    path("new", organisations.register_organisation, name="register_organisation"),
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-in/code", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("account", account.account, name="account"),
    path("account/password", account.password, name="password"),
    path("account/second-factor", account.second_factor, name="second_factor"),
    path("account/second-factor/confirm", account.confirm_second_factor, name="confirm_second_factor"),
    path("account/second-factor/off", account.second_factor_off, name="second_factor_off"),
    path("account/recovery-codes", account.recovery_codes, name="recovery_codes"),
    path("account/end-sessions", account.end_sessions, name="end_sessions"),
    path("audit", audit.audit, name="audit"),
    path("<uuid:id>", organisations.organisation, name="organisation"),
    path("<uuid:id>/members", organisations.members, name="members"),
    path("<uuid:id>/members/<uuid:account>/remove", organisations.remove_member, name="remove_member"),
    path("<uuid:id>/tokens", organisations.tokens, name="tokens"),
    path("<uuid:id>/tokens/<uuid:token>/revoke", organisations.revoke_token, name="revoke_token"),
]
