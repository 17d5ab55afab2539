"""Agreements: making, signing, publishing, extending, closing, succeeding; their fields, clauses, papers.

Who signs, sits and works for a party is in `naming`, amendments in `amending`, commitments, plans, tasks and meetings
in `working`. Every act takes `by` (None: the system) and, where it changes a row, the `version` that was seen (None:
whatever stands). Facts are columns by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.papers.actions import store_file
from lienvung.people.models import Account
from lienvung.programme import access, rules
from lienvung.programme.models import (
    Agreement,
    Clause,
    Document,
    Extension,
    Field,
    Party,
)
from lienvung.programme.writing import add, change, check_may, fresh, only, same_agreement, write
from lienvung.territory.access import convert
from lienvung.territory.models import AdminUnit

ROOM = "programme"
FACTS = frozenset(
    """
    title title_en period_text period_text_en starts_on ends_on signed_on legal_basis legal_basis_en
    principles principles_en source
    """.split()  # noqa: SIM905
)


@transaction.atomic
def create_agreement(
    *, by: Account | None, code: str, units: Sequence[AdminUnit], illustrative: bool = False, **facts: Any
) -> Agreement:
    """A draft between the localities `units`, as they stand when it is signed; `facts` as in `edit_agreement`."""
    if by is not None and not access.may_create(by, units):
        raise NotAllowed(
            "programme.may_not_create",
            vi="Chỉ cán bộ đầu mối của một bên được lập thỏa thuận.",
            en="Only the focal officer of one of the parties may draw up an agreement.",
        )
    if len({unit.pk for unit in units}) < 2:
        raise Invalid(
            "programme.parties", vi="Cần ít nhất hai địa phương.", en="There are at least two localities.", path="units"
        )
    facts = only(facts, FACTS)
    facts["title"] = rules.check_words(facts.get("title", ""), path="title", most=300)
    rules.check_dates(facts.get("starts_on"), facts.get("ends_on"))
    made = Agreement(code=code, illustrative=illustrative, created_by=by, created_at=timezone.now(), **facts)
    add(made, by=by, action="create_agreement")
    for order, unit in enumerate(units):
        Party.objects.create(agreement=made, unit=unit, name=unit.name, name_en=unit.name_en, order=order)
    return made


def edit_agreement(agreement: Agreement, *, by: Account | None, version: int | None, **facts: Any) -> Agreement:
    facts = only(facts, FACTS)
    if "title" in facts:
        facts["title"] = rules.check_words(facts["title"], path="title", most=300)
    rules.check_dates(facts.get("starts_on", agreement.starts_on), facts.get("ends_on", agreement.ends_on))
    return change(agreement, by=by, act="edit", version=version, action="edit_agreement", **facts)


def sign_agreement(
    agreement: Agreement, *, by: Account | None, version: int | None, signed_on: date | None = None
) -> Agreement:
    """From now on it is in force, and its clauses change by amendments only. `signed_on` None: not stated."""
    if signed_on is not None and signed_on > timezone.localdate():
        raise Invalid("programme.future", vi="Ngày ký ở tương lai.", en="Signed in the future.", path="signed_on")
    changes: dict[str, Any] = {"state": Agreement.State.IN_FORCE}
    if signed_on is not None:
        changes["signed_on"] = signed_on
    return change(agreement, by=by, act="sign", version=version, action="sign_agreement", **changes)


def publish_agreement(agreement: Agreement, *, by: Account | None, version: int | None) -> Agreement:
    """Everybody may read it: clauses, commitments that are no drafts, public documents."""
    return change(
        agreement, by=by, act="publish", version=version, action="publish_agreement", published_at=timezone.now()
    )


def withdraw_from_public(agreement: Agreement, *, by: Account | None, version: int | None) -> Agreement:
    return change(
        agreement,
        by=by,
        act="withdraw_from_public",
        version=version,
        action="withdraw_from_public",
        published_at=None,
    )


@transaction.atomic
def extend_agreement(
    agreement: Agreement,
    *,
    by: Account | None,
    version: int | None,
    until: date,
    reason: str,
    document: Document | None = None,
) -> Extension:
    """It runs longer; what it was signed for stays known."""
    stored = fresh(agreement, version)
    reason = rules.check_words(reason, path="reason")
    same_agreement(document, stored, path="document")
    if stored.ends_on is not None and until <= stored.ends_on:
        raise Invalid(
            "programme.not_longer", vi="Phải sau ngày hết hạn.", en="It must be after the end date.", path="until"
        )
    rules.check_dates(stored.starts_on, until, path="until")
    extension = Extension(
        agreement=stored,
        former_end=stored.ends_on,
        until=until,
        reason=reason,
        document=document,
        decided_by=by,
        decided_at=timezone.now(),
    )
    change(stored, by=by, act="extend", version=stored.version, action="extend_agreement", ends_on=until)
    extension.save()
    return extension


def close_agreement(
    agreement: Agreement, *, by: Account | None, version: int | None, closed_on: date, reason: str
) -> Agreement:
    """It is at an end by decision (liquidated, succeeded)."""
    rules.check_dates(agreement.starts_on, closed_on, path="closed_on")
    return change(
        agreement,
        by=by,
        act="close",
        version=version,
        action="close_agreement",
        details={"reason": rules.check_words(reason, path="reason")[:500]},
        state=Agreement.State.CLOSED,
        closed_on=closed_on,
    )


@transaction.atomic
def succeed_agreement(
    agreement: Agreement, *, by: Account | None, code: str, title: str, illustrative: bool = False, **facts: Any
) -> Agreement:
    """A new draft that follows `agreement`: its parties as they stand today, its tree of fields."""
    check_may(by, "succeed", agreement)
    today, units = timezone.localdate(), dict[Any, AdminUnit]()
    for party in agreement.parties.select_related("unit"):
        now = convert(party.unit, on=today).unit
        if now is None:
            raise Conflict(
                "programme.party_split",
                vi=f"{party.name} nay là nhiều đơn vị; hãy lập thỏa thuận mới.",
                en=f"{party.name} is several units today; draw up a new agreement.",
            )
        units[now.pk] = now
    made = create_agreement(
        by=by, code=code, units=list(units.values()), title=title, illustrative=illustrative, **facts
    )
    made = write(made, follows=agreement)
    copies: dict[Any, Field] = {}
    rows = list(agreement.fields.all())
    while rows:  # parents first
        ready = [row for row in rows if row.parent_id is None or row.parent_id in copies]
        for row in ready:
            parent = copies.get(row.parent_id) if row.parent_id else None
            copies[row.pk] = Field.objects.create(
                agreement=made, parent=parent, code=row.code, name=row.name, name_en=row.name_en, order=row.order
            )
        rows = [row for row in rows if row.pk not in copies]
    record(action="programme.succeed_agreement", by=by, subject=made, details={"follows": agreement.code})
    return made


@transaction.atomic
def add_document(
    agreement: Agreement,
    *,
    by: Account | None,
    kind: str,
    title: str,
    file_name: str = "",
    data: bytes | None = None,
    public: bool = False,
    **facts: Any,
) -> Document:
    """A paper of the agreement, with its file when `data` is given. `facts`: number, title_en, dated, issuer, …"""
    check_may(by, "add_document", agreement)
    facts = only(facts, frozenset({"number", "title_en", "dated", "issuer", "issuer_en", "source"}))
    document = Document(agreement=agreement, kind=kind, public=public, added_by=by, added_at=timezone.now(), **facts)
    document.title = rules.check_words(title, path="title", most=300)
    if data is not None:
        document.file = store_file(by=by, room=ROOM, name=file_name, data=data, about=f"document:{document.pk}")
    return add(document, by=by, action="add_document")


def add_field(
    agreement: Agreement,
    *,
    by: Account | None,
    code: str,
    name: str,
    name_en: str = "",
    parent: Field | None = None,
    order: int = 0,
) -> Field:
    """A field of the cooperation, under `parent` if given."""
    with transaction.atomic():
        check_may(by, "edit_fields", agreement)
        same_agreement(parent, agreement, path="parent")
        made = Field(agreement=agreement, parent=parent, code=code.strip(), name_en=name_en.strip(), order=order)
        made.name = rules.check_words(name, path="name", most=200)
        return add(made, by=by, action="add_field")


@transaction.atomic
def edit_field(field: Field, *, by: Account | None, version: int | None, **facts: Any) -> Field:
    """Rename, reorder, or move under another parent, never under itself or what is below it."""
    stored = fresh(field, version)
    check_may(by, "edit_fields", stored.agreement)
    facts = only(facts, frozenset({"code", "name", "name_en", "parent", "order"}))
    if "name" in facts:
        facts["name"] = rules.check_words(facts["name"], path="name", most=200)
    above = facts.get("parent")
    same_agreement(above, stored.agreement, path="parent")
    while above is not None:
        if above.pk == stored.pk:
            raise Invalid(
                "programme.field_loop",
                vi="Một lĩnh vực không nằm dưới chính nó.",
                en="A field does not stand under itself.",
                path="parent",
            )
        above = above.parent
    write(stored, **facts)
    record(action="programme.edit_field", by=by, subject=stored)
    return stored


@transaction.atomic
def remove_field(field: Field, *, by: Account | None, version: int | None) -> None:
    """Only one that nothing stands in."""
    stored = fresh(field, version)
    check_may(by, "edit_fields", stored.agreement)
    if stored.children.exists() or stored.clauses.exists() or stored.commitments.exists():
        raise Conflict(
            "programme.field_used",
            vi="Lĩnh vực còn lĩnh vực con, điều khoản hoặc cam kết.",
            en="The field still has fields, clauses or commitments in it.",
        )
    record(action="programme.remove_field", by=by, subject=stored)
    stored.delete()


@transaction.atomic
def add_clause(
    agreement: Agreement,
    *,
    by: Account | None,
    number: str,
    text: str,
    text_en: str = "",
    field: Field | None = None,
    source: str = "",
    order: int = 0,
) -> Clause:
    """A numbered clause of a draft; later ones come by an amendment."""
    check_may(by, "edit_clauses", agreement)
    same_agreement(field, agreement, path="field")
    made = Clause(agreement=agreement, field=field, text_en=text_en.strip(), source=source.strip(), order=order)
    made.number = rules.check_words(number, path="number", most=20)
    made.text = rules.check_words(text, path="text")
    return add(made, by=by, action="add_clause")


@transaction.atomic
def edit_clause(clause: Clause, *, by: Account | None, version: int | None, **facts: Any) -> Clause:
    stored = fresh(clause, version)
    check_may(by, "edit_clauses", stored.agreement)
    facts = only(facts, frozenset({"number", "text", "text_en", "field", "source", "order"}))
    same_agreement(facts.get("field"), stored.agreement, path="field")
    for name, most in (("number", 20), ("text", 0)):
        if name in facts:
            facts[name] = rules.check_words(facts[name], path=name, most=most)
    write(stored, **facts)
    record(action="programme.edit_clause", by=by, subject=stored, details={"version": stored.version})
    return stored
