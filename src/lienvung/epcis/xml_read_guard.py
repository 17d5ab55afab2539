"""What is refused of an XML document before it is parsed: document types, other encodings, endless tags."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from lienvung.errors import Invalid, TooLarge

CHUNK = 1 << 16
MAX_TOKEN = 1 << 18


def check_prolog(data: bytes) -> None:
    """What stands before the root element: UTF-8 only, no document type."""
    parser = expat.ParserCreate()

    def declared(version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.upper() not in ("UTF-8", "UTF8", "US-ASCII", "ASCII"):
            raise Invalid(
                "epcis.xml.encoding",
                vi=f"Tài liệu khai bộ mã «{encoding[:40]}»; chỉ nhận UTF-8.",
                en=f"The document declares the encoding '{encoding[:40]}'; only UTF-8 is accepted.",
            )

    def doctype(name: str, system: str | None, public: str | None, inside: int) -> None:
        if system is None and public is None and not inside:
            return  # only a name: nothing is declared, nothing fetched
        raise Invalid(
            "epcis.xml.doctype",
            vi="Tài liệu có DOCTYPE khai báo DTD hoặc thực thể; vì an toàn, không nhận. Hãy bỏ khai báo này.",
            en="The document's DOCTYPE declares a DTD or entities; for safety it is refused. Take it out.",
        )

    parser.XmlDeclHandler = declared
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = _stop
    try:
        for start in range(0, len(data), CHUNK):
            parser.Parse(data[start : start + CHUNK], False)
        parser.Parse(b"", True)
    except Reached:
        pass
    except expat.ExpatError as error:
        raise not_xml(error, error.lineno, error.offset) from None
    finally:
        parser.StartElementHandler = parser.XmlDeclHandler = parser.StartDoctypeDeclHandler = None


class Reached(Exception):
    pass


def _stop(*_: Any) -> None:
    raise Reached


def not_xml(error: Exception, line: int, column: int) -> Invalid:
    said = str(error).partition(":")[0]
    return Invalid(
        "epcis.xml",
        vi=f"Không phải XML đúng: {_REASONS.get(said, 'viết sai cú pháp')} (dòng {line}, cột {column + 1}).",
        en=f"Not proper XML: {said} (line {line}, column {column + 1}).",
    )


_REASONS = {
    "no element found": "tài liệu bị cắt cụt hoặc không có phần tử nào",
    "mismatched tag": "thẻ đóng không khớp thẻ mở",
    "undefined entity": "dùng thực thể không được định nghĩa",
    "duplicate attribute": "một thuộc tính viết hai lần",
    "unbound prefix": "tiền tố chưa khai không gian tên (xmlns)",
    "unclosed token": "tài liệu bị cắt cụt",
    "unclosed CDATA section": "đoạn CDATA chưa đóng",
    "junk after document element": "còn nội dung thừa sau phần tử gốc",
    "not well-formed (invalid token)": "có ký tự không hợp lệ hoặc viết sai cú pháp",
}


def check_tokens(data: bytes) -> None:
    """Refuse a tag or comment over `MAX_TOKEN`: expat reads an unfinished one again with each piece of input."""
    at = 0
    while at + MAX_TOKEN < len(data):
        close = data.rfind(b">", at, at + MAX_TOKEN)
        if close < at + 1:
            start = data.find(b"<", at)
            close = data.find(b">", start)
            if start < 0 or close < 0:
                close = len(data)
            if start >= 0 and close - start > MAX_TOKEN:
                raise TooLarge(
                    "epcis.xml.token",
                    vi=f"Tài liệu có một thẻ hoặc chú thích dài hơn {MAX_TOKEN} byte.",
                    en=f"The document has a tag or comment of more than {MAX_TOKEN} bytes.",
                )
        at = close + 1
