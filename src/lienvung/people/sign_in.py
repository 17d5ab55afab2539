"""Acts of signing in: the password with its rate limit, and the second factor (RFC 6238).

Every try is written down before it is judged, so that many tries at once cannot slip past the limit.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from lienvung.audit.actions import record
from lienvung.errors import Invalid, NotAllowed
from lienvung.people import rules
from lienvung.people.models import Account, SignInFailure

ISSUER = "Lienvung"
RECOVERY_CODES = 10


class TooManyTries(NotAllowed):
    """The rate limit: no password is even looked at until the window has passed."""

    status = 429


def _key(*parts: str) -> str:
    """A keyed hash: neither addresses nor e-mails are stored."""
    return hmac.new(settings.SECRET_KEY.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def _keys(email: str, address: str) -> tuple[str, str]:
    name = email.strip().casefold()
    return _key("address", name, address), _key("account", name)


def note_try(*, email: str, address: str) -> None:
    """Write a try down; TooManyTries when there were too many failures. A success takes them back."""
    now = timezone.now()
    since = now - timedelta(minutes=rules.FAILURE_WINDOW_MINUTES)
    keys = _keys(email, address)
    SignInFailure.objects.filter(at__lt=now - timedelta(days=1)).delete()
    noted = [SignInFailure.objects.create(key=key, at=now).pk for key in keys]
    # this very try is counted with them, so it is taken off again
    here, anywhere = (SignInFailure.objects.filter(key=key, at__gte=since).count() - 1 for key in keys)
    if not rules.sign_in_allowed(from_address=here, of_account=anywhere):
        SignInFailure.objects.filter(pk__in=noted).delete()
        raise TooManyTries(
            "people.too_many_tries",
            vi=f"Đã thử sai quá nhiều lần. Hãy đợi {rules.FAILURE_WINDOW_MINUTES} phút rồi thử lại.",
            en=f"Too many failed tries. Wait {rules.FAILURE_WINDOW_MINUTES} minutes and try again.",
        )


def forget_tries(*, email: str, address: str) -> None:
    """After a success: this address and account start afresh."""
    SignInFailure.objects.filter(key__in=_keys(email, address)).delete()


def check_password(request: HttpRequest, *, email: str, password: str, address: str) -> Account:
    """The account of this e-mail and password; NotAllowed with the same words whatever was wrong."""
    note_try(email=email, address=address)
    account = authenticate(request, username=email.strip(), password=password)
    if not isinstance(account, Account):
        known = Account.objects.filter(email__iexact=email.strip()).first()
        record(action="people.sign_in_failed", by=None, subject=known)
        raise NotAllowed(
            "people.sign_in_failed",
            vi="Thư điện tử hoặc mật khẩu không đúng, hoặc tài khoản đã đóng.",
            en="The e-mail or the password is wrong, or the account is closed.",
        )
    if not needs_code(account):
        forget_tries(email=email, address=address)
    return account


def needs_code(account: Account) -> bool:
    """Has the account a confirmed second factor?"""
    return bool(TOTPDevice.objects.filter(user=account, confirmed=True).exists())


def check_code(*, account: Account, code: str, address: str) -> Device:
    """The device that accepts this code (of the app, or a recovery code, which is used up)."""
    note_try(email=account.email, address=address)
    typed = "".join(code.split()).lower()
    # each kind of code is tried on its own devices, or a wrong try would slow down the other kind
    kind = TOTPDevice if len(typed) <= 8 else StaticDevice
    accepted: Device | None = None
    with transaction.atomic():
        for device in kind.objects.select_for_update().filter(user=account, confirmed=True):
            if device.verify_token(typed):
                accepted = device
                break
    if accepted is None:
        record(action="people.code_failed", by=None, subject=account)
        raise wrong_code()
    forget_tries(email=account.email, address=address)
    if isinstance(accepted, StaticDevice):
        record(action="people.recovery_code_used", by=account, subject=account)
    return accepted


def wrong_code() -> Invalid:
    return Invalid(
        "people.code",
        vi="Mã không đúng hoặc đã hết hạn. Mã trong ứng dụng đổi mỗi 30 giây.",
        en="The code is wrong or has expired. The app's code changes every 30 seconds.",
        path="code",
    )


@transaction.atomic
def start_second_factor(*, by: Account) -> TOTPDevice:
    """A new, not yet confirmed device; the one being enrolled before is dropped."""
    if needs_code(by):
        raise Invalid(
            "people.second_factor_on",
            vi="Xác thực hai bước đã bật. Tắt trước khi cài lại.",
            en="The second factor is already on. Turn it off before enrolling again.",
        )
    TOTPDevice.objects.filter(user=by, confirmed=False).delete()
    return TOTPDevice.objects.create(user=by, name=ISSUER, confirmed=False)


def enrolling(account: Account) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=account, confirmed=False).first()


def enrolment_uri(device: TOTPDevice) -> str:
    """otpauth:// address for the QR code (Google Authenticator's key URI format)."""
    label = quote(f"{ISSUER}:{device.user.email}")
    return f"otpauth://totp/{label}?" + urlencode(
        {"secret": secret_of(device), "issuer": ISSUER, "digits": device.digits}
    )


def secret_of(device: TOTPDevice) -> str:
    """The key in base 32, for typing where a camera is missing."""
    return base64.b32encode(device.bin_key).decode().rstrip("=")


@transaction.atomic
def confirm_second_factor(*, by: Account, code: str) -> tuple[Device, list[str]]:
    """Turn the second factor on when the app's code fits; gives the recovery codes, shown this once."""
    device = TOTPDevice.objects.select_for_update().filter(user=by, confirmed=False).first()
    if device is None or not device.verify_token("".join(code.split())):
        raise wrong_code()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    record(action="people.turn_second_factor_on", by=by, subject=by)
    return device, _new_recovery_codes(by)


@transaction.atomic
def renew_recovery_codes(*, by: Account) -> list[str]:
    """New recovery codes; the old ones are void."""
    codes = _new_recovery_codes(by)
    record(action="people.renew_recovery_codes", by=by, subject=by)
    return codes


def _new_recovery_codes(account: Account) -> list[str]:
    StaticDevice.objects.filter(user=account).delete()
    device = StaticDevice.objects.create(user=account, name="recovery", confirmed=True)
    codes = [f"{secrets.token_hex(4)}{secrets.token_hex(4)}" for _ in range(RECOVERY_CODES)]
    for code in codes:
        device.token_set.create(token=code)
    return codes


@transaction.atomic
def turn_second_factor_off(*, by: Account) -> None:
    """Forget the devices; the view has asked for the password and a code before."""
    TOTPDevice.objects.filter(user=by).delete()
    StaticDevice.objects.filter(user=by).delete()
    record(action="people.turn_second_factor_off", by=by, subject=by)
