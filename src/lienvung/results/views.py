"""Pages of results: the officer's desk, one agreement, one result and the steps of its life."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from lienvung import registry
from lienvung.errors import Conflict, NotFound, Problem
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager
from lienvung.registry.forms import SpeakingForm
from lienvung.results import access, actions, claiming, rules, words
from lienvung.results.access import Seen
from lienvung.results.forms import ClaimForm, FileForm, WordsForm
from lienvung.results.models import Claim

PAGE = 50


def asked(
    request: HttpRequest,
    form: SpeakingForm,
    act: Callable[[dict[str, Any]], Any],
    template: str,
    context: dict[str, Any],
    *,
    done: Callable[[Any], HttpResponseBase],
    stands: Callable[[], int] | None = None,
) -> HttpResponseBase:
    """A form's page: the act when it is right, otherwise the form again with its faults. After a clash (409) what was
    typed stays, and `stands()` is the version it would be sent over next."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return done(act(form.cleaned_data))
            except Problem as problem:
                if problem.status == 403:
                    raise
                form.blame(problem)
                status = 409 if isinstance(problem, Conflict) else 422
                if status == 409 and stands is not None:
                    form.data = {**request.POST.dict(), "seen": str(stands())}
    return render(request, template, {**context, "form": form, "page_errors": form.errors}, status=status)


def rows_of(claims: Any) -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {"claim": each, "state": each.state_words, "tone": rules.TONES[each.state], "silence": silence_of(each, today)}
        for each in claims
    ]


def silence_of(claim: Claim, today: Any) -> rules.Silence | None:
    return rules.silence(timezone.localdate(claim.waiting_since) if claim.waiting_since else None, today)


def to(claim: Claim) -> HttpResponseBase:
    return redirect("results:claim", id=claim.pk)


@listed
def desk(request: HttpRequest) -> HttpResponseBase:
    parties = access.parties_of(request.user)
    context = {
        "waiting": rows_of(access.waiting_for(parties)[:PAGE]),
        "to_mend": rows_of(access.to_mend(parties)[:PAGE]),
        "drafts": rows_of(access.drafts_of(parties)[:PAGE]),
        "silent": rows_of(access.unanswered(parties)[:PAGE]),
        "agreements": access.agreements_of(request.user),
    }
    return render(request, "results/desk.html", context)


@listed
def agreement(request: HttpRequest, code: str) -> HttpResponseBase:
    view = access.agreement(request.user, code)
    claims, chosen = filtered(request, view)
    page = Paginator(claims, PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    context = {
        "agreement": view.agreement,
        "rows": rows_of(page),
        "page": page,
        "pager": pager(request, page),
        "chosen": chosen,
        "states": [(code, text, code == chosen["state"]) for code, text in rules.STATES.items()],
        "periods": [(each, str(each.pk) == chosen["period"]) for each in access.periods_of(view.agreement)],
        "late": access.late_list(view.agreement, today),
        "commitments": claimable(view),
        "may_measure": access.may_measure(view.standing),
        "panels": [
            {"label": panel.label, "template": panel.template, "values": values}
            for panel in registry.agreement_panels
            if (values := panel.context(request, view.agreement)) is not None
        ],
    }
    return render(request, "results/agreement.html", context)


def claimable(view: Seen) -> list[Any]:
    """Commitments for which the reader may record a result of a party of his."""
    own = [each for each in view.agreement.parties.all() if each.pk in view.standing.parties]
    rows = view.agreement.commitments.prefetch_related("agency_links").order_by("number")
    return [row for row in rows if any(access.may_claim(view.standing, row, party) for party in own)]


def filtered(request: HttpRequest, view: Seen) -> tuple[Any, dict[str, str]]:
    claims = view.claims()
    chosen = {"state": request.GET.get("state", ""), "period": request.GET.get("period", "")}
    if chosen["state"] in rules.STATES:
        claims = claims.filter(state=chosen["state"])
    period = next((each for each in view.agreement.periods.all() if str(each.pk) == chosen["period"]), None)
    if period is not None:
        claims = claims.filter(period=period)
    return claims.order_by("-recorded_at", "pk"), chosen


@listed
def claim(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown, view = access.claim(request.user, id)
    steps = access.steps_for(view.standing, shown)
    acts = [
        {
            "act": each,
            "what": rules.STEP_WORDS[each.act],
            "side": rules.SIDES[each.side],
            "state": rules.STATES[each.after] if each.after != each.before else None,
            "tone": rules.TONES[each.after],
            "content": each.content if each.act in ("record", "revise") else None,
        }
        for each in shown.acts.select_related("party").order_by("number")
    ]
    context = {
        "claim": shown,
        "tone": rules.TONES[shown.state],
        "silence": silence_of(shown, timezone.localdate()),
        "evidence": shown.evidence.select_related("file", "party"),
        "acts": acts,
        "steps": [(name, *words.STEPS[name]) for name in words.STEPS if name in steps],
        "may_revise": "revise" in steps,
        "may_attach": "attach" in steps,
        "side": access.side_of(view.standing, shown),
    }
    return render(request, "results/claim.html", context)


@listed
def new_claim(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    about, view = access.commitment(request.user, id)
    own = [each for each in view.agreement.parties.all() if each.pk in view.standing.parties]
    party = next((each for each in own if access.may_claim(view.standing, about, each)), None)
    if party is None:
        raise claiming.not_in_table()
    first = access.period_covering(view.agreement, timezone.localdate())
    form = ClaimForm(
        request.POST or None, commitment=about, parties=[party.pk], initial={"seen": 0, "period": first}
    )  # fmt: skip

    def act(told: dict[str, Any]) -> Claim:
        told.pop("seen")
        return actions.record_claim(by=person(request), commitment=about, party=party, **told)

    context = {"commitment": about, "agreement": view.agreement, "party": party}
    return asked(request, form, act, "results/claim_form.html", context, done=to)


@listed
def edit_claim(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown, view = access.claim(request.user, id)
    rules.check_step("revise", side=access.side_of(view.standing, shown), state=shown.state)
    first = {name: getattr(shown, name) for name in claiming.CONTENT} | {"seen": shown.version}
    form = ClaimForm(request.POST or None, claim=shown, commitment=shown.commitment, parties=[], initial=first)

    def act(told: dict[str, Any]) -> Claim:
        return actions.revise_claim(by=person(request), claim=shown, version=told.pop("seen"), **told)

    context = {"commitment": shown.commitment, "agreement": shown.agreement, "party": shown.party, "claim": shown}
    return asked(request, form, act, "results/claim_form.html", context, done=to, stands=lambda: version_of(shown))


def version_of(claim: Claim) -> int:
    return Claim.objects.values_list("version", flat=True).get(pk=claim.pk)


@listed
def step(request: HttpRequest, id: uuid.UUID, name: str) -> HttpResponseBase:
    """One step with its words; the result and its history stand above the form."""
    if name not in words.STEPS:
        raise NotFound("results.no_step", vi="Không có việc này.", en="There is no such step.")
    shown, view = access.claim(request.user, id)
    side = access.side_of(view.standing, shown)
    if request.method != "POST" and name in rules.STEPS:
        rules.check_step(name, side=side, state=shown.state)
        if shown.period.locked:
            raise rules.period_locked(shown.period.name)
    needed = name == "answer" or rules.STEPS[name].needs_words
    form = WordsForm(request.POST or None, needed=needed, initial={"seen": shown.version})

    def act(told: dict[str, Any]) -> Claim:
        sent = {"by": person(request), "claim": shown, "version": told["seen"], "words": told["words"]}
        return actions.answer_claim(**sent) if name == "answer" else claiming.step(name, **sent)

    context = {"claim": shown, "label": words.STEPS[name][0], "follows": words.STEPS[name][1]}
    return asked(request, form, act, "results/step.html", context, done=to, stands=lambda: version_of(shown))


@listed
def attach(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown, view = access.claim(request.user, id)
    if access.side_of(view.standing, shown) is None:
        raise rules.wrong_party("revise", None)
    form = FileForm(request.POST or None, request.FILES or None, initial={"seen": shown.version})

    def act(told: dict[str, Any]) -> Claim:
        sent = told["file"]
        claiming.check_size(sent.size)
        actions.attach_evidence(
            by=person(request), claim=shown, version=told["seen"], name=sent.name, data=sent.read(), note=told["note"]
        )
        return shown

    context = {"claim": shown}
    return asked(request, form, act, "results/attach.html", context, done=to, stands=lambda: version_of(shown))
