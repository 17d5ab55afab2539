"""The pages of the programme ask as often for 10 commitments as for 40, and no oftener than is written here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import programme_scale
from tests.programme_world import office, officer, province

from lienvung.people.models import Account
from lienvung.programme import working
from lienvung.territory.actions import load_units

pytestmark = pytest.mark.django_db
# Measured, and a little more for what rooms add to pages (panels); what is far below: write it down here.
MOST = {
    "/": 70,
    "/programme/": 14,
    "/programme/a/lon": 50,
    "/programme/parties/{party}": 16,
    "/programme/commitments/{commitment}": 30,
    "/programme/plans/{plan}": 13,
    "/results/": 26,
    "/results/of/lon": 40,
    "/results/of/lon/indicators": 12,
    "/results/periods/{period}": 16,
    "/reports/dashboards/lon": 20,
    "/reports/dashboards/lon/party/{party}": 27,
    "/reports/documents/lon": 13,
    "/reports/documents/lon/coverage": 30,
    "/reports/public/lon": 9,
    "/reports/open-data/": 6,
}


@pytest.fixture(scope="module")
def focal(django_db_setup, django_db_blocker) -> Iterator[Account]:
    with django_db_blocker.unblock(), transaction.atomic():
        load_units()
        yield officer("hn_focal", office("Văn phòng Hà Nội", province("Hà Nội")), "focal_officer")
        transaction.set_rollback(True)


def asked(focal: Account, commitments: int) -> dict[str, int]:
    """Queries of each page over a programme of that many commitments, with a task for each and four results."""
    found = {}
    with transaction.atomic():
        made = programme_scale.make(parties=3, commitments=commitments, claims=4 * commitments, periods=4)
        plan = working.make_plan(made, by=None, year=2026, title="Kế hoạch năm 2026")
        keys = {
            "party": made.parties.all()[0].pk,
            "commitment": made.commitments.all()[1].pk,
            "period": made.periods.filter(state="open")[0].pk,
            "plan": plan.pk,
        }
        client = Client()
        client.force_login(focal)
        for address in MOST:
            client.get(address.format(**keys))  # whatever is kept for a while is kept by now
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address.format(**keys))
            assert answer.status_code == 200, address
            found[address] = len(queries)
        transaction.set_rollback(True)
    return found


def test_pages_ask_as_often_for_many_commitments_as_for_few(focal: Account) -> None:
    few, many = asked(focal, 10), asked(focal, 40)
    assert many == few
    assert {address: count for address, count in few.items() if count > MOST[address]} == {}
