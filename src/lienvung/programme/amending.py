"""Amendments: a copy of the clauses, edited beside them, compared, and merged into them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid
from lienvung.people.models import Account
from lienvung.programme import rules
from lienvung.programme.models import Agreement, Amendment, Clause, ClauseCopy, ClauseText, Document
from lienvung.programme.writing import add, change, check_may, fresh, only, same_agreement, write


@transaction.atomic
def start_amendment(agreement: Agreement, *, by: Account | None, title: str, reason: str = "") -> Amendment:
    """Copies every clause in force."""
    check_may(by, "amend", agreement)
    amendment = Amendment(agreement=agreement, reason=reason.strip(), made_by=by, made_at=timezone.now())
    amendment.title = rules.check_words(title, path="title", most=300)
    add(amendment, by=by, action="start_amendment")
    ClauseCopy.objects.bulk_create(
        ClauseCopy(
            amendment=amendment,
            original=clause,
            base_version=clause.version,
            base_number=clause.number,
            base_text=clause.text,
            base_text_en=clause.text_en,
            field_id=clause.field_id,
            number=clause.number,
            text=clause.text,
            text_en=clause.text_en,
            order=clause.order,
        )
        for clause in agreement.clauses.filter(repealed_by=None)
    )
    return amendment


@transaction.atomic
def edit_copy(copy: ClauseCopy, *, by: Account | None, version: int | None, **facts: Any) -> ClauseCopy:
    """Change the copy of a clause: number, text, text_en, field, order, repeals."""
    stored = fresh(copy, version)
    check_may(by, "edit", stored.amendment)
    facts = only(facts, frozenset({"number", "text", "text_en", "field", "order", "repeals"}))
    same_agreement(facts.get("field"), stored.agreement, path="field")
    for name, most in (("number", 20), ("text", 0)):
        if name in facts:
            facts[name] = rules.check_words(facts[name], path=name, most=most)
    if facts.get("repeals") and stored.original_id is None:
        raise Invalid(
            "programme.new_clause", vi="Điều khoản mới thì xóa khỏi bản sửa.", en="A new clause is removed instead."
        )
    write(stored, **facts)
    record(action="programme.edit_copy", by=by, subject=stored, details={"version": stored.version})
    return stored


@transaction.atomic
def add_copy(
    amendment: Amendment, *, by: Account | None, number: str, text: str, text_en: str = "", **facts: Any
) -> ClauseCopy:
    """A clause that the agreement did not have. `facts`: field, order."""
    check_may(by, "edit", amendment)
    facts = only(facts, frozenset({"field", "order"}))
    same_agreement(facts.get("field"), amendment.agreement, path="field")
    made = ClauseCopy(amendment=amendment, text_en=text_en.strip(), **facts)
    made.number = rules.check_words(number, path="number", most=20)
    made.text = rules.check_words(text, path="text")
    return add(made, by=by, action="add_copy")


@transaction.atomic
def merge_amendment(
    amendment: Amendment, *, by: Account | None, version: int | None, document: Document | None = None
) -> Amendment:
    """The copies become the clauses; former words are kept. Conflict where the clause itself changed meanwhile."""
    agreement = Agreement.objects.select_for_update().get(pk=amendment.agreement_id)
    stored = fresh(amendment, version)
    check_may(by, "merge", stored)
    if agreement.state != Agreement.State.IN_FORCE:
        raise Conflict("programme.not_in_force", vi="Thỏa thuận không còn hiệu lực.", en="It is not in force.")
    same_agreement(document, agreement, path="document")
    compared = [copy for copy in stored.copies.select_related("original") if rules.compare(copy) != rules.SAME]
    if not compared:
        raise Conflict("programme.nothing_changed", vi="Bản sửa không đổi gì.", en="The amendment changes nothing.")
    late = [copy for copy in compared if copy.original is not None and copy.original.version != copy.base_version]
    if late:
        numbers = ", ".join(copy.base_number for copy in late)
        raise Conflict(
            "programme.clause_changed",
            vi=f"Điều khoản {numbers} đã được sửa bởi văn bản khác sau khi sao; hãy lấy lại bản mới rồi so sánh.",
            en=f"Clause {numbers} was changed by another amendment after it was copied; take the new text and compare.",
        )
    _make_room(compared)
    for copy in compared:
        _merge(copy, stored)
    write(stored, state=Amendment.State.MERGED, document=document, ended_by=by, ended_at=timezone.now())
    record(action="programme.merge_amendment", by=by, subject=stored, details={"clauses": len(compared)})
    return stored


def _make_room(compared: list[ClauseCopy]) -> None:
    """Two clauses may swap numbers: while merging, those that move have a number that nobody else has."""
    for copy in compared:
        if copy.original is not None and copy.number != copy.base_number:
            Clause.objects.filter(pk=copy.original.pk).update(number=f"~{copy.original.pk.hex[:18]}")


def _merge(copy: ClauseCopy, amendment: Amendment) -> None:
    words = {"number": copy.number, "text": copy.text, "text_en": copy.text_en, "field_id": copy.field_id}
    clause = copy.original
    if clause is None:
        add(
            Clause(agreement=amendment.agreement, order=copy.order, **words),
            by=amendment.made_by,
            action="add_clause",
        )
        return
    ClauseText.objects.create(
        clause=clause, number=copy.base_number, text=clause.text, text_en=clause.text_en, until=amendment
    )
    if copy.repeals:
        write(clause, repealed_by=amendment)
    else:
        write(clause, order=copy.order, **words)


@transaction.atomic
def take_anew(copy: ClauseCopy, *, by: Account | None, version: int | None) -> ClauseCopy:
    """Compare with the clause as it stands now: the copy's own words stay, its base becomes the present text."""
    stored = fresh(copy, version)
    check_may(by, "edit", stored.amendment)
    clause = stored.original
    if clause is None:
        return stored
    untouched = rules.compare(stored) == rules.SAME
    changes: dict[str, Any] = {
        "base_version": clause.version,
        "base_number": clause.number,
        "base_text": clause.text,
        "base_text_en": clause.text_en,
    }
    if untouched:
        changes |= {"number": clause.number, "text": clause.text, "text_en": clause.text_en}
    return write(stored, **changes)


def withdraw_amendment(amendment: Amendment, *, by: Account | None, version: int | None) -> Amendment:
    return change(
        amendment,
        by=by,
        act="withdraw",
        version=version,
        action="withdraw_amendment",
        state=Amendment.State.WITHDRAWN,
        ended_by=by,
        ended_at=timezone.now(),
    )
