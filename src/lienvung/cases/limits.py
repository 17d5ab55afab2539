"""The limit on reports: so many an hour from one network address, about one code, about one product.

Every try is written down before it is judged, so that many at once cannot slip past it.
What is kept are keyed hashes, for a day: no address of anybody.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from lienvung.cases import rules
from lienvung.cases.models import Attempt
from lienvung.errors import NotAllowed


class TooManyReports(NotAllowed):
    """Nothing is read or kept of the report; it may be sent again later."""

    status = 429


def _key(*parts: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), "\0".join(("cases", *parts)).encode(), hashlib.sha256).hexdigest()


def keys_of(*, address: str, code: str, gtin: str) -> tuple[str, str, str]:
    return _key("address", rules.network_of(address)), _key("code", code), _key("product", gtin)


def note_report(*, address: str, code: str, gtin: str) -> None:
    """Write a report down for the limit; TooManyReports when there were too many in the last hour."""
    now = timezone.now()
    keys = keys_of(address=address, code=code, gtin=gtin)
    Attempt.objects.filter(at__lt=now - timedelta(days=1)).delete()
    noted = [Attempt.objects.create(key=key, at=now).pk for key in keys]
    # this very report is counted with them, so it is taken off again
    counted = [Attempt.objects.filter(key=key, at__gte=now - rules.WINDOW).count() - 1 for key in keys]
    if not rules.report_allowed(of_address=counted[0], of_code=counted[1], of_product=counted[2]):
        Attempt.objects.filter(pk__in=noted).delete()
        raise TooManyReports(
            "cases.too_many_reports",
            vi="Vừa có quá nhiều phản ánh từ mạng này hoặc về mã này. "
            "Hãy thử lại sau một giờ, hoặc gọi số trên trang của mã.",
            en="There have just been too many reports from this network or about this code. "
            "Try again in an hour, or call a number on the code's page.",
        )
