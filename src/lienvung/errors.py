"""The one tree of errors.

    Problem                     something a caller did that cannot be accepted
    ├── Invalid                 the input is wrong at `path`
    │   └── ManyInvalid         several faults found in one pass (`faults`)
    ├── NotAllowed              who asks may not do this
    ├── NotFound                no such thing
    ├── Conflict                it clashes with what stands (duplicate, race, locked)
    └── TooLarge                over an announced limit

Each carries a stable `code`, a message in Vietnamese and in English, and, where
the fault has a place, a `path` (a JSON Pointer, RFC 6901, or a field's name).
They are raised anywhere and shaped once at the edge: RFC 7807 for the API, an
error summary for a page, one line for the command line.
"""

from __future__ import annotations

from collections.abc import Sequence


class Problem(Exception):
    """Base of all errors that a caller can mend. `code` is dotted: `gs1.check_digit`."""

    status = 400

    def __init__(self, code: str, *, vi: str, en: str, path: str = "") -> None:
        super().__init__(f"{code}: {en}" + (f" ({path})" if path else ""))
        self.code = code
        self.vi = vi
        self.en = en
        self.path = path

    def text(self, language: str) -> str:
        """The message in `language` ("vi" or "en"; anything else gives English)."""
        return self.vi if language.startswith("vi") else self.en


class Invalid(Problem):
    status = 400


class ManyInvalid(Invalid):
    """All the faults of one input, so that the sender mends them in one go."""

    def __init__(self, faults: Sequence[Invalid]) -> None:
        first = faults[0]
        super().__init__(first.code, vi=first.vi, en=first.en, path=first.path)
        self.faults = tuple(faults)


class NotAllowed(Problem):
    status = 403


class NotFound(Problem):
    status = 404


class Conflict(Problem):
    status = 409


class TooLarge(Problem):
    status = 413
