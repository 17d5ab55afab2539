"""GS1 identification: keys, check digits, Application Identifiers, element strings, Digital Link, EPC URN.

Pure Python, no database. The words are those of the GS1 General Specifications; everything that is refused raises
`lienvung.errors.Invalid` and nothing else.

    canonical_uri   the one form in which an identifier is kept, compared and hashed
    identify        what a text is that a person typed or a scanner read
    DigitalLink     parse, check and build Digital Link URIs
    parse_*, element_string, bracketed, hri     AIs and values, read and written
    to_urn          back to an EPC URN, given the length of the company prefix
"""

from lienvung.gs1.ais import AI, AIS, check_value
from lienvung.gs1.canonical import canonical_uri, lot_of_uri
from lienvung.gs1.checks import check_digit, check_digit_fits, check_pair
from lienvung.gs1.digital_link import DigitalLink
from lienvung.gs1.elements import (
    AIs,
    bracketed,
    check_together,
    element_string,
    hri,
    parse_bracketed,
    parse_element_string,
)
from lienvung.gs1.identity import Identity, identify, to_urn
from lienvung.gs1.urn import Urn, parse_urn

__all__ = [
    "AI",
    "AIS",
    "AIs",
    "DigitalLink",
    "Identity",
    "Urn",
    "bracketed",
    "canonical_uri",
    "check_digit",
    "check_digit_fits",
    "check_pair",
    "check_together",
    "check_value",
    "element_string",
    "hri",
    "identify",
    "lot_of_uri",
    "parse_bracketed",
    "parse_element_string",
    "parse_urn",
    "to_urn",
]
