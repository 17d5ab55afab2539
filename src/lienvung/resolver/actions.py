"""The only writers of links: registering, changing, removing one, and a whole link set at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid, ManyInvalid
from lienvung.gs1.elements import AIs
from lienvung.people.actions import not_allowed
from lienvung.people.models import Account, Organisation
from lienvung.resolver import access
from lienvung.resolver.drafts import Checked, Draft, check, check_anchor, read_link_set
from lienvung.resolver.models import LinkRecord

PARTS = 500  # anchors or records named in one statement


@dataclass(frozen=True, slots=True)
class Written:
    """What a link set changed."""

    added: int
    removed: int
    unchanged: int


def _require(by: Account | None, owner: Organisation) -> None:
    """The system and the organisation's own token (`by` None) may; a person must record for the organisation."""
    if by is not None and not access.may_edit(by, owner):
        raise not_allowed()


def _checked(draft: Draft, *, at: str = "") -> Checked:
    return check(
        draft,
        plain_http=settings.RESOLVER_HTTP,
        own_hosts=[urlsplit(settings.ORIGIN).hostname or "", *settings.ALLOWED_HOSTS],
        at=at,
    )


def _require_own(owner: Organisation, ais: AIs, *, at: str = "") -> None:
    if not access.may_link(owner, ais):
        raise Invalid(
            "resolver.not_yours",
            vi="Mã này không thuộc đơn vị: không phải sản phẩm, địa điểm hay mã doanh nghiệp GS1 của đơn vị.",
            en="The identifier is not the organisation's: no product, place or GS1 Company Prefix of its own.",
            path=f"{at}/anchor" if at else "anchor",
        )


def _own(owner: Organisation, draft: Draft) -> Draft:
    """One draft, checked, about an identifier of the owner."""
    checked = _checked(draft)
    _require_own(owner, checked.ais)
    return checked.draft


def _fields(draft: Draft) -> dict[str, Any]:
    """A checked draft as columns."""
    return {
        "anchor": draft.anchor,
        "link_type": draft.link_type,
        "target": draft.target,
        "title_vi": draft.title_vi,
        "title_en": draft.title_en,
        "languages": " ".join(draft.languages),
        "media_type": draft.media_type,
        "contexts": " ".join(draft.contexts),
        "default": draft.default,
        "active_from": draft.active_from,
        "active_to": draft.active_to,
        "position": draft.position,
    }


def register_link(*, by: Account | None, owner: Organisation, draft: Draft, id: uuid.UUID | None = None) -> LinkRecord:
    """Register a link of `owner`, under `id` if given. A new default takes the place of the one before."""
    _require(by, owner)
    wanted = _own(owner, draft)
    with _one_default(), transaction.atomic():
        _step_back(wanted, None)
        link = LinkRecord(id=id or uuid.uuid4(), owner=owner, **_fields(wanted))
        link.save(force_insert=True)
        record(action="resolver.register_link", by=by, subject=link, details=_told(link))
    return link


def change_link(*, by: Account | None, link: LinkRecord, draft: Draft) -> bool:
    """Give a link new content; False where it is so already, and then nothing is written."""
    _require(by, link.owner)
    checked = _own(link.owner, draft)
    wanted = _fields(checked)
    if all(getattr(link, name) == value for name, value in wanted.items()):
        return False
    before = _told(link)
    with _one_default(), transaction.atomic():
        _step_back(checked, link)
        for name, value in wanted.items():
            setattr(link, name, value)
        link.changed_at = timezone.now()
        link.save()
        record(action="resolver.change_link", by=by, subject=link, details={**_told(link), "before": before})
    return True


@transaction.atomic
def remove_link(*, by: Account | None, link: LinkRecord) -> None:
    """Take a link away; that it was there stays in the audit log."""
    _require(by, link.owner)
    told = _told(link)
    record(action="resolver.remove_link", by=by, subject=link, details=told)
    link.delete()


def put_link_set(*, by: Account | None, owner: Organisation, document: Any) -> Written:
    """Make the owner's links of every anchor in an RFC 9264 link set exactly those of the set: all or nothing.

    Sending it again changes nothing. An anchor without links loses those it had.
    """
    _require(by, owner)
    wanted = _wanted(owner, document)
    with _one_default(), transaction.atomic():
        standing = _standing(owner, list(wanted))
        gone = [link for anchor, links in standing.items() for key, link in links if key not in set(wanted[anchor])]
        kept = {anchor: {key for key, _ in links} for anchor, links in standing.items()}
        new = [draft for anchor, drafts in wanted.items() for draft in drafts if draft not in kept.get(anchor, set())]
        unchanged = sum(map(len, wanted.values())) - len(new)
        for start in range(0, len(gone), PARTS):
            LinkRecord.objects.filter(pk__in=[link.pk for link in gone[start : start + PARTS]]).delete()
        LinkRecord.objects.bulk_create([LinkRecord(owner=owner, **_fields(draft)) for draft in new], batch_size=PARTS)
        if gone or new:
            numbers = {"added": len(new), "removed": len(gone), "anchors": len(wanted)}
            record(action="resolver.put_link_set", by=by, subject=owner, details=numbers)
    return Written(len(new), len(gone), unchanged)


def _wanted(owner: Organisation, document: Any) -> dict[str, list[Draft]]:
    """The drafts of a document by anchor, in its order, each once. Raises ManyInvalid with every fault."""
    drafts = read_link_set(document)
    faults: list[Invalid] = []
    wanted: dict[str, list[Draft]] = {}
    asked: set[tuple[str, str]] = set()  # keys whose owner was asked for: a product may have thousands of lots
    for number, context in enumerate(document["linkset"]):
        at = f"/linkset/{number}"
        try:
            anchor, ais = check_anchor(context["anchor"], at=at)
            if ais[0] not in asked:
                _require_own(owner, ais, at=at)
                asked.add(ais[0])
        except Invalid as fault:
            faults.append(fault)
        else:
            wanted.setdefault(anchor, [])
    for at, draft in drafts if not faults else []:
        try:
            checked = _checked(draft, at=at).draft
        except ManyInvalid as many:
            faults.extend(many.faults)
        else:
            if checked not in wanted[checked.anchor]:
                wanted[checked.anchor].append(checked)
    if faults:
        raise ManyInvalid(faults)
    return wanted


def _standing(owner: Organisation, anchors: Sequence[str]) -> dict[str, list[tuple[Draft, LinkRecord]]]:
    found: dict[str, list[tuple[Draft, LinkRecord]]] = {anchor: [] for anchor in anchors}
    for start in range(0, len(anchors), PARTS):
        part = anchors[start : start + PARTS]
        for link in LinkRecord.objects.select_for_update().filter(owner=owner, anchor__in=part):
            found[link.anchor].append((draft_of(link), link))
    return found


def standing_drafts(owner: Organisation, anchors: Sequence[str]) -> list[Draft]:
    """All that the owner's links of some identifiers say, in force or not, in their order."""
    found: list[Draft] = []
    for start in range(0, len(anchors), PARTS):
        found.extend(map(draft_of, LinkRecord.objects.filter(owner=owner, anchor__in=anchors[start : start + PARTS])))
    return found


def draft_of(link: LinkRecord) -> Draft:
    """What a stored link says, as it could be sent again."""
    return Draft(
        link.anchor,
        link.link_type,
        link.target,
        link.title_vi,
        link.title_en or link.title_vi,
        tuple(link.languages.split()),
        link.media_type,
        tuple(link.contexts.split()),
        link.default,
        link.active_from,
        link.active_to,
        link.position,
    )


def _step_back(draft: Draft, link: LinkRecord | None) -> None:
    """The default there was becomes an ordinary link."""
    if draft.default == "default":
        others = LinkRecord.objects.filter(anchor=draft.anchor, default="default")
        (others.exclude(pk=link.pk) if link else others).update(default="", changed_at=timezone.now())


class _one_default:  # reads as a clause of `with`
    """Two who name a default at once: the second is told so."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, fault: Any, trace: Any) -> None:
        if isinstance(fault, IntegrityError):
            raise Conflict(
                "resolver.taken",
                vi="Mã liên kết đã có, hoặc người khác vừa đặt liên kết mặc định.",
                en="The link's id is taken, or somebody else has just named a default link.",
            ) from fault


def _told(link: LinkRecord) -> dict[str, Any]:
    return {
        "anchor": link.anchor,
        "link_type": link.link_type,
        "target": link.target,
        "default": link.default,
        "organisation": str(link.owner_id),
    }
