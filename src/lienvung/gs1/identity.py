"""What a text is: Digital Link, EPC URN, element string, bracketed string or bare number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lienvung.errors import Invalid
from lienvung.gs1.canonical import key_of, render
from lienvung.gs1.checks import check_digit_fits
from lienvung.gs1.urn import AIs


@dataclass(frozen=True, slots=True)
class Identity:
    """One reading of a text. `canonical` is '' where no key is in it."""

    form: str
    key: str
    ais: AIs
    canonical: str
    digital_link: str
    urn: str | None = None
    hri: str = ""
    others: tuple[Identity, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {"form": self.form, "key": self.key, "ais": [list(a) for a in self.ais], "canonical": self.canonical}


def identify(text: str) -> Identity:
    """What `text` is. First cut: Digital Links, EPC URNs, bare GTINs, GLNs and SSCCs."""
    text = text.strip()
    ais: AIs | None = None
    form = "digital_link"
    if text.isascii() and text.isdigit() and len(text) in (8, 12, 13, 14, 18) and check_digit_fits(text):
        form = "number"
        ais = (("00", text),) if len(text) == 18 else (("01", text.zfill(14)),)
    else:
        if text[:4].lower() == "urn:":
            form = "epc_urn"
        ais = key_of(text)
    if ais is None:
        raise Invalid(
            "gs1.unknown", vi=f"«{text[:120]}» không phải mã GS1.", en=f"'{text[:120]}' is no GS1 identifier."
        )
    uri = render(ais)
    return Identity(form, {"00": "SSCC", "01": "GTIN"}.get(ais[0][0], ais[0][0]), ais, uri, uri)
