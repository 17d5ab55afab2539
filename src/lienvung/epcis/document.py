"""Opening a document: from bytes to the raw slices of its events, whatever stands around them.

An EPCISDocument, an EPCISQueryDocument, one bare event, or a list of bare events.
Limits are checked before anything is built from the input.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import msgspec

from lienvung.epcis.extension import too_deep
from lienvung.epcis.odd import may_be_odd
from lienvung.epcis.repeated import quotes
from lienvung.epcis.scan import IGNORED_NAMES
from lienvung.epcis.wire import decode_raw_list, decode_raw_object, decode_untyped
from lienvung.epcis.xml_read import OpenedXML, open_xml, too_many_events
from lienvung.errors import Invalid, TooLarge

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
MAX_BYTES = 64 * 1024 * 1024
MAX_EVENTS = 100_000
QUERY_PATH = "/epcisBody/queryResults/resultsBody/eventList"
DOCUMENT_PATH = "/epcisBody/eventList"


class Opened(msgspec.Struct, gc=False):
    """The events' raw bytes and the place of the list that holds them ("" for one bare event)."""

    header: dict[str, Any]
    events: list[msgspec.Raw]
    path: str
    ignored: frozenset[str]
    outer_quotes: int | None = None  # quotation marks around the events, counted in what was decoded
    xml: OpenedXML | None = None  # where the document was XML; all else is its JSON form
    odd: bool = False  # somewhere in it is a character that XML cannot hold

    def event_path(self, index: int) -> str:
        return "" if not self.path and "type" in self.header else f"{self.path}/{index}"


def open_document(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_events: int = MAX_EVENTS, loose: bool = False
) -> Opened:
    """Raises `Invalid` for what is no EPCIS JSON or XML, `TooLarge` over a limit. `loose`: XML in any order."""
    if len(data) > max_bytes:
        raise TooLarge(
            "epcis.bytes",
            vi=f"Tài liệu dài {len(data)} byte, quá giới hạn {max_bytes}.",
            en=f"The document has {len(data)} bytes, over the limit of {max_bytes}.",
        )
    if is_wide_xml(data):
        raise Invalid(
            "epcis.xml.encoding",
            vi="Tài liệu XML dùng UTF-16 hoặc UTF-32; chỉ nhận UTF-8.",
            en="The XML document is in UTF-16 or UTF-32; only UTF-8 is accepted.",
        )
    if is_xml(data):
        return _open_translated(data, max_events, loose)
    check_text(data)
    if b"\\" in data and _NUL.search(data):
        raise Invalid(
            "epcis.json.nul",
            vi="Tài liệu chứa ký tự NUL (\\u0000), không dùng được trong văn bản.",
            en="The document contains the character NUL (\\u0000), which no text needs.",
        )
    opened = _open_list(data) if data.lstrip(b" \t\r\n")[:1] == b"[" else _open_object(data)
    if len(opened.events) > max_events:
        raise too_many_events(len(opened.events), max_events)
    opened.odd = may_be_odd(data)
    return opened


def _open_translated(data: bytes, max_events: int, loose: bool) -> Opened:
    xml = open_xml(data, max_events=max_events, loose=loose)
    path = "" if xml.bare else DOCUMENT_PATH
    if xml.header["type"] == "EPCISQueryDocument":
        path = QUERY_PATH
        xml.header["queryResults"] = {"queryName": "", **xml.results}
    events = [msgspec.Raw(event) for event in xml.events]
    return Opened(xml.header, events, path, ignored_names(xml.header), None, xml)


def is_xml(data: bytes) -> bool:
    """Whether the first character is that of a tag; JSON never begins so. A byte order mark is allowed in XML."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:1] == b"<"


def is_wide_xml(data: bytes) -> bool:
    """Whether it is XML in UTF-16 or UTF-32: a tag first, with zero bytes around it and perhaps a byte order mark."""
    start = data[:64]
    marks = start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\xfe\xff" in start[:4]
    return (marks or b"\x00" in start[:4]) and start.strip(b"\xff\xfe\x00 \t\r\n")[:1] == b"<"


def check_text(data: bytes) -> None:
    """Refuse the usual mistakes with words of their own; what else is not UTF-8 fails in decoding."""
    if data[:3] == b"\xef\xbb\xbf":
        raise _not_json("tài liệu bắt đầu bằng dấu BOM, RFC 8259 không cho phép", "it starts with a byte order mark")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:4]:
        raise _not_json("tài liệu dùng UTF-16 hoặc UTF-32, cần UTF-8", "it is UTF-16 or UTF-32, UTF-8 is needed")


def decode_checked(decode: Any, data: Any, path: str = "") -> Any:
    """Run a decoder; whatever is wrong with the text becomes `Invalid` or `TooLarge`."""
    try:
        return decode(data)
    except RecursionError:
        raise too_deep() from None
    except InvalidOperation:
        raise Invalid(
            "epcis.number.range", vi="Một số quá lớn hoặc quá nhỏ.", en="A number is too large or too small.", path=path
        ) from None
    except (msgspec.DecodeError, ValueError) as error:
        raise _not_json(*json_reason(str(error), whole=not path), path) from None


_BYTE = re.compile(r" \(byte ([0-9]+)\)$")
_WRONG_KIND = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<given>[^`]+)`.*")
_KINDS = {
    "object": ("đối tượng", "object"), "array": ("mảng", "array"), "str": ("chuỗi", "string"),
    "int": ("số", "number"), "float": ("số", "number"), "bool": ("true/false", "true/false"), "null": ("null", "null"),
}  # fmt: skip
_REASONS = (  # a part of what the decoder says -> our words
    ("truncated", "tài liệu bị cắt cụt, chưa hết đã dừng", "it is truncated: it ends too early"),
    ("utf-8", "có byte không phải UTF-8", "it has bytes that are not UTF-8"),
    ("surrogate", "chuỗi có \\u… của nửa ký tự UTF-16", "a text has the \\u… of half a UTF-16 pair"),
    ("control character", "chuỗi có ký tự điều khiển chưa mã hoá", "a text has an unescaped control character"),
    ("escape", "chuỗi có dấu \\ viết sai", "a text has a wrong \\ escape"),
    ("out of range", "một số quá lớn hoặc quá nhỏ", "a number is out of range"),
    ("number", "một số viết sai", "a number is not written right"),
    ("trailing comma", "thừa dấu phẩy ở cuối", "there is a comma too many at the end"),
    ("trailing characters", "còn ký tự thừa sau khi tài liệu đã hết", "more characters follow after its end"),
    ("keys must be strings", "tên trường phải là chuỗi trong dấu nháy", "names of members must be strings"),
    ("expected", "thiếu dấu phẩy, dấu hai chấm hoặc dấu đóng ngoặc", "a comma, colon or closing bracket is missing"),
)


def json_reason(said: str, *, whole: bool) -> tuple[str, str]:
    """What the decoder `said`, in Vietnamese and English. `whole`: it decoded the whole input, not a part of it."""
    kind = _WRONG_KIND.fullmatch(said)
    if kind is not None:
        wanted, given = (_KINDS.get(kind[name], (kind[name], kind[name])) for name in ("wanted", "given"))
        return f"cần {wanted[0]}, lại gặp {given[0]}", f"{wanted[1]} wanted, {given[1]} found"
    vi, en = "có ký tự không đúng chỗ", "a character is out of place"
    low = said.lower()
    vi, en = next(((its_vi, its_en) for part, its_vi, its_en in _REASONS if part in low), (vi, en))
    byte = _BYTE.search(said)
    if byte is None:
        return vi, en
    if whole:
        return f"{vi} (byte {byte[1]})", f"{en} (byte {byte[1]})"
    return f"{vi} (byte {byte[1]} của phần này)", f"{en} (byte {byte[1]} of this part)"


def not_utf8(data: bytes) -> Invalid | None:
    """The fault of a text that is not UTF-8, with the place of its first wrong byte in the file."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        at = error.start
        vi, en = f"byte thứ {at} (0x{data[at]:02X}) không phải UTF-8", f"byte {at} (0x{data[at]:02X}) is not UTF-8"
        if is_xml(data):
            return Invalid("epcis.xml", vi=f"Không phải XML đúng (UTF-8): {vi}.", en=f"Not proper XML (UTF-8): {en}.")
        return _not_json(vi, en)
    return None


def _not_json(vi: str, en: str, path: str = "") -> Invalid:
    return Invalid(
        "epcis.json", vi=f"Không phải JSON đúng (UTF-8): {vi}.", en=f"Not proper JSON (UTF-8): {en}.", path=path
    )


def _open_list(data: bytes) -> Opened:
    raws = decode_checked(decode_raw_list, data)
    return Opened({}, raws, "", IGNORED_NAMES)


class _Body(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    eventList: list[msgspec.Raw]


class _Common(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """The usual document, opened in one go."""

    type: Literal["EPCISDocument"]
    epcisBody: _Body
    context: Any = msgspec.field(name="@context", default=msgspec.UNSET)
    schemaVersion: Any = msgspec.UNSET
    creationDate: Any = msgspec.UNSET
    id: Any = msgspec.UNSET
    instanceIdentifier: Any = msgspec.UNSET
    sender: Any = msgspec.UNSET
    receiver: Any = msgspec.UNSET
    epcisHeader: Any = msgspec.UNSET


_HEADER = [(field.name, field.encode_name) for field in msgspec.structs.fields(_Common) if field.name != "epcisBody"]
_decode_common = msgspec.json.Decoder(_Common, float_hook=Decimal).decode


def _open_object(data: bytes) -> Opened:
    try:
        common = _decode_common(data)
    except (msgspec.DecodeError, ValueError, RecursionError, InvalidOperation):
        return _open_any(data)
    header = {}
    for name, member in _HEADER:
        value = getattr(common, name)
        if value is not msgspec.UNSET:
            header[member] = value
    events = common.epcisBody.eventList
    common.epcisBody.eventList = []
    return Opened(header, events, DOCUMENT_PATH, IGNORED_NAMES, quotes(common))


def _open_any(data: bytes) -> Opened:
    members = decode_checked(decode_raw_object, data)
    body = members.pop("epcisBody", None)
    kind = _untyped(members.get("type"), "/type")
    if body is None and kind not in ("EPCISDocument", "EPCISQueryDocument"):
        return Opened(
            {"type": kind, "@context": _untyped(members.get("@context"), "/@context")},
            [msgspec.Raw(data.strip(b" \t\r\n"))],
            "",
            IGNORED_NAMES,
        )
    header = {name: _untyped(raw, "/" + name) for name, raw in members.items()}
    if body is None:
        raise missing("/epcisBody")
    if kind == "EPCISQueryDocument":
        events, results = _query_events(body)
        header["queryResults"] = results
        return Opened(header, events, QUERY_PATH, ignored_names(header, results))
    return Opened(header, _document_events(body), DOCUMENT_PATH, ignored_names(header))


def _document_events(body: Any) -> list[msgspec.Raw]:
    inside = _object(body, "/epcisBody")
    if "eventList" in inside:
        return _list(inside["eventList"], DOCUMENT_PATH)
    if "event" in inside:  # the form of drafts before EPCIS 2.0, still met
        return [inside["event"]]
    raise missing(DOCUMENT_PATH)


def _query_events(body: Any) -> tuple[list[msgspec.Raw], dict[str, Any]]:
    path = "/epcisBody"
    inside = _object(body, path)
    results: dict[str, Any] = {}
    for name in ("queryResults", "resultsBody"):
        path += "/" + name
        if name not in inside:
            raise missing(path)
        inside = _object(inside[name], path)
        results.update(
            (key, _untyped(raw, f"{path}/{key}"))
            for key, raw in inside.items()
            if key not in ("resultsBody", "eventList")
        )
    if "eventList" not in inside:
        raise missing(QUERY_PATH)
    return _list(inside["eventList"], QUERY_PATH), results


def _object(raw: Any, path: str) -> dict[str, Any]:
    if bytes(memoryview(raw)[:1]) != b"{":
        raise wrong_type(path, "một đối tượng JSON", "a JSON object")
    inside: dict[str, Any] = decode_checked(decode_raw_object, raw, path)
    return inside


def _list(raw: Any, path: str) -> list[msgspec.Raw]:
    if bytes(memoryview(raw)[:1]) != b"[":
        raise wrong_type(path, "một mảng JSON", "a JSON array")
    items: list[msgspec.Raw] = decode_checked(decode_raw_list, raw, path)
    return items


def _untyped(raw: Any, path: str) -> Any:
    return None if raw is None else decode_checked(decode_untyped, raw, path)


def ignored_names(*levels: dict[str, Any]) -> frozenset[str]:
    """Extension members that a repository declares as its own additions (`…:ignoreFields`), left out of the hash.

    Not in the CBV text; the public test vectors have it. Only names with a namespace can be ignored.
    """
    names = set(IGNORED_NAMES)
    for level in levels:
        for key, value in level.items():
            if key.endswith(":ignoreFields") and isinstance(value, list):
                names.update(name for name in value if isinstance(name, str) and ":" in name)
    return frozenset(names)


def missing(path: str) -> Invalid:
    name = path.rpartition("/")[2]
    return Invalid("epcis.required", vi=f"Thiếu {name}.", en=f"{name} is missing.", path=path)


def wrong_type(path: str, vi: str, en: str) -> Invalid:
    return Invalid("epcis.type", vi=f"Chỗ này phải là {vi}.", en=f"This must be {en}.", path=path)
