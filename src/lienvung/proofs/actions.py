"""The only writers of certificates, their scope, the word on them, and what is done to them."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.catalogue.models import Place, Product
from lienvung.catalogue.words import PRODUCT_KINDS
from lienvung.errors import Conflict, Invalid
from lienvung.people.access import may_manage
from lienvung.people.actions import not_allowed
from lienvung.people.models import Account, Organisation
from lienvung.people.rules import check_name
from lienvung.proofs import access, files, rules
from lienvung.proofs.kinds import Kind, kinds
from lienvung.proofs.models import CalendarKey, Certificate, IssuingBody, Measure, ScopeRow
from lienvung.registry.matching import plain

Checked = Certificate.Checked


def changed_meanwhile() -> Conflict:
    return Conflict(
        "proofs.changed",
        vi="Giấy chứng nhận vừa được người khác sửa hoặc kiểm tra. Hãy xem lại rồi làm tiếp.",
        en="Somebody else has just changed or checked this certificate. Look at it again.",
    )


def _kind(key: str) -> Kind:
    if key not in kinds():
        raise Invalid("proofs.kind", vi="Loại giấy chứng nhận không có.", en="No such kind.", path="kind")
    return kinds()[key]


def _facts(kind: Kind, told: dict[str, Any]) -> dict[str, Any]:
    """The checked values of what a holder says."""
    rules.check_days(issued_on=told["issued_on"], valid_from=told["valid_from"], valid_to=told["valid_to"])
    rules.check_grade(kind, stars=told["stars"], points=told["points"])
    issuer: Organisation | None = told["issuer"]
    if issuer is not None and issuer not in access.issuers_of(kind):
        raise Invalid(
            "proofs.issuer",
            vi="Tổ chức này chưa được công nhận là nơi cấp loại giấy đó.",
            en="This organisation is not accepted as an issuer of that kind.",
            path="issuer",
        )
    name = issuer.name if issuer is not None and not told["issuer_name"] else told["issuer_name"]
    return {
        "number": rules.check_number(told["number"]),
        "issuer_name": check_name(name, path="issuer_name")[:200],
        "issuer": issuer,
        "issued_on": told["issued_on"],
        "valid_from": told["valid_from"],
        "valid_to": told["valid_to"],
        "standard": told["standard"].strip(),
        "stars": told["stars"],
        "points": told["points"],
        "register_link": rules.check_link(told["register_link"]),
    }


def _keep_document(certificate: Certificate, data: bytes | None) -> None:
    if data is None:
        return
    read = files.read_document(data)
    certificate.document.save(f"{uuid.uuid4().hex}.{read.ending}", ContentFile(read.data), save=False)
    certificate.document_type, certificate.document_digest = read.ending, read.digest


def _words(certificate: Certificate) -> str:
    kind = certificate.kind_of.name
    holder = certificate.holder
    return plain(*kind, certificate.number, certificate.issuer_name, holder.name, holder.name_en)[:600]


@transaction.atomic
def register_certificate(
    *,
    by: Account | None,
    holder: Organisation,
    kind: str,
    number: str,
    issuer_name: str,
    valid_from: date,
    valid_to: date | None = None,
    issued_on: date | None = None,
    issuer: Organisation | None = None,
    standard: str = "",
    stars: int | None = None,
    points: Decimal | None = None,
    register_link: str = "",
    document: bytes | None = None,
    replaces: Certificate | None = None,
    illustrative: bool = False,
) -> Certificate:
    """Register what the holder says it has: a claim, shown to nobody outside until it is checked.

    `replaces`: the certificate of the same holder and kind that this one follows; its scope is copied.
    """
    if by is not None and not may_manage(by, holder):
        raise not_allowed()
    told = {
        "number": number, "issuer_name": issuer_name, "issuer": issuer, "issued_on": issued_on,
        "valid_from": valid_from, "valid_to": valid_to, "standard": standard, "stars": stars, "points": points,
        "register_link": register_link,
    }  # fmt: skip
    facts = _facts(_kind(kind), told)
    _check_replaced(replaces, holder, kind)
    _check_twin(holder, kind, facts["number"], valid_from)
    certificate = Certificate(
        holder=holder,
        owner_party=holder.owner_party,
        kind=kind,
        replaces=replaces,
        registered_by=by,
        illustrative=illustrative,
        **facts,
    )
    certificate.search_text = _words(certificate)
    _keep_document(certificate, document)
    try:
        with transaction.atomic():
            certificate.save(force_insert=True)
    except IntegrityError as clash:  # two renewals at once
        raise _replaced_already() from clash
    for row in replaces.scope.all() if replaces else ():
        row.pk, row.certificate = None, certificate
        row.save(force_insert=True)
    record(action="proofs.register", by=by, subject=certificate, details={"kind": kind, "holder": str(holder.pk)})
    return certificate


def _check_replaced(replaces: Certificate | None, holder: Organisation, kind: str) -> None:
    if replaces is None:
        return
    if replaces.holder_id != holder.pk or replaces.kind != kind:
        raise Invalid(
            "proofs.replaces",
            vi="Chỉ thay giấy cùng loại của cùng đơn vị.",
            en="It can only follow a certificate of the same kind and holder.",
            path="replaces",
        )
    if Certificate.objects.filter(replaces=replaces).exists():
        raise _replaced_already()


def _replaced_already() -> Conflict:
    return Conflict(
        "proofs.replaced_already",
        vi="Giấy này đã có giấy thay thế.",
        en="This certificate has a successor already.",
        path="replaces",
    )


def _check_twin(holder: Organisation, kind: str, number: str, valid_from: date, but: uuid.UUID | None = None) -> None:
    """The same paper is not registered twice; a register may keep the number and renew the days."""
    others = Certificate.objects.filter(holder=holder, kind=kind, valid_from=valid_from)
    others = others.exclude(pk=but) if but is not None else others
    if any(rules.same_number(number, other) for other in others.values_list("number", flat=True)):
        raise Conflict(
            "proofs.twin", vi="Giấy này đã được đăng ký.", en="This certificate is registered.", path="number"
        )


@transaction.atomic
def change_certificate(
    *,
    by: Account | None,
    certificate: Certificate,
    document: bytes | None = None,
    revision: int | None = None,
    **told: Any,
) -> Certificate:
    """Correct a claim; one that was refused becomes a claim again. What is confirmed is never changed, but replaced.

    `told`: the values of `register_certificate` that a holder may change, all of them. `revision`: the one looked at.
    """
    locked = _locked(certificate)
    _require_editor(by, locked)
    if revision is not None and revision != locked.revision:
        raise changed_meanwhile()
    facts = _facts(locked.kind_of, told)
    _check_twin(locked.holder, locked.kind, facts["number"], facts["valid_from"], but=locked.pk)
    changed = sorted(name for name, value in facts.items() if getattr(locked, name) != value)
    for name, value in facts.items():
        setattr(locked, name, value)
    locked.search_text = _words(locked)
    _keep_document(locked, document)
    _changed(locked)
    changed += ["document"] if document is not None else []
    record(action="proofs.change", by=by, subject=locked, details={"changed": changed})
    return locked


def _locked(certificate: Certificate) -> Certificate:
    """The row as it is now, held until the end of the transaction."""
    return Certificate.objects.select_for_update(of=("self",)).select_related("holder").get(pk=certificate.pk)


def _require_editor(by: Account | None, certificate: Certificate) -> None:
    if by is not None and not may_manage(by, certificate.holder):
        raise not_allowed()
    if certificate.checked == Checked.CONFIRMED:
        raise Conflict(
            "proofs.confirmed_already",
            vi="Giấy đã được xác nhận nên không sửa được; hãy đăng ký giấy thay thế.",
            en="It is confirmed and cannot be changed; register the one that replaces it.",
        )


def _changed(certificate: Certificate) -> None:
    """Whoever was looking at it looked at something else."""
    certificate.revision += 1
    certificate.checked = Checked.CLAIMED
    certificate.checked_by = certificate.checked_for = certificate.checked_at = None
    certificate.check_note = ""
    certificate.save()


@transaction.atomic
def add_scope(
    *,
    by: Account | None,
    certificate: Certificate,
    product: Product | None = None,
    place: Place | None = None,
    group: str = "",
    area_ha: Decimal | None = None,
    tonnes_a_year: Decimal | None = None,
) -> ScopeRow:
    """Add a row to what a claim covers: products and places of the holder itself."""
    locked = _locked(certificate)
    _require_editor(by, locked)
    rules.check_row(locked.kind_of, product=product is not None, place=place is not None, group=bool(group))
    for path, thing in (("product", product), ("place", place)):
        if thing is not None and thing.owner_id != locked.holder_id:
            raise Invalid(
                "proofs.foreign",
                vi="Chỉ chọn sản phẩm và địa điểm của chính đơn vị được cấp giấy.",
                en="Only products and places of the holder itself.",
                path=path,
            )
    if group and group not in PRODUCT_KINDS:
        raise Invalid("proofs.group", vi="Nhóm sản phẩm không có.", en="No such group.", path="group")
    for path, amount in (("area_ha", area_ha), ("tonnes_a_year", tonnes_a_year)):
        if amount is not None and amount <= 0:
            raise Invalid("proofs.amount", vi="Phải lớn hơn 0.", en="It must be above 0.", path=path)
    row = ScopeRow.objects.create(
        certificate=locked, product=product, place=place, group=group, area_ha=area_ha, tonnes_a_year=tonnes_a_year
    )
    _changed(locked)
    record(action="proofs.add_scope", by=by, subject=locked, details={"row": str(row), "number": row.pk})
    return row


@transaction.atomic
def remove_scope(*, by: Account | None, certificate: Certificate, row: int) -> None:
    locked = _locked(certificate)
    _require_editor(by, locked)
    removed, _ = ScopeRow.objects.filter(certificate=locked, pk=row).delete()
    if not removed:
        raise changed_meanwhile()
    _changed(locked)
    record(action="proofs.remove_scope", by=by, subject=locked, details={"number": row})


def confirm(*, by: Account | None, certificate: Certificate, revision: int, note: str = "") -> Certificate:
    """Say that the document was seen and says what is registered here. Conflict when it was changed or checked.

    Where no document is kept, a person says in the note where the paper was seen.
    """
    if not certificate.scope.exists():
        raise Invalid(
            "proofs.no_scope",
            vi="Giấy chưa có phạm vi nên không xác nhận được.",
            en="It has no scope yet and cannot be confirmed.",
        )
    if by is not None and not certificate.document and len(note.strip()) < 10:
        raise Invalid(
            "proofs.no_document",
            vi="Chưa có bản chụp: hãy ghi đã xem bản giấy ở đâu, khi nào.",
            en="No document is kept: say where and when you saw the paper.",
            path="note",
        )
    return _check(by, certificate, revision, Checked.CONFIRMED, note.strip()[:2000], "proofs.confirm")


def refuse(*, by: Account | None, certificate: Certificate, revision: int, reason: str) -> Certificate:
    """Say why it cannot be confirmed; the holder may mend it and ask again."""
    words = rules.check_reason(reason, path="note")
    return _check(by, certificate, revision, Checked.REFUSED, words, "proofs.refuse")


@transaction.atomic
def _check(
    by: Account | None, certificate: Certificate, revision: int, said: Checked, note: str, action: str
) -> Certificate:
    _require_checker(by, certificate)
    body = access.body_of(by, certificate) if by is not None else None
    waiting = Certificate.objects.filter(pk=certificate.pk, checked=Checked.CLAIMED, revision=revision)
    done = waiting.update(checked=said, checked_by=by, checked_for=body, checked_at=timezone.now(), check_note=note)
    if not done:
        raise changed_meanwhile()
    certificate.refresh_from_db()
    details = {"revision": revision, "document": certificate.document_digest, "body": str(body.pk) if body else ""}
    record(action=action, by=by, subject=certificate, details=details)
    return certificate


def _require_checker(by: Account | None, certificate: Certificate) -> None:
    if by is not None and not access.may_check(by, certificate):
        raise not_allowed()


@transaction.atomic
def measure(*, by: Account | None, certificate: Certificate, act: str, from_day: date, reason: str) -> Measure:
    """Suspend, restore or withdraw a confirmed certificate from a day on, for a reason."""
    _require_checker(by, certificate)
    if act not in list(rules.Act):
        raise Invalid("proofs.act", vi="Việc này không có.", en="There is no such act.", path="act")
    words = rules.check_reason(reason)
    locked = _locked(certificate)
    if locked.checked != Checked.CONFIRMED:
        raise changed_meanwhile()
    rules.check_measure(locked.term, rules.Act(act), from_day)
    made = Measure.objects.create(
        certificate=locked,
        act=act,
        from_day=from_day,
        reason=words,
        by=by,
        body=access.body_of(by, locked) if by is not None else None,
    )
    record(action=f"proofs.{act}", by=by, subject=locked, details={"from": from_day, "reason": words})
    return made


@transaction.atomic
def accept_issuer(*, by: Account | None, organisation: Organisation, kinds_issued: Iterable[str]) -> IssuingBody:
    """Accept an organisation as issuer of these kinds: from now on its people may confirm what it issued."""
    keys = sorted(_kind(key).key for key in set(kinds_issued))
    if by is not None and not access.may_accept(by, organisation, keys):
        raise not_allowed()
    if not keys:
        raise Invalid("proofs.no_kinds", vi="Hãy chọn loại giấy.", en="Choose the kinds.", path="kinds")
    # who accepted it first answers for it: another province may add kinds, and not take it over
    body, _ = IssuingBody.objects.update_or_create(
        organisation=organisation,
        defaults={"kinds": " ".join(keys)},
        create_defaults={"kinds": " ".join(keys), "accepted_by": by},
    )
    record(action="proofs.accept_issuer", by=by, subject=organisation, details={"kinds": keys})
    return body


@transaction.atomic
def end_issuer(*, by: Account | None, body: IssuingBody) -> None:
    """Its people confirm nothing any more; what they confirmed stays as it is."""
    if by is not None and not access.may_end(by, body):
        raise not_allowed()
    organisation = body.organisation
    body.delete()
    record(action="proofs.end_issuer", by=by, subject=organisation)


@transaction.atomic
def make_calendar_key(*, by: Account) -> str:
    """A new key for the account's calendar feed, told once; the one before it no longer opens anything."""
    key = secrets.token_urlsafe(32)
    digest = hashlib.sha256(key.encode()).hexdigest()
    CalendarKey.objects.update_or_create(account=by, defaults={"digest": digest, "made_at": timezone.now()})
    record(action="proofs.make_calendar_key", by=by, subject=by)
    return key
