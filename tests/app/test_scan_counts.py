"""Scan counts: added up in memory, written in batches, nothing about persons."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError
from django.test import override_settings
from tests.app.shopper import Shopper
from tests.world import World

from lienvung.scan import counting
from lienvung.scan.access import first_scan_of, scans_of, scans_under
from lienvung.scan.counting import Counter, counter
from lienvung.scan.models import FirstScan, ScanDay

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)  # 10:00 in Hà Nội


def ms(time: datetime) -> int:
    return int(time.timestamp() * 1000)


def scan(
    gathered: Counter, *, device: str = "d", now: datetime = NOW, thing: str = "/01/1", known: bool = True
) -> None:
    gathered.count(thing=thing, known=known, province="", device=device, now=now)


def test_counts_add_up_over_flushes_and_processes(world: World) -> None:
    one, other = Counter(), Counter()
    for device in "aab":
        scan(one, device=device)
    one.flush()
    scan(one, device="a")
    scan(other, device="a", now=NOW - timedelta(hours=1))
    other.flush()
    one.flush()
    one.flush()
    [row] = ScanDay.objects.all()
    assert (row.day, row.scans, row.devices) == (date(2026, 6, 1), 5, 3)  # two processes count a device each
    assert first_scan_of("/01/1") == ms(NOW - timedelta(hours=1))


def test_the_day_is_that_of_ha_noi_and_devices_start_anew_with_it(world: World) -> None:
    gathered = Counter()
    scan(gathered, now=datetime(2026, 6, 1, 16, 59, tzinfo=UTC))
    key = gathered.key
    scan(gathered, now=datetime(2026, 6, 1, 17, 0, tzinfo=UTC))
    gathered.flush()
    assert [(r["day"], r["devices"]) for r in scans_of("/01/1", since=date(2026, 1, 1))] == [
        (date(2026, 6, 2), 1),
        (date(2026, 6, 1), 1),
    ]
    assert gathered.key != key
    assert len(gathered.seen) == 1


def test_a_failed_write_keeps_the_counts(world: World, monkeypatch, caplog) -> None:
    gathered = Counter()
    scan(gathered)

    def fail(*_: object) -> None:
        raise DatabaseError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(counting, "store_counts", fail)
        gathered.flush()
    assert not ScanDay.objects.exists()
    scan(gathered)
    gathered.flush()
    assert ScanDay.objects.get().scans == 2
    assert FirstScan.objects.count() == 1


def test_nothing_of_the_asker_is_kept(world: World) -> None:
    client = Shopper(REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT="Kính hiển vi 7.3")
    client.get(world.lot.path)
    counter.flush()
    kept = [*ScanDay.objects.values_list(), *FirstScan.objects.values_list()]
    assert kept
    assert "203.0.113" not in repr(kept) + repr(vars(counter))
    assert "hiển vi" not in repr(kept) + repr(vars(counter))


def test_scans_are_counted_cached_or_not_but_only_those_of_people(world: World) -> None:
    client = Shopper()
    for _ in range(3):
        client.get(world.lot.path)
    client.head(world.lot.path)
    client.options(world.lot.path)
    client.get(world.lot.path, HTTP_ACCEPT="application/linkset+json")
    client.get("/01/08930000000018")
    counter.flush()
    [row] = ScanDay.objects.all()
    assert (row.thing, row.scans, row.devices, row.province) == (world.lot.path, 3, 1, "")


def test_never_issued_codes_are_counted_together_and_foreign_ones_not(world: World) -> None:
    for serial in ("X1", "X2", "X3"):
        Shopper().get(f"/01/{world.rice.gtin}/21/{serial}")
    Shopper().get("/01/04006381333931")
    Shopper().get(world.pack_path)
    counter.flush()
    assert set(ScanDay.objects.values_list("thing", "known", "scans")) == {
        (f"/01/{world.rice.gtin}", False, 3),
        (world.pack_path, True, 1),
    }
    assert scans_under(f"/01/{world.rice.gtin}", since=date(2026, 1, 1)) == {"known": 1, "never_issued": 3}


@override_settings(SCAN_PROVINCE_HEADER="X-Province")
def test_the_province_comes_from_the_proxy_only_when_set(world: World) -> None:
    Shopper().get(world.lot.path, HTTP_X_PROVINCE="Hà Nội" + "x" * 100)
    counter.flush()
    assert ScanDay.objects.get().province.startswith("Hà Nội")
    assert len(ScanDay.objects.get().province) == 40


def test_the_first_scan_stays_the_first(world: World) -> None:
    first = ms(datetime(2026, 5, 20, 1, 30, tzinfo=UTC))
    FirstScan.objects.create(thing=world.lot.path, at_ms=first)
    page = Shopper().get(world.lot.path).content.decode()
    assert "quét lần đầu 08:30 20/05/2026" in page
    counter.flush()
    assert first_scan_of(world.lot.path) == first


def test_counts_are_written_after_an_answer_when_it_is_time(world: World, monkeypatch) -> None:
    Shopper().get(world.lot.path)
    assert not ScanDay.objects.exists()
    monkeypatch.setattr(counting, "FLUSH_SECONDS", 0.0)
    Shopper().get(world.lot.path)
    assert ScanDay.objects.get().scans == 2
