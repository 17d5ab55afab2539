"""The names of query families as patterns, and the headers of the binding, for the OpenAPI document."""

from __future__ import annotations

import re
from typing import Any

from lienvung.exchange.headers import CBV_FORMATS, EPC_FORMATS
from lienvung.texts import Text

_PARTS = {
    "field": r"\S*[:#]\S+",
    "uom": "[A-Z0-9]{2,4}",
    "type": r"\S+",
    "attribute": r"\S+",
}


def pattern_of(template: str) -> str:
    """`EQ_ILMD_{field}` -> a pattern of whole names."""
    parts = re.split(r"\{(\w+)\}", template)
    free = _PARTS | ({"field": r"\S+"} if "ATTR" in template else {})
    made = "".join(free[part] if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return f"^{made}$"


def example_of(template: str) -> str:
    """A name of the family."""
    fields = {"field": "example:field", "uom": "KGM", "type": "urn:epcglobal:cbv:btt:po", "attribute": "name"}
    return re.sub(r"\{(\w+)\}", lambda match: fields[match[1]], template)


def _version(vocabulary: str, what: Text) -> tuple[Text, dict[str, Any]]:
    return Text(f"{vocabulary}: {what.vi}", f"{vocabulary}: {what.en}"), {"type": "string", "examples": ["2.0.0"]}


_LEAST, _MOST = Text("phiên bản thấp nhất", "the lowest version"), Text("phiên bản cao nhất", "the highest version")
_OWN = Text("phiên bản của nội dung", "the version of what is sent")
HEADERS: dict[str, tuple[Text, dict[str, Any]]] = {
    "GS1-EPCIS-Version": _version("EPCIS", _OWN),
    "GS1-EPCIS-Min": _version("EPCIS", _LEAST),
    "GS1-EPCIS-Max": _version("EPCIS", _MOST),
    "GS1-CBV-Version": _version("CBV", _OWN),
    "GS1-CBV-Min": _version("CBV", _LEAST),
    "GS1-CBV-Max": _version("CBV", _MOST),
    "GS1-EPC-Format": (Text("Dạng mã định danh", "The form of identifiers"), {"enum": list(EPC_FORMATS)}),
    "GS1-CBV-XML-Format": (Text("Dạng từ CBV trong XML", "The form of CBV words in XML"), {"enum": list(CBV_FORMATS)}),
    "GS1-Extensions": (
        Text("Tiền tố của trường mở rộng: prefix=uri,…", "Prefixes of extensions: prefix=uri,…"),
        {"type": "string", "examples": ["example=https://ns.example.com/epcis/"]},
    ),
    "GS1-Vendor-Version": (Text("Phần mềm và phiên bản", "The software and its version"), {"type": "string"}),
    "GS1-Capture-Error-Behaviour": (
        Text("Khi có lỗi: bỏ tất cả, hay giữ sự kiện đúng", "On a fault: keep nothing, or the good events"),
        {"enum": ["rollback", "proceed", "all"]},
    ),
    "GS1-EPCIS-Capture-Limit": (
        Text("Số sự kiện tối đa một lần gửi", "The most events in one capture"),
        {"type": "integer"},
    ),
    "GS1-EPCIS-Capture-File-Size-Limit": (
        Text("Số byte tối đa một lần gửi", "The most bytes in one capture"),
        {"type": "integer"},
    ),
    "GS1-Next-Page-Token-Expires": (
        Text("Lúc mã trang hết hạn", "When the page token ends"),
        {"type": "string"},
    ),
    "GS1-Signature": (Text("HMAC-SHA256 của nội dung", "HMAC-SHA256 of the body"), {"type": "string"}),
    "Allow": (Text("Các phương thức dùng được", "The methods that can be used"), {"type": "string"}),
    "Link": (
        Text('Trang sau (rel="next"); vắng ở trang cuối', 'The next page (rel="next"); absent on the last'),
        {"type": "string"},
    ),
    "Location": (Text("Địa chỉ của tài nguyên", "The address of the resource"), {"type": "string"}),
    "WWW-Authenticate": (Text("Cách xác thực", "How to authenticate"), {"type": "string"}),
    "Retry-After": (Text("Số giây chờ", "Seconds to wait"), {"type": "string"}),
}
VERSION_HEADERS = (
    "GS1-EPCIS-Version",
    "GS1-CBV-Version",
    "GS1-Extensions",
    "GS1-Vendor-Version",
)
ANNOUNCED = (
    "Allow",
    *(name for name in HEADERS if name.startswith(("GS1-EPCIS-M", "GS1-CBV-M"))),
    "GS1-EPC-Format",
    "GS1-CBV-XML-Format",
)
ASKED = ("GS1-EPCIS-Min", "GS1-EPCIS-Max", "GS1-CBV-Min", "GS1-CBV-Max", "GS1-Extensions")
"""Version headers that any request may have."""
FORMING = ("GS1-EPC-Format", "GS1-CBV-XML-Format")
LIMITS = ("GS1-EPCIS-Capture-Limit", "GS1-EPCIS-Capture-File-Size-Limit", "GS1-Capture-Error-Behaviour")
PROBLEMS: dict[int, tuple[Text, tuple[str, ...]]] = {
    400: (
        Text("Yêu cầu hoặc nội dung sai", "The request or what was sent is wrong"),
        (
            "ValidationException",
            "QueryParameterException",
            "QueryValidationException",
            "SubscriptionControlsException",
        ),
    ),
    401: (Text("Chưa xác thực", "Not authenticated"), ("SecurityException",)),
    403: (Text("Không được phép", "Not allowed"), ("SecurityException",)),
    404: (Text("Không có", "Not there"), ("NoSuchResourceException", "NoSuchNameException")),
    405: (Text("Không dùng được cách này", "No such method here"), ("ImplementationException",)),
    406: (Text("Không trả lời được ở dạng này", "Not to be had in this form"), ("NotAcceptableException",)),
    409: (Text("Đã có", "Already there"), ("ResourceAlreadyExistsException",)),
    411: (Text("Thiếu Content-Length", "Content-Length is missing"), ("ImplementationException",)),
    413: (
        Text("Quá lớn", "Too large"),
        ("CaptureLimitExceededException", "QueryTooLargeException", "QueryTooComplexException"),
    ),
    414: (Text("Địa chỉ quá dài", "The address is too long"), ("URITooLongException",)),
    415: (Text("Không đọc được dạng này", "This media type is not read"), ("UnsupportedMediaTypeException",)),
    500: (Text("Máy chủ lỗi", "The server failed"), ("ImplementationException",)),
    501: (Text("Chưa có", "Not implemented"), ("ImplementationException",)),
    503: (Text("Hãy thử lại sau", "Try again later"), ("ImplementationException",)),
}
