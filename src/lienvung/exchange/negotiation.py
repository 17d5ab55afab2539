"""In which form an asker gets his answer: media type by Accept, EPCIS version, EPCs as links or URNs, words of the CBV.

    form_of(request) -> AnswerForm          for answers with events
    media_of(request, offered) -> str       for all others

JSON and JSON-LD exist in EPCIS 2.0 only; XML in 2.0 and in 1.2. A range of versions that ends at 1.2 therefore
gets 1.2 XML, unless XML is refused: then nothing can be answered (406). An answer in 1.2 has EPC URNs where the
asker says nothing, since 1.2 knows no Digital Links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest

from lienvung.epcis.translate import EpcFormat, WordFormat
from lienvung.exchange.headers import CBV_FORMATS, EPC_FORMATS, Version, choice_of, extensions_of, range_of
from lienvung.exchange.problems import ApiProblem

JSON = ("application/json", "application/ld+json")
XML = ("application/xml", "text/xml")
EVENT_MEDIA = (*JSON, *XML)
PROBLEM_MEDIA = {
    "application/problem+json": ("application/problem+json", *JSON),
    "application/problem+xml": ("application/problem+xml", *XML),
}
_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
_MOST_RANGES = 64


@dataclass(frozen=True)
class AnswerForm:
    """How events are written for one asker."""

    media: str = "json"  # "json" | "ld+json" | "xml"
    epcis_version: str = "2.0"  # "2.0" | "1.2"
    epcs: EpcFormat = EpcFormat.DIGITAL_LINK
    words: WordFormat = WordFormat.NO_PREFERENCE  # of XML; JSON has bare words
    extensions: dict[str, str] = field(default_factory=dict)  # prefix -> namespace, as the asker knows them
    content_type: str = "application/json"


@dataclass(frozen=True)
class _Option:
    content_type: str
    version: Version


OPTIONS = [
    *(_Option(media, (2, 0)) for media in EVENT_MEDIA),
    *(_Option(media, (1, 2)) for media in XML),
]


def accepted(request: HttpRequest) -> list[tuple[str, float]]:
    """(media range, quality) of the Accept header; everything where it is absent. What cannot be read is no range."""
    text = request.headers.get("Accept", "").strip()
    found: list[tuple[str, float]] = []
    for part in text.split(",")[:_MOST_RANGES]:
        media, *settings_of = (piece.strip().lower() for piece in part.split(";"))
        if "/" not in media:
            continue
        told = next((word[2:].strip() for word in settings_of if word.startswith("q=")), "1")
        found.append((media, float(told) if _QUALITY.fullmatch(told) else 1.0))
    return found if text else [("*/*", 1.0)]


def quality(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """How much a media type is wanted: what the closest range says (RFC 9110 section 12.5.1)."""
    kind = media.partition("/")[0] + "/*"
    for wanted in (media, kind, "*/*"):
        told = [q for name, q in ranges if name == wanted]
        if told:
            return max(told)
    return 0.0


def media_of(request: HttpRequest, offered: Sequence[str] = EVENT_MEDIA) -> str:
    """The offered media type that is wanted most; the first of equals. Raises ApiProblem 406."""
    ranges = accepted(request)
    best = max(offered, key=lambda media: quality(media, ranges))
    if quality(best, ranges) <= 0:
        raise not_acceptable(f"chỉ trả lời được {', '.join(offered)}", f"only {', '.join(offered)} can be answered")
    return best


def not_acceptable(vi: str, en: str) -> ApiProblem:
    return ApiProblem(406, "NotAcceptableException", vi=vi, en=en)


def problem_media(request: HttpRequest) -> str:
    """problem+json, unless the asker wants XML more. A problem is told even to who accepts neither."""
    ranges = accepted(request)
    wants = {name: max(quality(media, ranges) for media in known) for name, known in PROBLEM_MEDIA.items()}
    as_json, as_xml = wants.values()
    return "application/problem+xml" if as_xml > as_json else "application/problem+json"


def _in_range(request: HttpRequest) -> list[_Option]:
    """What the versions in the request leave."""
    left = OPTIONS
    for vocabulary in ("EPCIS", "CBV"):
        least, most = range_of(request, vocabulary)
        left = [option for option in left if least <= option.version <= most]
        if not left:
            raise not_acceptable(
                f"GS1-{vocabulary}-Min/Max: máy chủ trả lời bản 2.0 (JSON, XML) và 1.2 (XML), "
                "không có bản nào trong khoảng được hỏi",
                f"GS1-{vocabulary}-Min/Max: this server answers 2.0 (JSON, XML) and 1.2 (XML), "
                "neither is in the range asked for",
            )
    return left


def form_of(request: HttpRequest) -> AnswerForm:
    """The form of an answer with events. Raises ApiProblem 406, Invalid (400) for a header that says nothing."""
    left = _in_range(request)
    newest = max(option.version for option in left)
    ranges = accepted(request)
    best = max(left, key=lambda option: (quality(option.content_type, ranges), option.version == newest))
    if quality(best.content_type, ranges) <= 0:
        offered = ", ".join(dict.fromkeys(option.content_type for option in left))
        raise not_acceptable(
            f"với các phiên bản được hỏi chỉ trả lời được {offered}",
            f"in the versions asked for only {offered} can be answered",
        )
    old = best.version == (1, 2)
    media = "xml" if best.content_type in XML else best.content_type.removeprefix("application/")
    epcs = EpcFormat(choice_of(request, "GS1-EPC-Format", EPC_FORMATS) or "No_Preference")
    if epcs is EpcFormat.NO_PREFERENCE:
        epcs = EpcFormat.URN if old else EpcFormat.DIGITAL_LINK
    words = choice_of(request, "GS1-CBV-XML-Format", CBV_FORMATS) or "No_Preference"
    return AnswerForm(
        media=media,
        epcis_version="1.2" if old else "2.0",
        epcs=epcs,
        words=WordFormat(words),
        extensions=extensions_of(request),
        content_type=best.content_type,
    )
