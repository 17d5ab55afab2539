"""In which form events are answered: the headers of the standard that choose it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

EpcFormat = Literal["No_Preference", "Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates"]
CbvXmlFormat = Literal["No_Preference", "Always_Web_URI", "Always_URN", "Never_Translates"]


@dataclass(frozen=True)
class Form:
    """`version` "1.2" asks for EPCIS 1.2 (XML only). `extensions` says what prefixes in parameter names stand for."""

    epcs: EpcFormat | None = None
    words: CbvXmlFormat | None = None
    version: Literal["1.2", "2.0"] | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)

    def headers(self) -> dict[str, str]:
        chosen = {
            "GS1-EPC-Format": self.epcs,
            "GS1-CBV-XML-Format": self.words,
            "GS1-EPCIS-Min": self.version and f"{self.version}.0",
            "GS1-EPCIS-Max": self.version and f"{self.version}.0",
            "GS1-Extensions": extension_header(self.extensions) or None,
        }
        return {name: value for name, value in chosen.items() if value is not None}


PLAIN = Form()


def extension_header(extensions: Mapping[str, str]) -> str:
    """`prefix=uri,prefix2=uri2`, the value of GS1-Extensions."""
    return ",".join(f"{prefix}={uri}" for prefix, uri in extensions.items())
