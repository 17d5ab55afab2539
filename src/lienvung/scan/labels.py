"""From a printing (`catalogue.LabelJob`) to the labels that a sheet draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils import timezone

from lienvung.catalogue.models import LabelJob, Lot, Product
from lienvung.gs1.address import Address
from lienvung.scan.sheets import Label, Layout

SAMPLE = "MAU-SAMPLE"


def address_of(product: Product, *, lot: Lot | None = None, serial: str = "") -> Address:
    """The Digital Link address of a product, lot or item; the lot stands between GTIN and serial."""
    ais = [("01", product.gtin)]
    if lot is not None:
        ais.append(("10", lot.number))
    if serial:
        ais.append(("21", serial))
    return Address(tuple(ais))


def uri_of(address: Address) -> str:
    """The address on the domain of this installation (setting ORIGIN), as it stands in the code."""
    return str(settings.ORIGIN) + address.path


def labels_of(job: LabelJob) -> list[Label]:
    """The labels of a printing, in the order of their serials' issue."""
    reprint = f"{timezone.localtime(job.issued_at):%d/%m/%Y}" if job.reprint_of_id else ""
    if job.kind == LabelJob.Kind.SERIAL:
        serials: Iterable[str] = job.serials.values_list("serial", flat=True)
    else:
        serials = [""] * job.count
    return [_label(job.product, job.lot, serial, reprint) for serial in serials]


def sample_labels(product: Product, lot: Lot | None, kind: str, count: int, layout: Layout) -> Sequence[Label]:
    """What a printing would look like; its serials are no serials, so a sample cannot pass for a label."""
    serial = SAMPLE if kind == LabelJob.Kind.SERIAL else ""
    label = _label(product, lot if kind != LabelJob.Kind.PRODUCT else None, serial, "")
    return [label] * min(count, layout.per_page)


def _label(product: Product, lot: Lot | None, serial: str, reprint: str) -> Label:
    address = address_of(product, lot=lot, serial=serial)
    return Label(
        address=uri_of(address),
        name=product.name,
        identifiers=address.hri,
        reprint=reprint,
        illustrative=product.illustrative,
    )
