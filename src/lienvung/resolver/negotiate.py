"""What a request tells about the link it wants, and which links suit it best; pure.

Languages by RFC 9110 12.5.4 and the lookup of RFC 4647 3.4 (`vi-VN` finds `vi`), media types by RFC 9110 12.5.1,
`context` from the query. What the request does not speak of prefers a link that does not speak of it either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lienvung.resolver.rules import Link

LINKSET_JSON = "application/linkset+json"
JSON = "application/json"
JSON_LD = "application/ld+json"
HTML = "text/html"
MOST_PARTS = 30  # of a header that are read


@dataclass(frozen=True, slots=True)
class Asked:
    """The preferences of one request; words with their weights, empty where nothing was said."""

    languages: tuple[tuple[str, float], ...] = ()
    media: tuple[tuple[str, float], ...] = ()
    contexts: tuple[str, ...] = ()

    @classmethod
    def of(cls, headers: Mapping[str, str], *, contexts: Iterable[str] = (), language: str = "") -> Asked:
        """`language`: said by the address itself, stronger than the header."""
        languages = weighted(headers.get("Accept-Language", ""))
        if language:
            languages = ((language.lower(), 2.0), *languages)
        return cls(
            languages,
            weighted(headers.get("Accept", "")),
            tuple(c.strip().upper()[:10] for c in list(contexts)[:8] if c.strip()),
        )

    @property
    def linkset(self) -> bool:
        """Is a link set what is wanted most?"""
        return self._best((LINKSET_JSON, HTML, JSON, JSON_LD)) == LINKSET_JSON

    def form(self) -> str:
        """In which form lists and problems are told: a person's page only where text/html is named."""
        return self._best((HTML, LINKSET_JSON, JSON_LD, JSON)) or LINKSET_JSON

    def _best(self, kinds: Sequence[str]) -> str:
        wanted = dict(reversed(self.media))
        named = [(wanted[kind], -place, kind) for place, kind in enumerate(kinds) if wanted.get(kind, 0) > 0]
        return max(named)[2] if named else ""

    def tongue(self) -> str:
        """'en' or 'vi': in which of the two languages titles are told."""
        english, vietnamese = (_language_score((tag,), self.languages) for tag in ("en", "vi"))
        return "en" if english > vietnamese else "vi"


def weighted(header: str) -> tuple[tuple[str, float], ...]:
    """Words of a header with their q, heaviest first; what cannot be read is left out."""
    found = []
    for part in header.lower().split(",")[:MOST_PARTS]:
        word, *parameters = (piece.strip() for piece in part.split(";"))
        weight = _weight(parameters)
        if word and weight is not None:
            found.append((word, weight))
    return tuple(sorted(found, key=lambda pair: -pair[1]))


def _weight(parameters: Sequence[str]) -> float | None:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                weight = float(parameter[2:])
            except ValueError:
                return None
            return weight if 0 <= weight <= 1 else None
    return 1.0


def choose(links: Sequence[Link], asked: Asked) -> list[Link]:
    """The links that suit best; more than one where the request cannot tell them apart."""
    scores = [_score(link, asked) for link in links]
    best = max(scores, default=None)
    return [link for link, score in zip(links, scores, strict=True) if score == best]


def decides(link: Link, asked: Asked) -> bool:
    """Does the request say something that speaks for this very link (2.5.8, defaultLinkMulti)?"""
    return (
        bool(set(link.contexts) & set(asked.contexts))
        or (bool(link.languages) and _language_score(link.languages, asked.languages) > 0)
        or any(word == link.media_type and weight > 0 for word, weight in asked.media)
    )


def variant_of(default: Link, kin: Sequence[Link], asked: Asked) -> Link:
    """The default link, or the one that differs from it in its language only and that the reader wants more."""
    if not default.languages:
        return default
    told = [link for link in kin if link.languages and link.attributes[1:] == default.attributes[1:]]
    scores = [_language_score(link.languages, asked.languages) for link in told]
    most = max(scores, default=0.0)
    best = [link for link, score in zip(told, scores, strict=True) if score == most]
    if len(best) == 1 and most > _language_score(default.languages, asked.languages):
        return best[0]
    return default


def _score(link: Link, asked: Asked) -> tuple[float, float, float]:
    return (
        _context_score(link.contexts, asked.contexts),
        _language_score(link.languages, asked.languages),
        _media_score(link.media_type, asked.media),
    )


def _context_score(own: Sequence[str], asked: Sequence[str]) -> float:
    if not own:
        return 1.0
    if not asked:
        return 0.0
    if set(own) & set(asked):
        return 3.0
    return 2.0 if {c.partition("-")[0] for c in asked} & set(own) else 0.0  # VN-HN is in VN


def _language_score(own: Sequence[str], asked: Sequence[tuple[str, float]]) -> float:
    if not own:
        return 0.0005  # suits anybody a little, less than any language that is wanted
    best = 0.0
    for tag in (tag.lower() for tag in own):
        for wanted, weight in asked:
            if wanted == tag:
                best = max(best, weight)
            elif tag.startswith(wanted + "-") or wanted.startswith(tag + "-"):
                best = max(best, weight * 0.999)
            elif wanted == "*":
                best = max(best, weight * 0.001)
    return best


def _media_score(own: str, asked: Sequence[tuple[str, float]]) -> float:
    if not asked:
        return 0.0 if own else 0.0005
    if not own:
        return max((weight * 0.9995 for word, weight in asked if word == "*/*"), default=0.0005)
    exact = [weight for word, weight in asked if word == own]
    if exact:
        return max(exact)
    group = [weight for word, weight in asked if word == own.partition("/")[0] + "/*"]
    return max(group or [weight * 0.999 for word, weight in asked if word == "*/*"], default=0.0)
