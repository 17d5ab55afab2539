"""The readers' door of the room.

A case is seen by officials of the provinces concerned (the product owner's, those of its chain, where it was bought),
by the people of the product's organisation, and by those of the business that complained. Only officials of the
province in charge act, and the product's organisation answers.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from lienvung.cases.models import Case, Entry, Report
from lienvung.cases.rules import Side, State, digest_of, number_of, packed, unpacked
from lienvung.catalogue.access import issued_serial, lot_of, place_of_gln, product_of_gtin
from lienvung.catalogue.models import Product
from lienvung.errors import Invalid
from lienvung.gs1.address import CANONICAL, Address, lot_uri, read_address
from lienvung.ledger import events, trace
from lienvung.people.access import account_or_none, organisations_of, recording_organisations, role_in
from lienvung.people.models import Account, Membership, Organisation
from lienvung.registry.matching import tokens
from lienvung.territory.access import province_of, units_on
from lienvung.territory.models import AdminUnit

AUTHORITY = Organisation.Kind.AUTHORITY
PLACE = f"{CANONICAL}/414/"
MOST_STEPS = 60
PUBLIC = (Entry.Kind.ANSWER, Entry.Kind.CONCLUSION)


@dataclass(frozen=True, slots=True)
class Goods:
    """What a code names. `doubtful`: it has this product's number, but was never issued."""

    product: Product
    code: str
    path: str
    lot_uri: str = ""
    lot_number: str = ""
    doubtful: bool = False


def goods_of(code: str) -> Goods:
    """The goods of a code as it stands in an address (`/01/…`) or in full. Invalid: not a code of goods of ours."""
    path = code.strip()[:400]
    if "://" in path:
        path = "/" + path.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]
    address = read_address(path)
    product = product_of_gtin(address.gtin) if address.gtin else None
    if product is None:
        raise Invalid(
            "cases.unknown_code",
            vi="Mã này không thuộc sản phẩm nào trong sổ. Hãy báo nơi bán hoặc cơ quan quản lý tại địa phương.",
            en="This code is of no product in the ledger. Tell the shop or your local authority.",
            path="code",
        )
    number, known = _lot_of(address)
    uri = lot_uri(address.gtin, number) if number else ""
    return Goods(product, address.canonical, address.path, uri, number, doubtful=not known)


def _lot_of(address: Address) -> tuple[str, bool]:
    """The lot that counts and whether the code was issued: of an item the lot it was issued with, or that the ledger
    tells, else the label's."""
    number = address.lot
    if number and lot_of(address.gtin, number) is None and not events.history(_lot(address), limit=1):
        number = ""  # an invented lot gathers nothing
    if not address.serial:
        return number, bool(number) or not address.lot
    issued = issued_serial(address.gtin, address.serial)
    if issued is not None and issued.lot is not None:
        return issued.lot.number, True
    steps = trace.journey(address.canonical, limit=MOST_STEPS)
    own = f"{CANONICAL}/01/{address.gtin}/10/"
    told = [step.about for step in steps if step.relation == "lot" and step.about.startswith(own)]
    if told:
        number = unquote(told[0].removeprefix(own).partition("/")[0])
    return number, issued is not None or any(step.relation == "self" for step in steps)


def _lot(address: Address) -> str:
    return lot_uri(address.gtin, address.lot)


def province_code(organisation: Organisation | None) -> str:
    province = province_of(organisation.unit) if organisation else None
    return province.code if province else ""


def chain_provinces(uri: str) -> set[str]:
    """The provinces of the registered places through which a thing came."""
    if not uri:
        return set()
    places = {step.place for step in trace.journey(uri, limit=MOST_STEPS) if step.place}
    glns = {place.removeprefix(PLACE)[:13] for place in places if place.startswith(PLACE)}
    found = [place_of_gln(gln) for gln in sorted(glns)]
    units = [province_of(place.unit or place.owner.unit) for place in found if place is not None]
    return {unit.code for unit in units if unit is not None}


def provinces() -> list[AdminUnit]:
    """The provinces of today, for choosing where something was bought."""
    return list(units_on(level=AdminUnit.Level.PROVINCE).order_by("name"))


def province_names(codes: str) -> list[AdminUnit]:
    return list(units_on(level=AdminUnit.Level.PROVINCE).filter(code__in=unpacked(codes)).order_by("name"))


def own_provinces(account: Any) -> set[str]:
    """The codes of the provinces in whose authorities the account is."""
    known = account_or_none(account)
    if known is None:
        return set()
    found = Membership.objects.filter(account=known, organisation__kind=AUTHORITY)
    return {code for code in found.values_list("organisation__unit__code", flat=True) if code}


def is_any_official(account: Any) -> bool:
    known = account_or_none(account)
    return known is not None and Membership.objects.filter(account=known, organisation__kind=AUTHORITY).exists()


def _watched(account: Any) -> Q | None:
    """The cases that an official sees as such; None: no official."""
    if not is_any_official(account):
        return None
    concerned = Q(provinces="")
    for code in own_provinces(account):
        concerned |= Q(provinces__contains=f",{code},")
    return concerned


def cases(account: Any) -> QuerySet[Case]:
    """The cases an account sees; what is spam only officials see."""
    told = Report.objects.filter(case=OuterRef("pk"), spam=False).order_by().values("case")
    many = Coalesce(Subquery(told.annotate(many=Count("pk")).values("many")), 0)
    found = Case.objects.select_related("product", "owner", "opened_for").annotate(many=many)
    if account_or_none(account) is None:
        return found.none()
    own = organisations_of(account).values("pk")
    seen = Q(hidden=False) & (Q(owner__in=own) | Q(opened_for__in=own))
    watched = _watched(account)
    return found.filter(seen if watched is None else seen | watched)


def case(account: Any, id: uuid.UUID | str) -> Case | None:
    return cases(account).filter(pk=id).first()


def sought(
    account: Any, *, state: str = "", origin: str = "", province: str = "", query: str = "", hidden: bool = False
) -> QuerySet[Case]:
    """`cases` narrowed down. `state`: one of them, 'open', or 'overdue'; an empty word narrows nothing."""
    found = cases(account).filter(hidden=hidden)
    if state == "open":
        found = found.exclude(state=State.CLOSED)
    elif state == "overdue":
        found = found.filter(due_at__lt=timezone.now())
    elif state:
        found = found.filter(state=state)
    if origin:
        found = found.filter(origin=origin)
    if province:
        found = found.filter(province=province)
    for token in tokens(query):
        about = Q(product__search_text__contains=token) | Q(number__icontains=token) | Q(lot_number__icontains=token)
        reported = Report.objects.filter(number__icontains=token).values("case")
        found = found.filter(about | Q(pk__in=reported))
    return found


@dataclass(frozen=True, slots=True)
class Eyes:
    """What decides how an account sees a case, looked up once for as many cases as there are."""

    provinces: frozenset[str]  # of its authorities
    official: bool
    writing: frozenset[Any]  # organisations for which it writes
    member: frozenset[Any]  # organisations in which it has any role

    def side(self, case: Case) -> Side | None:
        """In whose name it acts on the case; None: it only reads."""
        if case.province in self.provinces or (not case.province and self.official):
            return Side.AUTHORITY
        return Side.OWNER if case.owner_id in self.writing else None

    def as_official(self, case: Case) -> bool:
        """Is it an official of a province concerned, who reads the officials' notes?"""
        codes = unpacked(case.provinces)
        return bool(self.provinces & set(codes)) if codes else self.official

    def sees(self, report: Report, case: Case) -> bool:
        """Officials see all reports of a case, the product's people those that are no spam, others none."""
        return self.as_official(case) or (not report.spam and case.owner_id in self.member)

    def sees_contact(self, report: Report, case: Case) -> bool:
        """The officials in charge; the product's organisation where the reporter said so."""
        side = self.side(case)
        return side == Side.AUTHORITY or (side == Side.OWNER and report.contact_owner and not report.spam)


def eyes_of(account: Any) -> Eyes:
    known = account_or_none(account)
    if known is None:
        return Eyes(frozenset(), False, frozenset(), frozenset())
    return Eyes(
        frozenset(own_provinces(known)),
        is_any_official(known),
        frozenset(recording_organisations(known).values_list("pk", flat=True)),
        frozenset(organisations_of(known).values_list("pk", flat=True)),
    )


def side_of(account: Any, case: Case) -> Side | None:
    """In whose name the account acts on the case; None: it only reads."""
    return eyes_of(account).side(case)


def reads_as_official(account: Any, case: Case) -> bool:
    """Is it an official of a province concerned, who reads the officials' notes?"""
    return eyes_of(account).as_official(case)


def authority_of(account: Account, case: Case) -> Organisation | None:
    """The authority in whose name an official acts, that of the province in charge first."""
    held = list(
        Organisation.objects.select_related("unit")
        .filter(memberships__account=account, kind=AUTHORITY)
        .order_by("name")
    )
    own = [each for each in held if each.unit is not None and each.unit.code == case.province]
    return next(iter((*own, *held)), None)


def reports_of(account: Any, case: Case) -> QuerySet[Report]:
    """Officials see all reports of a case, the product's people those that are no spam, a complaining business none."""
    found = case.reports.all()
    if reads_as_official(account, case):
        return found
    return found.filter(spam=False) if role_in(account, case.owner) is not None else found.none()


def may_see_contact(account: Any, report: Report) -> bool:
    """The officials in charge; the product's organisation where the reporter said so."""
    return eyes_of(account).sees_contact(report, report.case)


def report(account: Any, id: uuid.UUID) -> Report | None:
    """A report of a case that the account sees, with its case."""
    found = Report.objects.select_related("case", "case__product", "case__owner").filter(pk=id).first()
    seen = found is not None and case(account, found.case_id) is not None
    return found if found is not None and seen and reports_of(account, found.case).filter(pk=id).exists() else None


def report_of_token(token: str) -> Report | None:
    """The report of a secret link."""
    digest = digest_of(token)
    found = Report.objects.select_related("case", "case__product", "case__owner")
    return found.filter(digest=digest).first() if digest else None


def entries_of(account: Any, case: Case) -> list[Entry]:
    """What was written: the public part for all who see the case, notes for the side that wrote them."""
    official, own = reads_as_official(account, case), role_in(account, case.owner) is not None
    return [
        each
        for each in case.entries.select_related("organisation", "by")
        if each.kind in PUBLIC or (official if each.official else own and each.organisation_id == case.owner_id)
    ]


def public_entries(case: Case) -> QuerySet[Entry]:
    return case.entries.filter(kind__in=PUBLIC).select_related("organisation")


def openers_of(account: Any) -> list[Organisation]:
    """In whose name the account may open a case: its authorities, or a business for which it writes."""
    known = account_or_none(account)
    if known is None:
        return []
    writing = Q(pk__in=recording_organisations(known).values("pk"))
    official = Q(memberships__account=known, kind=AUTHORITY)
    return list(Organisation.objects.filter(writing | official).distinct().order_by("name"))


def handed_to(case: Case) -> list[AdminUnit]:
    """The other provinces concerned that have an authority here."""
    others = set(unpacked(case.provinces)) - {case.province}
    with_authority = Organisation.objects.filter(kind=AUTHORITY, unit__code__in=others).values_list("unit__code")
    codes = {code for (code,) in with_authority}
    return [unit for unit in province_names(packed(others)) if unit.code in codes]


def waiting(account: Any) -> dict[str, int]:
    """Cases that wait for the account: `new` and `overdue` of its provinces or of its own products."""
    known = account_or_none(account)
    if known is None:
        return {}
    own = Q(owner__in=recording_organisations(known).values("pk"))
    provinces = own_provinces(known)
    if provinces or is_any_official(known):
        own |= Q(province__in=provinces | {""})
    found = cases(known).filter(own, hidden=False).exclude(state=State.CLOSED).order_by()
    fresh = (State.NEW, State.REOPENED)
    return {
        "open": found.count(),
        "new": found.filter(state__in=fresh).count(),
        "overdue": found.filter(due_at__lt=timezone.now()).count(),
    }


def open_cases_of_lot(account: Any, uri: str) -> QuerySet[Case]:
    return cases(account).filter(lot_uri=uri, hidden=False).exclude(state=State.CLOSED)


def cases_of_product(account: Any, product: Product) -> QuerySet[Case]:
    return cases(account).filter(product=product, hidden=False).exclude(state=State.CLOSED)


def cases_of_owner(account: Any, owner: Organisation) -> QuerySet[Case]:
    return cases(account).filter(owner=owner, hidden=False).exclude(state=State.CLOSED)


def case_of_number(account: Any, text: str) -> list[Case]:
    """The cases whose own number, or a report's, this is."""
    number = number_of(text)
    seen = cases(account).filter(Q(number=number) | Q(pk__in=Report.objects.filter(number=number).values("case")))
    return list(seen[:5]) if len(number) > 3 else []


def contacts_to_erase(now: datetime) -> QuerySet[Report]:
    """Contacts of reports whose case was closed, or that were put aside as spam, long enough ago."""
    until = now - timedelta(days=settings.CONTACT_DAYS)
    over = Q(case__state=State.CLOSED, case__closed_at__lt=until) | Q(spam=True, spam_at__lt=until)
    return Report.objects.exclude(contact="").filter(over)


def reports_seen(account: Any, cases: Iterable[Case], *, most: int) -> list[tuple[Report, bool]]:
    """The reports of these cases that the account sees, at most so many, each with whether it sees the contact."""
    listed, eyes = {each.pk: each for each in cases}, eyes_of(account)
    found: list[tuple[Report, bool]] = []
    for told in Report.objects.filter(case__in=list(listed)).order_by("case", "received_at")[:most]:
        told.case = listed[told.case_id]
        if eyes.sees(told, told.case):
            found.append((told, eyes.sees_contact(told, told.case)))
    return found
