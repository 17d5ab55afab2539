"""The readers' door: who sends files in for which agreement, who sees them, and what the cells of a file may name.

Written rule: a file is sent in by an official of one of the agreement's parties who is its focal officer, its approver,
or of an agency that it has; each row then asks what its own act asks (`programme.rules.MAY`). A file is seen by those
who may send one for the same party.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from lienvung.errors import NotAllowed, NotFound
from lienvung.imports.models import Import, ImportRow
from lienvung.imports.rules import Lists
from lienvung.people.models import Account
from lienvung.programme.access import Standing, agencies_in, standing_of
from lienvung.programme.models import Agency, Agreement, Party
from lienvung.results import access as results
from lienvung.results import rules
from lienvung.results.models import Indicator, Period
from lienvung.territory.rules import TYPES
from lienvung.texts import Text
from lienvung.workbooks.cells import Choice, Choices

DIMENSIONS = {
    Indicator.Dimension.FIELD: Text("lĩnh vực", "field"),
    Indicator.Dimension.UNIT: Text("đơn vị, địa bàn", "unit or area"),
    Indicator.Dimension.PRODUCT_GROUP: Text("nhóm sản phẩm", "product group"),
}


def party_for(account: Any, agreement: Agreement) -> Party | None:
    """The party for which the account may send files in; None where it may not. Two that are one today: the first."""
    standing = standing_of(account, agreement)
    if not (standing.focal or standing.approver or standing.agencies):
        return None
    return agreement.parties.filter(pk__in=standing.parties).first()


def agreement(account: Any, code: str) -> tuple[Agreement, Party]:
    """Raises NotFound, and NotAllowed for those who may send nothing in."""
    found = results.agreement(account, code).agreement
    party = party_for(account, found)
    if party is None:
        raise _not_for_you()
    return found, party


def _not_for_you() -> NotAllowed:
    return NotAllowed(
        "imports.not_for_you",
        vi="Chỉ cán bộ đầu mối, người duyệt và cơ quan chủ trì, phối hợp của các bên gửi tệp cho thỏa thuận này.",
        en="Only focal officers, approvers and the agencies of the parties send files in for this agreement.",
    )


def agreements(account: Any) -> list[Agreement]:
    return [each for each in results.agreements_of(account) if party_for(account, each) is not None]


def may_handle(account: Account, file: Import) -> bool:
    standing: Standing = standing_of(account, file.agreement)
    return file.party_id in standing.parties and (standing.focal or standing.approver or bool(standing.agencies))


def files(account: Any, agreement: Agreement) -> QuerySet[Import]:
    """The files of one's own parties, newest first; without their contents, which are large."""
    found = Import.objects.select_related("agreement", "party", "sent_by", "ended_by", "undone_by").defer("content")
    return found.filter(agreement=agreement, party__in=standing_of(account, agreement).parties)


def file(account: Account, id: uuid.UUID) -> Import:
    found = (
        Import.objects.select_related("agreement", "party", "sent_by", "ended_by", "undone_by").filter(pk=id).first()
    )
    if found is None or not may_handle(account, found):
        raise NotFound("imports.no_file", vi="Không có tệp này.", en="There is no such file.")
    return found


def waiting(account: Any) -> QuerySet[Import]:
    found = Import.objects.filter(state=Import.State.STAGED, party__in=results.parties_of(account)).defer("content")
    return found.select_related("agreement")


def in_force(party: Party, marks: Iterable[str]) -> dict[str, ImportRow]:
    """Those of these rows that were taken over before for the party and were not undone."""
    wanted = set(marks)
    found = ImportRow.objects.filter(party=party, in_force=True).select_related("file")
    return {row.mark: row for row in found.defer("file__content", "file__rows", "file__told") if row.mark in wanted}


@dataclass(frozen=True)
class Named:
    """What the cells of an agreement's file may name; each list is asked for once."""

    agreement: Agreement

    @cached_property
    def parties(self) -> dict[str, Party]:
        return {str(each.pk): each for each in self.agreement.parties.select_related("unit__parent__parent")}

    @cached_property
    def agencies(self) -> dict[str, tuple[Party, Agency]]:
        """Each with the party that it acts for (the first, where two signed and are one today)."""
        found: dict[str, tuple[Party, Agency]] = {}
        for party in self.parties.values():
            for agency in agencies_in(party):
                found.setdefault(str(agency.pk), (party, agency))
        return found

    @cached_property
    def clauses(self) -> dict[str, Any]:
        return {str(each.pk): each for each in self.agreement.clauses.all()}

    @cached_property
    def fields(self) -> dict[str, Any]:
        return {str(each.pk): each for each in self.agreement.fields.all()}

    @cached_property
    def periods(self) -> dict[str, Period]:
        return {str(each.pk): each for each in self.agreement.periods.order_by("starts_on", "ends_on")}

    @cached_property
    def lists(self) -> Lists:
        agencies = [
            Choice(agency.name, key, (agency.name_en, f"{agency.name} ({party.name})"))
            for key, (party, agency) in self.agencies.items()
        ]
        owners = {key: party.name for key, (party, _) in self.agencies.items()}
        days = {key: f"{each.starts_on:%d/%m/%Y}–{each.ends_on:%d/%m/%Y}" for key, each in self.periods.items()}
        periods = [
            Choice(each.name.vi, key, (each.name.en,), offered=not each.locked) for key, each in self.periods.items()
        ]
        clauses = [
            Choice(f"{each.number} {each.text[:60]}".strip(), key, (each.number,), each.repealed_by_id is None)
            for key, each in self.clauses.items()
        ]
        fields = [
            Choice(f"{each.code} {each.name}", key, (each.code, each.name, each.name_en))
            for key, each in self.fields.items()
        ]
        parties = [
            Choice(each.name, key, (each.name_en, *_without_type(each.name))) for key, each in self.parties.items()
        ]
        return {
            "parties": Choices(parties),
            "agencies": Choices(_told_apart(agencies, owners)),
            "periods": Choices(_told_apart(periods, days)),
            "clauses": Choices(clauses),
            "fields": Choices(fields),
            "directions": _of_words(rules.DIRECTIONS),
            "gathering": _of_words(rules.GATHERING),
            "dimensions": _of_words(DIMENSIONS),
        }


def _without_type(name: str) -> tuple[str, ...]:
    """Hà Nội, of Thành phố Hà Nội."""
    return tuple(name.removeprefix(f"{word} ") for word, _ in TYPES["province"] if name.startswith(f"{word} "))


def _told_apart(listed: list[Choice], by: dict[str, str]) -> list[Choice]:
    """Those that share a name get a word behind it."""
    names = [each.label for each in listed]
    return [
        each
        if names.count(each.label) == 1
        else Choice(f"{each.label} ({by[each.code]})", each.code, each.also, each.offered)
        for each in listed
    ]


def _of_words(words: Any) -> Choices:
    return Choices([Choice(text.vi, str(code), (text.en,)) for code, text in words.items()])
