"""What may be shown as valid, against an oracle that walks day by day and place by place; numbers, grades, calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienvung.errors import Invalid
from lienvung.proofs import calendar, rules
from lienvung.proofs.kinds import COVERS, kind, kind_of_words, kinds
from lienvung.proofs.rules import Act, Checked, Fact, Measure, Paper, Row, Shown, State, Story, Term

DAY = date(2026, 1, 1)
SPAN = 40
HOLDER, OTHER = "htx", "khac"
GTINS, GLNS, GROUPS = ("g1", "g2"), ("p1", "p2"), ("rice", "paddy")
GROUP_OF = {"g1": "rice", "g2": "paddy"}


def day(number: int) -> date:
    return DAY + timedelta(days=number)


# ---- the oracle: sets of days and of rows, none of the code of the rules -----------------------------------------


def days_in_force(term: Term) -> set[int]:
    """Every day number of the span on which the certificate is in force, walked one day after the other."""
    good: set[int] = set()
    stopped = gone = False
    diary: dict[int, list[Measure]] = {}
    for one in term.measures:
        diary.setdefault((one.from_day - DAY).days, []).append(one)
    for number in range(-SPAN, 3 * SPAN):
        for one in sorted(diary.get(number, []), key=lambda one: one.number):
            if one.act is Act.WITHDRAWN:
                gone = True
            else:
                stopped = one.act is Act.SUSPENDED
        here = day(number)
        replaced = term.replaced_from is not None and not here < term.replaced_from
        ended = term.valid_to is not None and here > term.valid_to
        if term.checked is Checked.CONFIRMED and not (here < term.valid_from or ended or stopped or gone or replaced):
            good.add(number)
    return good


def named_by(row: Row, gtin: str, gln: str, owner: str, teller: str) -> bool:
    if row.gln and teller not in {HOLDER, ""}:
        return False
    if not row.gln and owner != HOLDER:
        return False
    wanted = {("gtin", row.gtin), ("gln", row.gln), ("group", row.group)}
    have = {("gtin", gtin), ("gln", gln), ("group", GROUP_OF.get(gtin, ""))}
    return {pair for pair in wanted if pair[1]} <= have


def may_be_valid(paper: Paper, story: Story, today: int) -> bool:
    """The least that must be true before anything shows as valid."""
    good = days_in_force(paper.term)
    own = story.own
    exact = any(
        row.gtin == own.gtin and not row.gln and named_by(row, own.gtin, "", own.owner, "") for row in paper.rows
    )
    touched = [fact for stage, fact in story.facts if stage in paper.kind.stages]
    for fact in touched:
        fits = any(named_by(row, fact.gtin, fact.gln, fact.owner, fact.teller) for row in paper.rows)
        if not fits and not exact:
            return False
    if not exact:
        if any(stage in story.gaps for stage in paper.kind.stages):
            return False
        if not touched and not any(not row.gln and named_by(row, own.gtin, "", own.owner, "") for row in paper.rows):
            return False
    if today not in good:
        return False
    if story.level == "product":
        return True
    asked = [one.day for one in (own, *touched) if one.day is not None]
    if paper.kind.day_needed and not asked:
        return False
    return all((one - DAY).days in good for one in asked)


# ---- strategies ---------------------------------------------------------------------------------------------------

numbers = st.integers(0, SPAN)
measures = st.lists(st.tuples(st.sampled_from(list(Act)), numbers), max_size=4).map(
    lambda acts: tuple(Measure(act, day(at), number) for number, (act, at) in enumerate(acts))
)
terms = st.builds(
    Term,
    checked=st.sampled_from([Checked.CONFIRMED] * 4 + list(Checked)),
    valid_from=st.integers(0, 10).map(day),
    valid_to=st.none() | st.integers(10, SPAN).map(day),
    measures=st.just(()) | measures,
    replaced_from=st.none() | numbers.map(day),
)
rows = st.builds(
    Row, gtin=st.sampled_from(("", *GTINS)), gln=st.sampled_from(("", *GLNS)), group=st.sampled_from(("", "", *GROUPS))
)


def facts_of(gtins: tuple[str, ...]) -> st.SearchStrategy[Fact]:
    return st.builds(
        lambda gtin, owner, gln, at, teller: Fact(gtin, GROUP_OF[gtin], owner, gln, at, teller),
        st.sampled_from(gtins),
        st.sampled_from((HOLDER, HOLDER, OTHER)),
        st.sampled_from(("", *GLNS)),
        st.none() | numbers.map(day),
        st.sampled_from(("", HOLDER, HOLDER, OTHER)),
    )


stories = st.builds(
    Story,
    own=facts_of(("g1",)).map(lambda fact: Fact("g1", "rice", fact.owner, "", fact.day)),
    level=st.sampled_from(("product", "lot", "serial")),
    facts=st.lists(st.tuples(st.sampled_from(("growing", "processing", "packing")), facts_of(GTINS)), max_size=3).map(
        tuple
    ),
    gaps=st.sampled_from([frozenset(), frozenset(), frozenset({"growing"}), frozenset({"processing", "packing"})]),
)
papers = st.builds(
    Paper,
    kind=st.sampled_from(list(kinds().values())),
    holder=st.just(HOLDER),
    term=terms,
    rows=st.lists(rows, max_size=3).map(tuple),
)


@settings(max_examples=1500, deadline=None)
@given(papers, stories, numbers)
def test_valid_is_said_exactly_where_the_oracle_allows_it(paper: Paper, story: Story, today: int) -> None:
    said = rules.shown(paper, story, today=day(today)) is Shown.VALID
    assert said == may_be_valid(paper, story, today)


@settings(max_examples=600, deadline=None)
@given(papers, stories, numbers)
def test_valid_implies_confirmed_covered_and_in_date_then_and_now(paper: Paper, story: Story, today: int) -> None:
    if rules.shown(paper, story, today=day(today)) is not Shown.VALID:
        return
    assert paper.term.checked is Checked.CONFIRMED
    assert paper.rows, "a certificate without a scope covers nothing"
    made = story.own.day if story.level != "product" else None
    for when in (day(today), made):
        if when is not None:
            assert paper.term.valid_from <= when
            assert paper.term.valid_to is None or when <= paper.term.valid_to
            assert not any(m.act is Act.WITHDRAWN and m.from_day <= when for m in paper.term.measures)


@settings(max_examples=400, deadline=None)
@given(terms, numbers)
def test_the_state_of_a_day_is_in_force_exactly_on_the_days_walked(term: Term, at: int) -> None:
    assert rules.in_force(term, day(at)) == (at in days_in_force(term))


@settings(max_examples=300, deadline=None)
@given(papers, stories, numbers, facts_of(GTINS).filter(lambda fact: fact.owner == OTHER))
def test_one_field_more_never_makes_it_valid(paper: Paper, story: Story, today: int, fact: Fact) -> None:
    """A lot to which somebody else's uncertified field gave something is never better covered than before."""
    outside = Fact(fact.gtin, fact.group, OTHER, "p9", fact.day, OTHER)
    more = Story(story.own, story.level, (*story.facts, *((stage, outside) for stage in paper.kind.stages)), story.gaps)
    exact = any(row.gtin == story.own.gtin and not row.gln for row in paper.rows)
    if paper.kind.stages and not exact:
        assert rules.shown(paper, more, today=day(today)) is not Shown.VALID


# ---- examples that are read -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    name: str
    expected: Shown
    made: int | None = 15
    today: int = 20
    checked: Checked = Checked.CONFIRMED
    measures: tuple[Measure, ...] = ()
    rows: tuple[Row, ...] = (Row(gln="p1"),)
    facts: tuple[Fact, ...] = (Fact("g2", "paddy", HOLDER, "p1", day(15), HOLDER),)
    gaps: frozenset[str] = frozenset()
    level: str = "lot"
    kind: str = "vietgap"
    replaced_from: date | None = None


def grown(gln: str = "p1", on: int = 15, teller: str = HOLDER) -> Fact:
    return Fact("g2", "paddy", teller if gln == "p2" else HOLDER, gln, day(on), teller)


NAMED = (Row(gtin="g1"),)
CASES = [
    Case("grown on the certified field, in date", Shown.VALID),
    Case("only claimed", Shown.UNCHECKED, checked=Checked.CLAIMED),
    Case("refused", Shown.UNCHECKED, checked=Checked.REFUSED),
    Case("the last day is a valid day", Shown.VALID, today=30),
    Case("ended yesterday", Shown.EXPIRED, today=31),
    Case("before its first day", Shown.NOT_YET, made=4, today=4, facts=()),
    Case("harvested before its first day", Shown.NOT_WHEN_MADE, facts=(grown(on=4),)),
    Case("suspended today", Shown.SUSPENDED, measures=(Measure(Act.SUSPENDED, day(18), 1),)),
    Case(
        "suspended and restored since the harvest",
        Shown.VALID,
        measures=(Measure(Act.SUSPENDED, day(16), 1), Measure(Act.RESTORED, day(18), 2)),
    ),
    Case(
        "suspended on the day of harvest",
        Shown.NOT_WHEN_MADE,
        measures=(Measure(Act.SUSPENDED, day(14), 1), Measure(Act.RESTORED, day(16), 2)),
    ),
    Case("withdrawn after the harvest", Shown.WITHDRAWN, measures=(Measure(Act.WITHDRAWN, day(19), 1),)),
    Case("withdrawn from tomorrow", Shown.VALID, measures=(Measure(Act.WITHDRAWN, day(21), 1),)),
    Case("replaced", Shown.REPLACED, replaced_from=day(20)),
    Case("one field of two", Shown.PARTLY, facts=(grown(), grown("p2", teller=OTHER))),
    Case("another field", Shown.NOT_COVERED, facts=(grown("p2"),)),
    Case("the field as told by somebody else", Shown.NOT_COVERED, facts=(grown(teller=OTHER),)),
    Case("an origin is not told", Shown.PARTLY, gaps=frozenset({"growing"})),
    Case("nothing is told of where", Shown.NOT_COVERED, facts=()),
    Case("no scope at all", Shown.NOT_COVERED, rows=()),
    Case("the product itself is named", Shown.VALID, rows=NAMED, facts=()),
    Case("the day of production is not known", Shown.DAY_UNKNOWN, rows=NAMED, facts=(), made=None),
    Case("OCOP asks for no day where none is known", Shown.VALID, rows=NAMED, facts=(), made=None, kind="ocop"),
    Case("OCOP of another product", Shown.NOT_COVERED, rows=(Row(gtin="g2"),), facts=(), kind="ocop"),
    Case("OCOP given after the lot was made", Shown.NOT_WHEN_MADE, rows=NAMED, facts=(), made=4, kind="ocop"),
    Case("a product as such has no day", Shown.VALID, rows=NAMED, facts=(), made=None, level="product"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases(case: Case) -> None:
    term = Term(case.checked, day(5), day(30), case.measures, case.replaced_from)
    own = Fact("g1", "rice", HOLDER, "", day(case.made) if case.made is not None else None)
    story = Story(own, case.level, tuple(("growing", fact) for fact in case.facts), case.gaps)
    rows = (Row(gtin="g1"),) if case.expected is Shown.NOT_YET else case.rows
    paper = Paper(kind(case.kind), HOLDER, term, rows)
    assert rules.shown(paper, story, today=day(case.today)) is case.expected


@pytest.mark.parametrize(
    ("left", "expected"), [(61, State.VALID), (60, State.EXPIRING), (0, State.EXPIRING), (-1, State.EXPIRED)]
)
def test_expiring_begins_sixty_days_before_the_last_day(left: int, expected: State) -> None:
    term = Term(Checked.CONFIRMED, DAY, day(100))
    assert rules.state_on(term, day(100 - left)) is expected
    if left == 61:
        assert rules.state_on(term, day(39), soon=61) is State.EXPIRING


def test_of_two_measures_of_one_day_the_later_recorded_counts() -> None:
    both = (Measure(Act.SUSPENDED, day(3), 1), Measure(Act.RESTORED, day(3), 2))
    assert not rules.suspended_on(both, day(3))
    assert rules.suspended_on(tuple(Measure(m.act, m.from_day, 3 - m.number) for m in both), day(3))


def test_every_kind_says_where_it_is_from_and_claims_no_rule_that_was_not_seen() -> None:
    assert len(kinds()) == 9
    for one in kinds().values():
        assert one.name.vi
        assert one.name.en
        assert one.source
        assert one.covers
        assert one.covers <= COVERS
        assert one.certainty in ("seen", "second", "memory")
        if one.certainty != "seen":
            assert one.months is None
            assert one.number_pattern is None


def test_ocop_bands_meet_without_gap_or_overlap() -> None:
    bands = sorted(kind("ocop").points)
    assert [band.stars for band in bands] == [1, 2, 3, 4, 5]
    assert bands[0].least == 0
    assert all(one.below == other.least for one, other in pairwise(bands))


@pytest.mark.parametrize(
    ("stars", "points", "fault"),
    [
        (4, "70", ""), (4, "89.999", ""), (4, "90", "points"), (4, "69.999", "points"), (5, "100", ""),
        (5, "100.5", "points"), (None, "95", "stars"), (6, None, "stars"), (3, None, ""),
    ],
)  # fmt: skip
def test_stars_and_points_agree(stars: int | None, points: str | None, fault: str) -> None:
    value = Decimal(points) if points else None
    if not fault:
        rules.check_grade(kind("ocop"), stars=stars, points=value)
        return
    with pytest.raises(Invalid) as caught:
        rules.check_grade(kind("ocop"), stars=stars, points=value)
    assert caught.value.path == fault


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Chứng nhận VietGAP", "vietgap"), ("GlobalGAP 5.4", "globalgap"), ("GLOBALG.A.P.", "globalgap"),
        ("Sản phẩm OCOP 4 sao", "ocop"), ("hữu cơ TCVN 11041-2:2017", "organic"), ("Chỉ dẫn địa lý", "gi"),
        ("VietGAP, OCOP 4 sao", None), ("Chứng nhận", None), ("", None),
    ],
)  # fmt: skip
def test_kinds_are_known_by_what_events_call_them(words: str, key: str | None) -> None:
    found = kind_of_words(words)
    assert (found.key if found else None) == key


def test_numbers_are_the_same_whatever_their_spaces_and_marks_but_not_their_signs() -> None:
    assert rules.same_number("VG - 01/2026", "vg01/2026")
    assert not rules.same_number("VG-01/2026", "VG-012026")
    assert not rules.same_number("", " ")


@pytest.mark.parametrize(
    "link", ["http://a.example/", "https://", "https://u:p@a.example/", "javascript:alert(1)", "https://a .example/", "https://[/"]
)  # fmt: skip
def test_only_plain_https_addresses_are_registers(link: str) -> None:
    with pytest.raises(Invalid):
        rules.check_link(link)
    assert rules.check_link(" https://a.example/x?so=1 ") == "https://a.example/x?so=1"


# ---- RFC 5545 --------------------------------------------------------------------------------------------------


def unfolded(data: bytes) -> list[str]:
    """Content lines as a reader of RFC 5545 gets them: unfold first, then decode."""
    assert data.endswith(b"\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()  # no letter is cut in two
    return data.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def unescaped(value: str) -> str:
    out, letters = "", iter(value)
    for letter in letters:
        if letter == "\\":
            following = next(letters)
            out += "\n" if following in "nN" else following
        else:
            out += letter
    return out


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.sampled_from('\n;,\\:"Ấế'), max_size=120
)


@settings(max_examples=200, deadline=None)
@given(texts, texts)
def test_a_calendar_gives_back_what_was_put_in(title: str, words: str) -> None:
    entry = calendar.Entry("a@b", date(2026, 12, 31), title, words, "https://a.example/x")
    lines = unfolded(calendar.write([entry], name=title, now=datetime(2026, 1, 1, tzinfo=UTC), remind_days=30))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    told = dict(line.split(":", 1) for line in lines if line.split(":")[0] in ("SUMMARY", "X-WR-CALNAME"))
    assert unescaped(told["SUMMARY"]) == title
    assert unescaped(told["X-WR-CALNAME"]) == title
    assert f"DESCRIPTION:{calendar.text(words)}" in lines
    assert "DTSTART;VALUE=DATE:20261231" in lines
    assert "DTEND;VALUE=DATE:20270101" in lines


def test_no_name_writes_a_line_of_its_own() -> None:
    entry = calendar.Entry("a@b", DAY, "x\r\nATTENDEE:mailto:a@b", "y\nEND:VCALENDAR", "https://a/\r\nX:1")
    lines = unfolded(calendar.write([entry], name="n", now=datetime(2026, 1, 1, tzinfo=UTC), remind_days=30))
    assert not [line for line in lines if line.startswith(("ATTENDEE", "X:1"))]
    assert lines.count("END:VCALENDAR") == 1
