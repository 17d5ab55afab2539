"""What forms of all rooms share: two languages, and faults of actions put beside their fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazystr
from django.utils.translation import get_language

from lienvung.errors import ManyInvalid, Problem
from lienvung.texts import Text


class Phrase:
    """A text that is said in the reader's language each time it is turned into a string."""

    def __init__(self, vi: str, en: str) -> None:
        self.text = Text(vi, en)

    def __str__(self) -> str:
        return self.text.in_language(get_language() or "vi")


def phrase(vi: str, en: str) -> Any:
    """A label, hint or message in both languages; a lazy string for Django's forms."""
    return lazystr(Phrase(vi, en))


class SpeakingForm(forms.Form):
    """A form whose field faults may come from the rules of an action."""

    use_required_attribute = False  # faults are shown by the page, in its own words and language

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = phrase("Chưa nhập.", "This is missing.")

    def blame(self, problem: Problem) -> None:
        """Put each fault of `problem` beside the field it names, or over the form."""
        language = get_language() or "vi"
        for fault in problem.faults if isinstance(problem, ManyInvalid) else (problem,):
            self.add_error(fault.path if fault.path in self.fields else None, fault.text(language))
