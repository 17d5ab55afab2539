"""Valid GS1 keys for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from lienvung.gs1 import check_digit
from lienvung.gs1.checks import CSET39, CSET82

DIGITS = "0123456789"
Key = tuple[tuple[str, str], ...]


def closed(length: int, lead: str = "") -> st.SearchStrategy[str]:
    """A number of `length` digits, the last one its check digit."""
    body = st.text(DIGITS, min_size=length - 1 - len(lead), max_size=length - 1 - len(lead))
    return body.map(lambda text: lead + text + check_digit(lead + text))


def text(longest: int, *, shortest: int = 1) -> st.SearchStrategy[str]:
    return st.text(CSET82, min_size=shortest, max_size=longest)


def of(
    ai: str, values: st.SearchStrategy[str], *qualifiers: tuple[str, st.SearchStrategy[str]]
) -> st.SearchStrategy[Key]:
    names = (ai, *(name for name, _ in qualifiers))
    return st.tuples(values, *(value for _, value in qualifiers)).map(lambda found: tuple(zip(names, found)))


PREFIXED = st.text(DIGITS, min_size=12, max_size=12)
ITIP = st.tuples(closed(14), st.sampled_from(["0101", "0102", "0212", "9999"])).map("".join)
SERIAL = st.text(DIGITS, max_size=11).flatmap(lambda t: st.sampled_from(["1", "7"]).map(lambda d: d + t))

#: keys at their finest level, which have exactly one EPC URN for a company prefix of 6 to 12 digits
KEYS: st.SearchStrategy[Key] = st.one_of(
    of("00", closed(18)),
    of("01", closed(14)),
    of("01", closed(14), ("21", text(20))),
    of("01", closed(14), ("10", text(20))),
    of("01", closed(14), ("235", text(28))),
    of("253", st.tuples(closed(13), text(17, shortest=0)).map("".join)),
    of("255", st.tuples(closed(13), st.text(DIGITS, max_size=12)).map("".join)),
    of("401", st.tuples(PREFIXED, text(18)).map("".join)),
    of("402", closed(17)),
    of("414", closed(13)),
    of("414", closed(13), ("254", text(20).filter(lambda t: t != "0"))),
    of("417", closed(13)),
    of("8003", st.tuples(closed(14, "0"), text(16, shortest=0)).map("".join)),
    of("8004", st.tuples(PREFIXED, text(18)).map("".join)),
    of("8006", ITIP),
    of("8006", ITIP, ("21", text(20))),
    of("8010", st.tuples(PREFIXED, st.text(CSET39, min_size=1, max_size=18)).map("".join)),
    of("8010", st.tuples(PREFIXED, st.text(CSET39, min_size=1, max_size=18)).map("".join), ("8011", SERIAL)),
    of("8017", closed(18)),
    of("8018", closed(18)),
)
