"""A link as somebody wants it, checked before it is written; and link sets read from JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lienvung.errors import Invalid, ManyInvalid, TooLarge
from lienvung.gs1.address import read_address
from lienvung.gs1.elements import AIs
from lienvung.resolver import rules
from lienvung.resolver.link_types import DEFAULT, LINK_TYPES, MULTI, VOC, bare

MOST_LINKS = 10_000  # of one link set
MOST_POSITION = 10_000
NAMES = {  # of a link set's JSON
    "target": "href", "title_vi": "title", "title_en": "title", "languages": "hreflang", "media_type": "type",
    "contexts": "context", "link_type": "", "anchor": "anchor",
}  # fmt: skip
_SAID = ("anchor", "itemDescription", "description")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is said about a link. `anchor`: a Digital Link on any domain, or its path."""

    anchor: str
    link_type: str
    target: str
    title_vi: str = ""
    title_en: str = ""
    languages: tuple[str, ...] = ()
    media_type: str = ""
    contexts: tuple[str, ...] = ()
    default: str = ""
    active_from: datetime | None = None
    active_to: datetime | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that stood every check, with the identifier it is about."""

    draft: Draft
    ais: AIs


def check(draft: Draft, *, plain_http: bool = False, own_hosts: Iterable[str] = (), at: str = "") -> Checked:
    """The draft in one form. Raises ManyInvalid with every fault; paths are field names, behind `at` if given."""
    faults: list[Invalid] = []

    def kept(make: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return make(*arguments, **options)
        except Invalid as fault:
            faults.append(fault)
            return None

    ais = kept(_ais_of, draft.anchor)
    titles = [kept(rules.check_title, getattr(draft, name), path=name) or "" for name in ("title_vi", "title_en")]
    kind = kept(rules.check_kind, draft.link_type)
    if not any(titles) and kind:  # a title is wanted of every link (2.5.3)
        titles = list(LINK_TYPES[kind])
    checked = replace(
        draft,
        anchor=kept(rules.anchor_of, ais) if ais else "",
        link_type=kind or "",
        target=kept(rules.check_target, draft.target, plain_http=plain_http, own_hosts=own_hosts) or "",
        title_vi=titles[0] or titles[1],
        title_en=titles[1] or titles[0],
        languages=kept(rules.check_languages, draft.languages) or (),
        media_type=kept(rules.check_media_type, draft.media_type) or "",
        contexts=kept(rules.check_contexts, draft.contexts) or (),
    )
    kept(rules.check_window, draft.active_from, draft.active_to)
    kept(_check_rest, draft)
    if ais and checked.target and any(rules.ai_of(name) not in _below(ais) for name in rules.names_in(checked.target)):
        faults.append(
            Invalid(
                "resolver.variable",
                vi="Địa chỉ có biến mà mã này và các mức dưới nó không có.",
                en="The target has a variable that neither this identifier nor the levels below it have.",
                path="target",
            )
        )
    if faults:
        raise ManyInvalid([_at(fault, at) for fault in faults])
    return Checked(checked, ais)


def _ais_of(anchor: str) -> AIs:
    try:
        return read_address(rules.anchor_path(anchor)).ais
    except Invalid as fault:
        raise Invalid(fault.code, vi=fault.vi, en=fault.en, path="anchor") from None


def check_anchor(anchor: str, *, at: str = "") -> tuple[str, AIs]:
    """The identifier under which links are kept, in its one form. Raises Invalid."""
    try:
        ais = _ais_of(anchor)
        return rules.anchor_of(ais), ais
    except Invalid as fault:
        raise _at(fault, at) from None


def _below(ais: AIs) -> set[str]:
    """The AIs that an identifier at or below this level can have."""
    below = {"01": ("22", "10", "21", "235"), "8006": ("22", "10", "21"), "414": ("254", "7040"), "8010": ("8011",)}
    more = below.get(ais[0][0], ("7040", "8019", "8020"))
    return {ai for ai, _ in ais} | set(more)


def _check_rest(draft: Draft) -> None:
    if draft.default not in ("", "default", "multi"):
        raise Invalid(
            "resolver.default",
            vi="Mặc định chỉ có thể là: default, multi hoặc trống.",
            en="The default can only be: default, multi or empty.",
            path="default",
        )
    if not 0 <= draft.position <= MOST_POSITION:
        raise Invalid(
            "resolver.position",
            vi=f"Thứ tự từ 0 đến {MOST_POSITION}.",
            en=f"The order is 0 to {MOST_POSITION}.",
            path="position",
        )


def _at(fault: Invalid, at: str) -> Invalid:
    return (
        Invalid(fault.code, vi=fault.vi, en=fault.en, path=f"{at}/{NAMES.get(fault.path, fault.path)}") if at else fault
    )


def read_link_set(document: Any) -> list[tuple[str, Draft]]:
    """The links of an RFC 9264 link set, each with the JSON Pointer where it stands.

    `gs1:defaultLink` and `gs1:defaultLinkMulti` name links that stand under their own type too (2.5.8).
    """
    contexts = document.get("linkset") if isinstance(document, dict) else None
    if not isinstance(contexts, list):
        raise ManyInvalid([_wrong("/linkset", "Cần một danh sách linkset.", "A list linkset is needed.")])
    found: list[tuple[str, Draft]] = []
    faults: list[Invalid] = []
    for number, context in enumerate(contexts):
        try:
            found.extend(_links_of(context, f"/linkset/{number}"))
        except Invalid as fault:
            faults.append(fault)
        if len(found) > MOST_LINKS:
            raise TooLarge(
                "resolver.too_many_links",
                vi=f"Một lần gửi nhiều nhất {MOST_LINKS} liên kết.",
                en=f"At most {MOST_LINKS} links at a time.",
            )
    if faults:
        raise ManyInvalid(faults)
    return found


def _links_of(context: Any, at: str) -> list[tuple[str, Draft]]:
    if not isinstance(context, dict) or not isinstance(context.get("anchor"), str):
        raise _wrong(f"{at}/anchor", "Cần một anchor.", "An anchor is needed.")
    drafts: list[tuple[str, Draft]] = []
    marked: dict[str, list[Draft]] = {}
    position = 0
    for key, value in context.items():
        if key in _SAID:
            continue
        kind, place = bare(key), f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
        for where, target in _targets(value, place):
            draft = _draft(context["anchor"], kind, target, where)
            if kind in (DEFAULT, MULTI):
                marked.setdefault(kind, []).append(draft)
            else:
                drafts.append((where, draft if "position" in target else replace(draft, position=position)))
                position += 1
    return _mark(drafts, marked, at)


def _targets(value: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(value, list):
        raise _wrong(at, "Cần một danh sách liên kết.", "A list of links is needed.")
    for number, target in enumerate(value):
        if not isinstance(target, dict) or not isinstance(target.get("href"), str):
            raise _wrong(f"{at}/{number}/href", "Cần một href.", "A href is needed.")
        yield f"{at}/{number}", target


def _draft(anchor: str, kind: str, target: dict[str, Any], at: str) -> Draft:
    titles = {"vi": _word(target, "title", at), "en": ""}
    told = target.get("title*") or []  # RFC 9264 section 4.2.4.2
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise _wrong(f"{at}/title*", "Cần một danh sách tên.", "A list of titles is needed.")
    for number, one in enumerate(told):
        language = _word(one, "language", f"{at}/title*/{number}")[:2].lower()
        if language in titles:
            titles[language] = _word(one, "value", f"{at}/title*/{number}")
    return Draft(
        anchor,
        kind,
        target["href"],
        titles["vi"],
        titles["en"],
        _words(target, "hreflang", at),
        _word(target, "type", at),
        _words(target, "context", at),
        _one(target, "default", at),
        moment_of(_one(target, "activeFrom", at), f"{at}/activeFrom"),
        moment_of(_one(target, "activeTo", at), f"{at}/activeTo"),
        _number(_one(target, "position", at), f"{at}/position"),
    )


def _word(target: dict[str, Any], name: str, at: str) -> str:
    value = target.get(name, "")
    if not isinstance(value, str):
        raise _wrong(f"{at}/{name}", "Cần một chuỗi.", "A string is needed.")
    return value


def _words(target: dict[str, Any], name: str, at: str) -> tuple[str, ...]:
    value = target.get(name, [])
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or any(not isinstance(word, str) for word in listed):
        raise _wrong(f"{at}/{name}", "Cần một danh sách chuỗi.", "A list of strings is needed.")
    return tuple(listed)


def _one(target: dict[str, Any], name: str, at: str) -> str:
    """A member of our own that has one value, in a list as RFC 9264 (4.2.4.3) wants it."""
    words = _words(target, name, at)
    if len(words) > 1:
        raise _wrong(f"{at}/{name}", "Chỉ một giá trị.", "Only one value.")
    return words[0] if words else ""


def _number(text: str, path: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal()) or int(text[:9]) > MOST_POSITION:
        raise _wrong(path, f"Thứ tự từ 0 đến {MOST_POSITION}.", f"The order is 0 to {MOST_POSITION}.")
    return int(text)


def moment_of(text: str, path: str) -> datetime | None:
    """A date and time with its zone (RFC 3339), "" for none. Raises Invalid."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1 < moment.year < 9999:  # so that it has a date in any zone
        raise Invalid(
            "resolver.request",
            vi="Cần ngày giờ có múi giờ (RFC 3339).",
            en="A date and time with its zone is needed (RFC 3339).",
            path=path,
        )
    return moment


def link_set_of(drafts: Iterable[Draft]) -> dict[str, Any]:
    """An owner's link set: all that `read_link_set` takes, so that nothing is lost on the way there and back.

    Beside RFC 9264 a link has `default`, `position`, `activeFrom`, `activeTo`; its `href` may have variables.
    """
    contexts: dict[str, dict[str, Any]] = {}
    for draft in drafts:
        told: dict[str, Any] = {
            "href": draft.target,
            "title": draft.title_vi,
            "title*": [
                {"value": draft.title_vi, "language": "vi"},
                {"value": draft.title_en, "language": "en"},
            ],
            "hreflang": list(draft.languages),
            "type": draft.media_type,
            "context": list(draft.contexts),
            "default": [draft.default],
            "position": [str(draft.position)],
            "activeFrom": [draft.active_from.isoformat()] if draft.active_from else [],
            "activeTo": [draft.active_to.isoformat()] if draft.active_to else [],
        }
        context = contexts.setdefault(draft.anchor, {"anchor": draft.anchor})
        kept = {name: value for name, value in told.items() if value not in ("", [], [""])}
        context.setdefault(VOC + draft.link_type, []).append(kept)
    return {"linkset": list(contexts.values())}


def _mark(drafts: list[tuple[str, Draft]], marked: dict[str, list[Draft]], at: str) -> list[tuple[str, Draft]]:
    """The drafts with their mark as default or as one of several."""
    defaults, multi = marked.get(DEFAULT, []), marked.get(MULTI, [])
    if len(defaults) > 1:
        raise _wrong(f"{at}/gs1:defaultLink", "Chỉ một liên kết mặc định.", "Only one default link.")
    chosen: dict[int, str] = {}
    for wanted, word in [*((one, "multi") for one in multi), *((one, "default") for one in defaults)]:
        same = [n for n, (_, draft) in enumerate(drafts) if draft.target == wanted.target]
        if word == "multi":
            same = [n for n in same if drafts[n][1].languages == wanted.languages] or same
        if not same:
            raise _wrong(
                f"{at}/gs1:{DEFAULT if word == 'default' else MULTI}",
                "Liên kết mặc định phải có cả dưới loại của nó.",
                "The default link must stand under a type of its own too.",
            )
        chosen[same[0]] = word
    return [(place, replace(draft, default=chosen.get(n, draft.default))) for n, (place, draft) in enumerate(drafts)]


def _wrong(path: str, vi: str, en: str) -> Invalid:
    return Invalid("resolver.link_set", vi=vi, en=en, path=path)
