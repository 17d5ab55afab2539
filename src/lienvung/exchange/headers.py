"""The GS1 headers of the binding (EPCIS 2.0 section 12.5): what we announce, and what a request may say in them.

A value that no header allows is a problem 400 that names the header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest

from lienvung import __version__
from lienvung.errors import Invalid

OWN_EXTENSIONS = {"lv": "https://lienvung.vn/ns/"}
VERSIONS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-EPCIS-Min": "1.2.0",
    "GS1-EPCIS-Max": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-CBV-Min": "1.2.0",
    "GS1-CBV-Max": "2.0.0",
    "GS1-EPC-Format": "Always_GS1_Digital_Link",
    "GS1-CBV-XML-Format": "No_Preference",
    "GS1-Vendor-Version": f"lienvung/{__version__}",
    "GS1-Extensions": ",".join(f"{prefix}={uri}" for prefix, uri in OWN_EXTENSIONS.items()),
}
"""What OPTIONS announces; any answer repeats it, with the version and the extensions that are really in it."""

VARIES_BY = (
    "Accept",
    "Authorization",
    "GS1-EPCIS-Version",
    "GS1-EPCIS-Min",
    "GS1-EPCIS-Max",
    "GS1-CBV-Version",
    "GS1-CBV-Min",
    "GS1-CBV-Max",
    "GS1-EPC-Format",
    "GS1-CBV-XML-Format",
    "GS1-Extensions",
)

EPC_FORMATS = ("No_Preference", "Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates")
CBV_FORMATS = ("No_Preference", "Always_Web_URI", "Always_URN", "Never_Translates")
Version = tuple[int, int]
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4})*")
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,63}")
_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f<>\"{}|\\^`]{1,500}")
_MOST_EXTENSIONS = 50
Choice = TypeVar("Choice")


def limits() -> dict[str, str]:
    """What a capture may hold, as announced by OPTIONS and repeated by 413."""
    return {
        "GS1-EPCIS-Capture-Limit": str(settings.CAPTURE_EVENT_LIMIT),
        "GS1-EPCIS-Capture-File-Size-Limit": str(settings.CAPTURE_FILE_SIZE_LIMIT),
        "GS1-Capture-Error-Behaviour": "all",
    }


def refuse_header(name: str, vi: str, en: str) -> Invalid:
    return Invalid("epcis.header", vi=f"{name}: {vi}", en=f"{name}: {en}", path=name)


def version_of(request: HttpRequest, name: str) -> Version | None:
    """Major and minor number of a version header; the third number tells corrections only and is passed over."""
    text = request.headers.get(name, "").strip()
    if not text:
        return None
    if not _VERSION.fullmatch(text):
        raise refuse_header(name, "cần một số phiên bản như 2.0.0", "a version number like 2.0.0 is needed")
    numbers = [int(part) for part in text.split(".")] + [0]
    return numbers[0], numbers[1]


def range_of(request: HttpRequest, vocabulary: str) -> tuple[Version, Version]:
    """The versions that the asker understands: `GS1-{vocabulary}-Min` to `-Max`; one named version alone is both."""
    exact = version_of(request, f"GS1-{vocabulary}-Version") if request.method in {"GET", "HEAD"} else None
    least = version_of(request, f"GS1-{vocabulary}-Min")
    most = version_of(request, f"GS1-{vocabulary}-Max")
    if least is not None and most is not None and least > most:
        raise refuse_header(
            f"GS1-{vocabulary}-Min",
            f"lớn hơn GS1-{vocabulary}-Max",
            f"is higher than GS1-{vocabulary}-Max",
        )
    if least is None and most is None and exact is not None:
        return exact, exact
    return least or (0, 0), most or (9999, 9999)


def choice_of(request: HttpRequest, name: str, choices: Iterable[str]) -> str | None:
    """One of the words that a header allows, or None where it is absent."""
    text = request.headers.get(name, "").strip()
    if not text:
        return None
    allowed = list(choices)
    found = next((word for word in allowed if word.lower() == text.lower()), None)
    if found is None:
        listed = ", ".join(allowed)
        raise refuse_header(name, f"chỉ nhận {listed}", f"only {listed} can be asked for")
    return found


def extensions_of(request: HttpRequest) -> dict[str, str]:
    """Prefix -> namespace of `GS1-Extensions: prefix=uri,prefix2=uri2`."""
    found: dict[str, str] = {}
    for part in request.headers.get("GS1-Extensions", "").split(","):
        if not part.strip():
            continue
        prefix, equals, namespace = (piece.strip() for piece in part.partition("="))
        if not (equals and _PREFIX.fullmatch(prefix) and _NAMESPACE.fullmatch(namespace)):
            raise refuse_header("GS1-Extensions", "cần dạng prefix=uri,prefix2=uri2", "must be prefix=uri,prefix2=uri2")
        if found.setdefault(prefix, namespace) != namespace:
            raise refuse_header("GS1-Extensions", f"{prefix} có hai nghĩa", f"{prefix} has two meanings")
    if len(found) > _MOST_EXTENSIONS:
        raise refuse_header(
            "GS1-Extensions", f"nhiều nhất {_MOST_EXTENSIONS}", f"at most {_MOST_EXTENSIONS} can be given"
        )
    return found


def extensions_text(namespaces: Mapping[str, str]) -> str:
    """What an answer declares: the extensions in it, and our own. What a header cannot hold is left out; it stands in
    the answer's context."""
    return ",".join(
        f"{prefix}={uri}"
        for prefix, uri in {**OWN_EXTENSIONS, **namespaces}.items()
        if _PREFIX.fullmatch(prefix) and _NAMESPACE.fullmatch(uri) and uri.isascii() and "," not in uri
    )


def check_headers(request: HttpRequest) -> None:
    """Raises Invalid for a GS1 header of the request that says nothing, whether or not the answer depends on it."""
    for vocabulary in ("EPCIS", "CBV"):
        version_of(request, f"GS1-{vocabulary}-Version")
        range_of(request, vocabulary)
    choice_of(request, "GS1-EPC-Format", EPC_FORMATS)
    choice_of(request, "GS1-CBV-XML-Format", CBV_FORMATS)
    extensions_of(request)
