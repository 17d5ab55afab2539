"""The only writers of products, lots, places and issued codes."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.catalogue import pictures, rules
from lienvung.catalogue.models import IssuedSerial, LabelJob, Lot, Place, Product
from lienvung.errors import Conflict, Invalid
from lienvung.people.access import may_record, prefix_taken
from lienvung.people.actions import check_gln, not_allowed
from lienvung.people.models import Account, Organisation
from lienvung.people.rules import check_name
from lienvung.registry.matching import plain
from lienvung.territory.models import AdminUnit

BATCH = 1000


def _require(by: Account | None, organisation: Organisation) -> None:
    """The system may; a person must belong to the organisation that owns the record."""
    if by is not None and not may_record(by, organisation):
        raise not_allowed()


def _check_prefix(digits: str, owner: Organisation, *, path: str) -> None:
    """Nobody takes codes of somebody else's GS1 Company Prefix; the system does not either."""
    taken = prefix_taken(rules.company_prefixes(digits), but=owner)
    rules.check_owners_prefix(digits, own=owner.company_prefix, taken=taken, path=path)


def _product_words(product: Product) -> str:
    unit = product.origin_unit
    return plain(
        product.name,
        product.name_en,
        product.brand,
        product.gtin,
        product.owner.name,
        unit.search_text if unit else "",
        product.kind,
    )[:1000]


def _gtin_taken() -> Conflict:
    return Conflict(
        "catalogue.gtin_taken", vi="Mã GTIN này đã được đăng ký.", en="This GTIN is already registered.", path="gtin"
    )


@transaction.atomic
def register_product(
    *,
    by: Account | None,
    owner: Organisation,
    gtin: str,
    name: str,
    name_en: str = "",
    kind: str = "",
    brand: str = "",
    net_content: Decimal | None = None,
    unit_of_measure: str = "",
    image: bytes | None = None,
    picture: str = "",
    description: str = "",
    standards: str = "",
    origin_unit: AdminUnit | None = None,
    shelf_life_days: int | None = None,
    illustrative: bool = False,
) -> Product:
    """Register a product of `owner`. Conflict when the GTIN is taken."""
    _require(by, owner)
    product = Product(
        owner=owner,
        owner_party=owner.owner_party,
        gtin=rules.check_gtin(gtin),
        name=check_name(name),
        name_en=name_en.strip(),
        kind=kind.strip(),
        brand=brand.strip(),
        net_content=net_content,
        unit_of_measure=rules.check_unit(unit_of_measure, path="unit_of_measure"),
        picture=picture,
        description=description.strip(),
        standards=standards.strip(),
        origin_unit=origin_unit,
        shelf_life_days=shelf_life_days,
        illustrative=illustrative,
    )
    if Product.objects.filter(gtin=product.gtin).exists():
        raise _gtin_taken()
    _check_prefix(product.gtin, owner, path="gtin")
    product.search_text = _product_words(product)
    _keep_image(product, image)
    try:
        with transaction.atomic():
            product.save(force_insert=True)
    except IntegrityError as clash:  # two at once
        raise _gtin_taken() from clash
    record(action="catalogue.register_product", by=by, subject=product, details={"gtin": product.gtin})
    return product


def _keep_image(product: Product, image: bytes | None) -> None:
    """Store a photo, written anew in two sizes, under a name of our own."""
    if image is not None:
        kept = pictures.read_picture(image)
        product.image.save(f"{uuid.uuid4().hex}.webp", ContentFile(kept.large), save=False)
        product.image.storage.save(pictures.small_name(product.image.name or ""), ContentFile(kept.small))


@transaction.atomic
def update_product(
    *,
    by: Account | None,
    product: Product,
    name: str,
    name_en: str = "",
    kind: str = "",
    brand: str = "",
    net_content: Decimal | None = None,
    unit_of_measure: str = "",
    image: bytes | None = None,
    description: str = "",
    standards: str = "",
    origin_unit: AdminUnit | None = None,
    shelf_life_days: int | None = None,
) -> Product:
    """Change what is said about a product; its GTIN and its owner never change."""
    _require(by, product.owner)
    values = {
        "name": check_name(name),
        "name_en": name_en.strip(),
        "kind": kind.strip(),
        "brand": brand.strip(),
        "net_content": net_content,
        "unit_of_measure": rules.check_unit(unit_of_measure, path="unit_of_measure"),
        "description": description.strip(),
        "standards": standards.strip(),
        "origin_unit": origin_unit,
        "shelf_life_days": shelf_life_days,
    }
    changed = sorted(field for field, value in values.items() if getattr(product, field) != value)
    for field, value in values.items():
        setattr(product, field, value)
    product.search_text = _product_words(product)
    if image is not None:
        changed.append("image")
    _keep_image(product, image)
    product.save()
    record(action="catalogue.update_product", by=by, subject=product, details={"changed": changed})
    return product


@transaction.atomic
def register_lot(
    *,
    by: Account | None,
    product: Product,
    number: str,
    produced_on: date | None = None,
    best_before: date | None = None,
    quantity: Decimal | None = None,
    uom: str = "",
) -> Lot:
    """Register a lot of `product`. Conflict when the product has a lot of this number."""
    _require(by, product.owner)
    number = rules.check_lot_number(number)
    today = None if by is None else timezone.localdate()
    rules.check_lot(produced_on=produced_on, best_before=best_before, quantity=quantity, today=today)
    taken = Conflict(
        "catalogue.lot_taken",
        vi="Sản phẩm này đã có lô mang số đó.",
        en="This product already has a lot of that number.",
        path="number",
    )
    if Lot.objects.filter(product=product, number=number).exists():
        raise taken
    try:
        with transaction.atomic():
            lot = Lot.objects.create(
                product=product,
                number=number,
                owner_party=product.owner_party,
                produced_on=produced_on,
                best_before=best_before,
                quantity=quantity,
                uom=rules.check_unit(uom),
                search_text=plain(number),
            )
    except IntegrityError as clash:  # two at once
        raise taken from clash
    record(action="catalogue.register_lot", by=by, subject=lot, details={"gtin": product.gtin, "lot": number})
    return lot


@transaction.atomic
def register_place(
    *,
    by: Account | None,
    owner: Organisation,
    gln: str,
    name: str,
    kind: str,
    name_en: str = "",
    lat: float | None = None,
    lon: float | None = None,
    unit: AdminUnit | None = None,
    address: str = "",
    illustrative: bool = False,
) -> Place:
    """Register a place of `owner`. Conflict when the GLN is taken."""
    _require(by, owner)
    gln = check_gln(gln)
    rules.check_point(lat, lon)
    if kind not in Place.Kind.values:
        raise Invalid("catalogue.place_kind", vi="Loại địa điểm không có.", en="No such kind of place.", path="kind")
    taken = Conflict(
        "catalogue.gln_taken", vi="Mã GLN này đã được đăng ký.", en="This GLN is already registered.", path="gln"
    )
    if Place.objects.filter(gln=gln).exists():
        raise taken
    _check_prefix(gln, owner, path="gln")
    name = check_name(name)
    try:
        with transaction.atomic():
            place = Place.objects.create(
                owner=owner,
                owner_party=owner.owner_party,
                gln=gln,
                name=name,
                name_en=name_en.strip(),
                kind=kind,
                lat=lat,
                lon=lon,
                unit=unit,
                address=address.strip(),
                illustrative=illustrative,
                search_text=plain(name, name_en, gln, owner.name, unit.search_text if unit else "", address)[:600],
            )
    except IntegrityError as clash:  # two at once
        raise taken from clash
    record(action="catalogue.register_place", by=by, subject=place, details={"gln": gln, "kind": kind})
    return place


@transaction.atomic
def issue_labels(*, by: Account | None, product: Product, count: int, lot: Lot | None = None) -> LabelJob:
    """Record a printing of labels that carry the product's code, or the lot's."""
    _require(by, product.owner)
    _check_lot_of(product, lot)
    job = LabelJob.objects.create(
        product=product,
        lot=lot,
        kind=LabelJob.Kind.LOT if lot else LabelJob.Kind.PRODUCT,
        count=rules.check_count(count),
        issued_by=by,
    )
    record(action="catalogue.issue_labels", by=by, subject=job, details=_job_details(job))
    return job


@transaction.atomic
def issue_serials(*, by: Account | None, product: Product, count: int, lot: Lot | None = None) -> LabelJob:
    """Give out `count` new random serials (AI 21), kept so that a made-up code is known as one."""
    _require(by, product.owner)
    _check_lot_of(product, lot)
    # Jobs of one product queue here (PostgreSQL; SQLite has one writer): crossing ones could lock each other out.
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    job = LabelJob.objects.create(
        product=product, lot=lot, kind=LabelJob.Kind.SERIAL, count=rules.check_count(count), issued_by=by
    )
    # A serial that exists is passed over by the database and drawn again.
    while (missing := count - IssuedSerial.objects.filter(job=job).count()) > 0:
        fresh = {rules.random_serial() for _ in range(missing)}
        IssuedSerial.objects.bulk_create(
            [IssuedSerial(product=product, serial=serial, lot=lot, job=job) for serial in sorted(fresh)],
            batch_size=BATCH,
            ignore_conflicts=True,
        )
    record(action="catalogue.issue_serials", by=by, subject=job, details=_job_details(job))
    return job


@transaction.atomic
def mark_reprint(*, by: Account | None, job: LabelJob) -> LabelJob:
    """Record that the labels of `job` are printed again: the same codes, no new serials."""
    _require(by, job.product.owner)
    first = job.reprint_of or job
    again = LabelJob.objects.create(
        product=first.product, lot=first.lot, kind=first.kind, count=first.count, issued_by=by, reprint_of=first
    )
    record(action="catalogue.mark_reprint", by=by, subject=again, details=_job_details(again))
    return again


@transaction.atomic
def note_download(*, by: Account | None, job: LabelJob, layout: str, form: str, page: int | None = None) -> None:
    """Record that a sheet of `job` was taken (`form` pdf or svg): each time, for each can be printed."""
    _require(by, job.product.owner)
    details = {**_job_details(job), "layout": layout, "form": form}
    record(action="labels.download", by=by, subject=job, details=details | ({"page": page} if page else {}))


def _check_lot_of(product: Product, lot: Lot | None) -> None:
    if lot is not None and lot.product_id != product.pk:
        raise Invalid(
            "catalogue.lot_of_other_product",
            vi="Lô này thuộc sản phẩm khác.",
            en="This lot belongs to another product.",
            path="lot",
        )


def _job_details(job: LabelJob) -> dict[str, object]:
    return {
        "gtin": job.product.gtin,
        "lot": job.lot.number if job.lot else None,
        "kind": job.kind,
        "count": job.count,
        "reprint_of": str(job.reprint_of_id) if job.reprint_of_id else None,
    }
