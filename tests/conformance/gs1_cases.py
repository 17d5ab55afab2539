"""Made-up GS1 data, right and wrong, to compare readers with: the same seed gives the same cases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from lienvung.gs1.ais import AI, AIS, Component
from lienvung.gs1.checks import CSET39, CSET82, check_digit, check_pair
from lienvung.gs1.codes import COUNTRY_LETTERS, COUNTRY_NUMBERS, CURRENCY_NUMBERS, MEDIA_TYPES, PACKAGE_TYPES
from lienvung.gs1.linters import LINTERS

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LETTERS = {"N": "0123456789", "X": CSET82, "Y": CSET39, "Z": BASE64}
CODES = {
    "iso3166": sorted(COUNTRY_NUMBERS),
    "iso3166999": [*sorted(COUNTRY_NUMBERS), "999"],
    "iso3166alpha2": sorted(COUNTRY_LETTERS),
    "iso4217": sorted(CURRENCY_NUMBERS),
    "mediatype": sorted(MEDIA_TYPES),
    "packagetype": sorted(PACKAGE_TYPES),
    "winding": ["0", "1", "9"],
    "yesno": ["0", "1"],
    "iso5218": ["0", "1", "2", "9"],
    "hyphen": ["-"],
    "zero": ["0"],
    "hh": [f"{n:02}" for n in range(24)],
    "mi": [f"{n:02}" for n in range(60)],
    "ss": [f"{n:02}" for n in range(60)],
    "pieceoftotal": ["0101", "0102", "0202", "1299"],
    "posinseqslash": ["1/1", "1/2", "2/3", "9/9"],
    "latitude": ["0000000000", "1800000000", "1109876543"],
    "longitude": ["0000000000", "3600000000", "2859876543"],
    "yymmd0": ["260229", "280229", "261231", "270100", "000229", "990430"],
    "yymmdd": ["280229", "261231", "270131", "000229", "510630"],
    "yyyymmdd": ["20280229", "19001231", "20000229", "19600101"],
    "hhmi": ["0000", "2359", "1200"],
    "couponcode": [
        "012345612345611110123",
        "0123456123456111101231110123912345",
        "012345612345611110123326123142606015012345691100",
    ],
    "couponposoffer": ["001234561234560123456", "101234561234561234567"[:21] + "8"],
    "iban": ["FR7630006000011234567890189", "DE91100000000123456789", "GB98MIDL07009312345678"],
}
WILD = "0123456789ABCXYZabcz!\"%&'*+,-./:;<=>?_#$@~^ \\()|\x1d\u00e9\u0111"
NAMES = {id(function): name for name, function in LINTERS.items()}


class Case(NamedTuple):
    kind: str  # link, bracketed or element
    text: str


def component(rng: random.Random, part: Component) -> str:
    names = [NAMES.get(id(linter), "") for linter in part.linters[1:]]
    for name in names:
        if name in CODES:
            return rng.choice(CODES[name])
    length = (
        part.longest
        if part.shortest == part.longest
        else rng.choice((1, 2, 5, rng.randint(1, part.longest), part.longest))
    )
    text = "".join(rng.choice(LETTERS[part.charset]) for _ in range(length))
    if "gcppos1" in names:
        text = ("89350012" + text)[: max(length, min(4, part.longest))]
    if "csumalpha" in names:
        text = text[: part.longest - 2]
        text += check_pair(text)
    if "csum" in names:
        text = text[:-1] + check_digit(text[:-1])
    if "pcenc" in names:
        text = text.replace("%", "%2C"[: part.longest - len(text) + 1].ljust(3, "0"))[: part.longest]
    if "nozeroprefix" in names and text[0] == "0":
        text = "1" + text[1:]
    return text


def value(rng: random.Random, entry: AI) -> str:
    return "".join(component(rng, part) for part in entry.components if not part.optional or rng.random() < 0.5)


def pick(rng: random.Random) -> dict[str, str]:
    """A few AIs, mostly with those that they must stand beside."""
    found: dict[str, str] = {}
    wanted = [rng.choice(("01", "01", "00", "414", "8006", rng.choice(list(AIS))))]
    wanted += rng.sample(list(AIS), rng.randint(0, 3))
    if rng.random() < 0.4:
        wanted += rng.sample(("10", "21", "17", "22"), rng.randint(1, 3))
    while wanted and len(found) < 12:
        ai = wanted.pop(0)
        if ai in found:
            continue
        entry = AIS[ai]
        found[ai] = value(rng, entry)
        if rng.random() < 0.9:
            for condition in entry.needs:
                for template in rng.choice(condition):
                    wanted.append(
                        template
                        if template in AIS
                        else rng.choice([a for a in AIS if a.startswith(template.rstrip("n"))])
                    )
    if rng.random() < 0.6:
        for ai in list(found):
            if any(a.startswith(t.rstrip("n")) and a != ai for t in AIS[ai].excludes for a in found):
                del found[ai]
    return found or {"01": value(rng, AIS["01"])}


def spoil(rng: random.Random, text: str) -> str:
    """`text` with one to three small faults."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = rng.randint(0, len(text))
        how = rng.randint(0, 5)
        if how == 0:
            text = text[:at] + rng.choice(WILD) + text[at:]
        elif how == 1:
            text = text[:at] + text[at + 1 :]
        elif how == 2:
            text = text[:at] + rng.choice("0123456789") + text[at + 1 :]
        elif how == 3:
            text = text[:at] + rng.choice(WILD) + text[at + 1 :]
        elif how == 4:
            text = text[:at] + text[at : at + rng.randint(1, 30)] + text[at:]
        else:
            other = rng.randint(0, len(text))
            text = text[: min(at, other)] + text[max(at, other) :] if abs(at - other) < 12 else text
    return text


def escape(rng: random.Random, text: str) -> str:
    """Percent-encoded one way or another, as different writers do."""
    how = rng.random()
    if how < 0.7:
        return quote(text, safe="")
    if how < 0.9:
        return quote(text, safe="!'()*,;=:")
    return "".join(f"%{ord(c):02x}" if rng.random() < 0.5 and ord(c) < 128 else quote(c, safe="") for c in text)


def link(rng: random.Random, ais: dict[str, str]) -> str:
    keys = [ai for ai in ais if AIS[ai].is_key]
    key = keys[0] if keys else "01"
    ais = {key: ais.get(key) or value(rng, AIS[key]), **ais}
    path = [key]
    if AIS[key].qualifiers and rng.random() < 0.9:
        path += [q for q in rng.choice(AIS[key].qualifiers) if q in ais or rng.random() < 0.2]
    if rng.random() < 0.15:
        path[1:] = rng.sample([*path[1:], "21", "10", "254"], len(path))
    stem = rng.choice(("https://id.gs1.org", "http://example.com/some/stem", "HTTPS://x.vn:8443", "https://a/00/stem"))
    text = stem + "".join(f"/{ai}/{escape(rng, ais.get(ai) or value(rng, AIS[ai]))}" for ai in path)
    rest = [ai for ai in ais if ai not in path and (AIS[ai].attribute or rng.random() < 0.2)]
    query = [f"{ai}={escape(rng, ais[ai])}" for ai in rest]
    if rng.random() < 0.2:
        query.insert(rng.randint(0, len(query)), rng.choice(("lang=vi", "x", "", "linkType=gs1:pip", "999=1", "=2")))
    return text + ("?" + "&".join(query) if query else "") + rng.choice(("", "", "", "#top", "?", "&"))


def cases(seed: int, count: int) -> Iterator[Case]:
    """`count` cases, a third each of links, bracketed strings and element strings, about half of them spoilt."""
    rng = random.Random(seed)
    for number in range(count):
        ais = pick(rng)
        kind = ("link", "bracketed", "element")[number % 3]
        broken = rng.random() < 0.5
        if broken and rng.random() < 0.5:
            victim = rng.choice(list(ais))
            ais[victim] = spoil(rng, ais[victim]) or "0"
            broken = False
        if kind == "link":
            text = link(rng, ais)
        elif kind == "bracketed":
            text = "".join(f"({ai})" + v.replace("(", "\\(") for ai, v in ais.items())
        else:
            text = "^" + "".join(
                ai + v + ("" if AIS[ai].fixed and rng.random() < 0.9 else "^") for ai, v in ais.items()
            )
            text = text if rng.random() < 0.1 else text.rstrip("^")
        yield Case(kind, spoil(rng, text) if broken else text)
