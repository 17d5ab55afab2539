"""How every act of the room writes: who may, has somebody been quicker, write, audit; in one transaction."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people.models import Account
from lienvung.programme import access, rules
from lienvung.programme.models import Row

M = TypeVar("M", bound=models.Model)
R = TypeVar("R", bound=Row)


def check_may(by: Account | None, act: str, row: Any) -> None:
    """`by` None is the system itself (the demo, an import that was approved)."""
    if by is not None and not access.may(by, act, row):
        raise NotAllowed(
            "programme.may_not",
            vi="Vai trò của bạn không làm được việc này ở trạng thái hiện tại của mục này (xem bảng quyền).",
            en="Your role may not do this in the present state of this row (see the table of rights).",
        )


def fresh(row: R, version: int | None) -> R:
    """The row as it stands now, locked until the transaction ends; Conflict when it is not the one that was seen."""
    stored = type(row)._default_manager.select_for_update().get(pk=row.pk)
    rules.check_version(stored.version, version)
    return stored


def write(row: R, **changes: Any) -> R:
    """Write these columns if nobody wrote since `fresh`; the last word on databases that lock no rows."""
    for name, value in changes.items():
        setattr(row, name, value)
    many = type(row)._default_manager.filter(pk=row.pk, version=row.version)
    if not many.update(**changes, version=row.version + 1):
        rules.check_version(row.version + 1, row.version)
    row.version += 1
    return row


def change(
    row: R, *, by: Account | None, act: str, version: int | None, action: str, details: Any = None, **changes: Any
) -> R:
    """One act on one row: locked, asked, written, audited."""
    with transaction.atomic():
        stored = fresh(row, version)
        check_may(by, act, stored)
        try:
            with transaction.atomic():
                write(stored, **changes)
        except IntegrityError:
            raise taken() from None
        record(action=f"programme.{action}", by=by, subject=stored, details=details or {"version": stored.version})
        return stored


def add(row: M, *, by: Account | None, action: str) -> M:
    """A new row, audited; Conflict when its number or code is taken."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise taken() from None
    record(action=f"programme.{action}", by=by, subject=row)
    return row


def taken() -> Conflict:
    return Conflict(
        "programme.taken",
        vi="Số hoặc mã này đã có trong thỏa thuận, hoặc ngày không hợp lệ.",
        en="This number or code is taken in the agreement already, or its dates contradict each other.",
        path="number",
    )


def only(facts: dict[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
    """The facts of an edit, trimmed; a name that the act does not know is a mistake of the caller."""
    unknown = facts.keys() - allowed
    if unknown:
        raise TypeError(f"unknown facts: {sorted(unknown)}")
    return {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}


def same_agreement(row: Any, agreement: Any, *, path: str) -> None:
    """What is named beside a row belongs to the same agreement."""
    if row is not None and row.agreement.pk != agreement.pk:
        raise Invalid(
            "programme.other_agreement", vi="Thuộc thỏa thuận khác.", en="Belongs to another agreement.", path=path
        )


def check_nothing_rests(row: models.Model, *, besides: frozenset[type[models.Model]] = frozenset()) -> None:
    """Conflict where any row of any room points at this one, or it was changed since it was added: whoever takes it
    away would take that away too."""
    for field in row._meta.get_fields(include_hidden=True):
        if not isinstance(field, ForeignObjectRel) or field.related_model in besides or field.many_to_many:
            continue
        resting = field.related_model
        if isinstance(resting, str) or not resting._default_manager.filter(**{field.field.name: row.pk}).exists():
            continue
        raise Conflict(
            "programme.rested_on",
            vi="Đã có việc khác dựa vào mục này (nhiệm vụ, kết quả, chỉ tiêu, mục tiêu …): hãy gỡ các mục đó trước.",
            en="Other rows rest on this one (tasks, results, indicators, targets …): take those back first.",
        )


def take_away(row: Row, *, by: Account | None, act: str, version: int, action: str, **besides: Any) -> None:
    """Delete what was added by mistake and nothing rests on; the log keeps that it was there."""
    with transaction.atomic():
        stored = fresh(row, version)
        check_may(by, act, stored)
        check_nothing_rests(stored, **besides)
        record(action=f"programme.{action}", by=by, subject=stored, details={"version": version})
        stored.delete()
