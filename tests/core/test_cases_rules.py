"""The states of a case, deadlines, limits and what a report may say: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienvung.cases import rules
from lienvung.cases.rules import Act, Deadlines, Side, State
from lienvung.errors import Conflict, Invalid, NotAllowed

NOW = datetime(2026, 6, 5, 8, tzinfo=UTC)
LIMITS = Deadlines(look=timedelta(hours=48), urgent=timedelta(hours=24), answer=timedelta(hours=168))


def test_the_table_is_whole() -> None:
    """Every pair of state and act is decided: a step, or refused; a closed case only comes back by reopening."""
    steps = {(state, act): rules.TABLE.get((state, act)) for state in State for act in Act}
    assert {pair[1] for pair, step in steps.items() if pair[0] == State.CLOSED and step} == {Act.REOPEN}
    assert {pair[0] for pair, step in steps.items() if pair[1] == Act.REOPEN and step} == {State.CLOSED}
    assert all(steps[state, Act.CLOSE] for state in State if state != State.CLOSED)
    assert all(step[1] == {Side.AUTHORITY} for pair, step in steps.items() if pair[1] == Act.CLOSE and step)


@given(st.lists(st.tuples(st.sampled_from(Act), st.sampled_from(Side)), max_size=30))
def test_no_walk_closes_without_the_authority(walk: list[tuple[Act, Side]]) -> None:
    state = State.NEW
    for act, side in walk:
        try:
            after = rules.next_state(state, act, side)
        except (Conflict, NotAllowed):
            continue
        if State.CLOSED in (state, after):
            assert side == Side.AUTHORITY
        assert act in rules.acts_open(state, side)
        state = after


@pytest.mark.parametrize("act", [Act.CLOSE, Act.REOPEN, Act.HAND_OVER])
@pytest.mark.parametrize("side", [Side.OWNER, None])
def test_what_only_the_authority_does(act: Act, side: Side | None) -> None:
    for state in State:
        with pytest.raises(NotAllowed):
            rules.next_state(state, act, side)


def test_an_answered_case_is_looked_at_again_when_a_report_joins() -> None:
    assert rules.next_state(State.ANSWERED, Act.JOIN, Side.SYSTEM) == State.LOOKING
    with pytest.raises(Conflict):
        rules.next_state(State.CLOSED, Act.JOIN, Side.SYSTEM)
    with pytest.raises(NotAllowed):
        rules.next_state(State.NEW, Act.JOIN, Side.AUTHORITY)


def test_deadlines() -> None:
    def hours(state: State, urgent: bool = False) -> float | None:
        due = rules.due(state, NOW, urgent=urgent, deadlines=LIMITS)
        return None if due is None else (due - NOW) / timedelta(hours=1)

    assert (hours(State.NEW), hours(State.NEW, True), hours(State.REOPENED, True)) == (48, 24, 24)
    assert (hours(State.LOOKING), hours(State.LOOKING, True), hours(State.ANSWERED)) == (168, 168, 168)
    assert hours(State.CLOSED) is None


def test_whom_the_limit_counts() -> None:
    assert rules.network_of("2001:db8:1:2::1") == rules.network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert rules.network_of("2001:db8:1:3::1") != rules.network_of("2001:db8:1:2::1")
    assert rules.network_of("::ffff:203.0.113.7") == rules.network_of("203.0.113.7")
    assert rules.network_of("fe80::1%eth0") == "fe80::/64"
    assert rules.network_of("") == ""
    assert rules.report_allowed(of_address=rules.OF_ADDRESS - 1, of_code=0, of_product=0)
    for full in ({"of_address": rules.OF_ADDRESS}, {"of_code": rules.OF_CODE}, {"of_product": rules.OF_PRODUCT}):
        assert not rules.report_allowed(**{"of_address": 0, "of_code": 0, "of_product": 0, **full})


@pytest.mark.parametrize("contact", ["0912 345 678", "+84 912-345-678", "024 3825 1234", "lan@vidu.vn"])
def test_contacts(contact: str) -> None:
    assert rules.check_contact(f"  {contact} ", agreed=True) == contact
    with pytest.raises(Invalid) as fault:
        rules.check_contact(contact, agreed=False)
    assert fault.value.path == "agreed"


@pytest.mark.parametrize("contact", ["Nguyễn Văn A, 12 phố Mẫu", "123", "x", "<script>", "a@b", "0" * 40])
def test_what_is_no_contact(contact: str) -> None:
    """Names and addresses are not taken: as little as will do."""
    with pytest.raises(Invalid):
        rules.check_contact(contact, agreed=True)


def test_words_lose_what_cannot_be_seen() -> None:
    assert rules.check_words("Gạo\u202e mốc\x00 có\u200b sâu\r\nhai con") == "Gạo mốc có sâu\nhai con"
    for words in ("ngắn", " " * 40, "\u200b" * 40, "x" * 2_001):
        with pytest.raises(Invalid):
            rules.check_words(words)


def test_the_day_of_purchase() -> None:
    today = date(2026, 6, 5)
    assert rules.check_bought_on(None, today=today) is None
    assert rules.check_bought_on(today, today=today) == today
    for day in (date(2026, 6, 6), date(2016, 6, 5)):
        with pytest.raises(Invalid):
            rules.check_bought_on(day, today=today)


def test_numbers_and_secrets() -> None:
    numbers = {rules.new_number("PA") for _ in range(500)}
    assert len(numbers) == 500
    assert all(len(each) == 11 for each in numbers)
    assert rules.digest_of("x" * 42) == rules.digest_of("x" * 44) == rules.digest_of("ă" * 43) == ""
    assert len(rules.digest_of("x" * 43)) == 64
    assert rules.packed(["37", "", "01", "37"]) == ",01,37,"
    assert rules.unpacked(",01,37,") == ["01", "37"]
