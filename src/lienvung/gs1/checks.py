"""Check digits and check character pairs (GS1 General Specifications, section 7.9)."""

from __future__ import annotations

from lienvung.errors import Invalid

#: The 82 characters of GS1 AI encodable character set 82 and the 39 of set 39 (General Specifications 7.11).
CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
CSET39 = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: the characters of check pairs, in the order of their values
CSET32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def check_digit(digits: str) -> str:
    """The modulo-10 check digit that follows `digits` (General Specifications 7.9.1).

    Weights 3, 1, 3, … from the right.  Raises `gs1.character` unless `digits` is one or more of 0-9.

    >>> check_digit("629104150021")
    '3'
    """
    if not (digits.isascii() and digits.isdigit()):
        raise Invalid(
            "gs1.character",
            vi=f"Chỉ các chữ số 0-9 mới có số kiểm tra; nhận được «{digits[:40]}».",
            en=f"Only the digits 0-9 have a check digit; got '{digits[:40]}'.",
        )
    codes = digits.encode()
    # bytes sum faster than characters convert; 48 ("0") is taken off afterwards
    threes, ones = codes[::-2], codes[-2::-2]
    total = 3 * (sum(threes) - 48 * len(threes)) + sum(ones) - 48 * len(ones)
    return "0987654321"[total % 10]


def check_digit_fits(number: str) -> bool:
    """Whether `number`, its last digit being the check digit, is consistent. The caller knows that it is all digits."""
    codes = number.encode()
    return (sum(codes[::-2]) + 3 * sum(codes[-2::-2]) - 48 * (len(codes) + 2 * (len(codes) // 2))) % 10 == 0


def _primes(count: int) -> tuple[int, ...]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return tuple(found)


_WEIGHTS = _primes(97)
_VALUES = {character: value for value, character in enumerate(CSET82)}


def check_pair(text: str) -> str:
    """The two check characters that follow `text` in a GMN (General Specifications 7.9.5).

    Values in character set 82 weighted by the primes from the right, modulo 1021. Raises `gs1.character` for other
    characters, `gs1.length` beyond 97 of them.

    >>> check_pair("1987654Ad4X4bL5ttr2310c")
    '2K'
    """
    if len(text) > len(_WEIGHTS):
        raise Invalid("gs1.length", vi="Quá dài: nhiều nhất 97 ký tự.", en="Too long: 97 characters at most.")
    if not _VALUES.keys() >= set(text):
        raise Invalid(
            "gs1.character",
            vi="Có ký tự ngoài bộ ký tự 82 của GS1.",
            en="A character is outside GS1 character set 82.",
        )
    total = sum(_VALUES[character] * weight for character, weight in zip(reversed(text), _WEIGHTS)) % 1021
    return CSET32[total >> 5] + CSET32[total & 31]
