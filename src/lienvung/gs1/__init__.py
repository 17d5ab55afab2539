"""GS1 identification: keys, check digits, Application Identifiers, element strings, Digital Link, EPC URN.

Pure Python, no database. Words are those of the GS1 General Specifications.
"""

from lienvung.gs1.canonical import canonical_uri, lot_of_uri
from lienvung.gs1.checks import check_digit
from lienvung.gs1.identity import Identity, identify

__all__ = ["Identity", "canonical_uri", "check_digit", "identify", "lot_of_uri"]
