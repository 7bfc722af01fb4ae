"""Consent, kept with the very words that were agreed to; and what stands between questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from services.registration.rules.forms.fields.base import Problem, Question, Reading
from services.registration.rules.forms.fields.choices import yes_or_no
from shared.words.languages import best_language


class Consent(Question):
    """A box to tick. Its label is what is agreed to: the answer keeps the words, as they were shown."""

    meanings: ClassVar[frozenset[str]] = frozenset({"consent"})
    countable: ClassVar[bool] = True
    type: Literal["consent"] = "consent"

    def read(self, raw: object, reading: Reading) -> object:
        """Return ``{"agreed": true, "wording": words, "language": code}``; an empty box is no answer."""
        agreed = yes_or_no(raw)
        if agreed is None or agreed is False:
            return Problem("consent_missing") if self.required else None
        if isinstance(agreed, Problem):
            return agreed
        language = best_language(self.label, wanted=reading.locale) or reading.locale
        return {"agreed": True, "wording": self.label.get(language, ""), "language": language}

    def typed(self, value: Any) -> dict[str, Any]:
        """Return whether the box is ticked."""
        return {self.key: "yes" if value else "no"}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return yes."""
        return frozenset({"yes"})

    def holding(self, choice: str) -> Any:
        """Return that it was given."""
        return {"agreed": True}

    def choices(self) -> Sequence[str]:
        """Return yes: an empty box is no answer."""
        return ("yes",)

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return true; the words are the form's."""
        return {"const": True} if self.required else {"type": "boolean"}


class Heading(Question):
    """A heading between questions."""

    asks: ClassVar[bool] = False
    type: Literal["heading"] = "heading"


class Explanation(Question):
    """A text between questions; ``help`` is Markdown."""

    asks: ClassVar[bool] = False
    type: Literal["explanation"] = "explanation"
