"""From the journey of goods to what a page may say of their certificates.

Certificates of this room come first. What events claim is matched with them by our own page's address, the
register's address, or kind and number; what matches nothing is left to the page, which says where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lienvung.catalogue.models import Product
from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri
from lienvung.gs1.canonical import key_of
from lienvung.proofs import access, rules, words
from lienvung.proofs.kinds import kind_of_words
from lienvung.proofs.models import Certificate
from lienvung.registry import Goods, Proof, ToldProof
from lienvung.texts import Text

STAGES = frozenset({"growing", "processing", "packing"})
_PAGE = re.compile(r"/proofs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?$")
_ORDER = list(rules.Shown)


def proofs(goods: Goods) -> Sequence[Proof]:
    """What may be said, the valid first; of those that do not hold, what was confirmed for these goods or told."""
    story = story_of(goods)
    found = {one.pk: one for one in _concerning(goods, story)}
    answers = _matched(goods.told, found)
    said: list[tuple[rules.Shown, Certificate, int | None]] = []
    for one in found.values():
        told = answers.get(one.pk)
        shown = rules.shown(one.paper, story, today=goods.today)
        if told is not None or rules.worth_showing(shown):
            said.append((shown, one, told))
    said.sort(key=lambda entry: (_ORDER.index(entry[0]), entry[1].kind, entry[1].number))
    return [_proof(shown, one, told) for shown, one, told in _without_older(said)]


def _without_older(said: list[tuple[rules.Shown, Certificate, int | None]]) -> Iterator[Any]:
    """A certificate whose successor is shown as valid is not shown beside it, unless an event names it."""
    valid = {one.replaces_id for shown, one, _ in said if shown is rules.Shown.VALID}
    return (entry for entry in said if entry[2] is not None or entry[1].pk not in valid)


def _proof(shown: rules.Shown, one: Certificate, told: int | None) -> Proof:
    public = one.checked == access.CONFIRMED
    return Proof(
        name=words.kind_name(one.kind, one.stars),
        words=words.SHOWN[shown],
        valid=shown is rules.Shown.VALID,
        number=one.number,
        issuer=one.issuer_name if public else "",
        until=one.valid_to if public else None,
        href=reverse("proofs:certificate", args=[one.pk]) if public else "",
        told=told,
    )


def _concerning(goods: Goods, story: rules.Story) -> Iterator[Certificate]:
    """Those whose scope may cover the goods, and those whose number or page an event names."""
    facts = [story.own, *(fact for _, fact in story.facts)]
    yield from access.concerning(
        gtins={fact.gtin for fact in facts if fact.gtin},
        glns={fact.gln for fact in facts if fact.gln},
        owners={fact.owner for fact in facts if fact.owner},
    )
    if goods.told:
        pages = [found[1] for told in goods.told if (found := _PAGE.search(told.link))]
        links = [told.link for told in goods.told if told.link]
        kinds = {kind.key for told in goods.told if told.number and (kind := kind_of_words(told.name))}
        yield from access.certificates().filter(Q(pk__in=pages) | Q(register_link__in=links) | Q(kind__in=kinds))


def _matched(told: Sequence[ToldProof], found: dict[Any, Certificate]) -> dict[Any, int]:
    """Which told proof names which certificate; a kind and number that two holders use name neither."""
    answers: dict[Any, int] = {}
    for number, claim in enumerate(told):
        page = _PAGE.search(claim.link)
        same = [one for one in found.values() if _names(claim, one, page[1] if page else "")]
        # a mere claim to somebody's number takes nothing from whoever was confirmed to have it
        same = [one for one in same if one.checked == access.CONFIRMED] or same
        if len({one.holder_id for one in same}) == 1:
            newest = max(same, key=lambda one: (one.checked == access.CONFIRMED, one.valid_from))
            answers.setdefault(newest.pk, number)
    for key in [key for key in found if key not in answers and found[key].checked != access.CONFIRMED]:
        del found[key]
    return answers


def _names(claim: ToldProof, one: Certificate, page: str) -> bool:
    if page:
        return str(one.pk) == page and one.checked == access.CONFIRMED
    if claim.link and claim.link == one.register_link:
        return True
    kind = kind_of_words(claim.name)
    return kind is not None and kind.key == one.kind and rules.same_number(claim.number, one.number)


def story_of(goods: Goods) -> rules.Story:
    """The facts of the stages that certificates speak of: product and place, on the last day told of each thing there.

    A stage has a gap where steps were left out; growing has one where something that went into a transformation
    has no told origin.
    """
    sources = _sources(goods.steps)
    last: dict[tuple[str, str, str, str], date] = {}
    for step in goods.steps:
        if step.stage in STAGES and step.relation != "container":
            for thing in {step.about} | (_named(step.body) & sources):
                at = (step.stage, thing, step.place or "", step.submitter or "")
                last[at] = max(last.get(at, date.min), _day(step.time_ms))
    gtins = {thing: _key(thing, "01") for _, thing, _, _ in last} | {"": goods.gtin}
    products = {p.gtin: p for p in Product.objects.filter(gtin__in=sorted(set(gtins.values()) - {""}))}

    def fact(gtin: str, place: str, day: date | None, teller: str) -> rules.Fact:
        known = products.get(gtin)
        group, owner = (known.kind, str(known.owner_id)) if known else ("", "")
        return rules.Fact(gtin, group, owner, _key(place, "414"), day, teller)

    facts = [(at[0], fact(gtins[at[1]], at[2], day, at[3])) for at, day in sorted(last.items())]
    gaps = set() if goods.whole else set(STAGES)
    if sources - {thing for stage, thing, _, _ in last if stage == "growing"}:
        gaps.add("growing")
    return rules.Story(fact(goods.gtin, "", goods.made_on, ""), goods.level, tuple(facts), frozenset(gaps))


def _sources(steps: Iterable[Any]) -> set[str]:
    """What went into transformations and came out of none; a harvest is a beginning itself."""
    given: set[str] = set()
    made: set[str] = set()
    for step in steps:
        if step.body.get("type") == "TransformationEvent":
            made |= _things(step.body, "outputEPCList", "outputQuantityList")
            if step.stage != "growing":
                given |= _things(step.body, "inputEPCList", "inputQuantityList")
    return given - made


def _named(body: dict[str, Any]) -> set[str]:
    return _things(body, "epcList", "quantityList")


def _things(body: dict[str, Any], epcs: str, classes: str) -> set[str]:
    named = [*(body.get(epcs) or ()), *(row.get("epcClass") for row in body.get(classes) or ())]
    return {_canonical(name) for name in named if isinstance(name, str)}


def _canonical(uri: str) -> str:
    try:
        return canonical_uri(uri)
    except Invalid:
        return uri


def _key(uri: str, ai: str) -> str:
    try:
        ais = key_of(uri) if uri else None
    except Invalid:
        return ""
    return ais[0][1] if ais and ais[0][0] == ai else ""


def _day(ms: int) -> date:
    return timezone.localdate(datetime.fromtimestamp(ms / 1000, UTC))


def title(proof: Proof) -> Text:
    """Kind, number and state, as a link's title."""
    return Text(
        f"{proof.name.vi} {proof.number} ({proof.words.vi})", f"{proof.name.en} {proof.number} ({proof.words.en})"
    )
