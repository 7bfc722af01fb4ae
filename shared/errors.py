"""The kinds of refusal. A service refuses in the customer's words by subclassing one of them with a ``title``.

No HTTP here: :mod:`shared.web.api.problems` alone turns a kind into a status code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from shared.words.sentences import _l


class Refusal(Exception):  # noqa: N818 - refusals carry the customer's words, not a suffix
    """A deed that the rules forbid, said in words a person understands.

    ``title`` names the refusal and is the same for every instance; ``detail`` says what is particular to this one;
    ``errors`` maps a field's name to what is wrong with it. Titles and details may be lazy translations.
    """

    title: ClassVar[object] = _l("This cannot be done")

    def __init__(self, detail: object = "", *, errors: Mapping[str, object] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = dict(errors or {})

    def __str__(self) -> str:
        return str(self.detail) or str(self.title)


class NotFound(Refusal):
    """The thing does not exist, or its existence is not this person's business."""

    title: ClassVar[object] = _l("Not found")


class Conflict(Refusal):
    """The deed is well formed but clashes with the state of things."""

    title: ClassVar[object] = _l("This clashes with the current state")


class Forbidden(Refusal):
    """The person may not do this."""

    title: ClassVar[object] = _l("You may not do this")


class Invalid(Refusal):
    """What was sent is wrong; ``errors`` says which field and how to put it right."""

    title: ClassVar[object] = _l("Check what you entered")


class TooMany(Refusal):
    """Too many tries in too short a time; ``wait`` says for how many seconds nothing will change about that."""

    title: ClassVar[object] = _l("Too many tries")

    def __init__(self, detail: object = "", *, wait: int = 0) -> None:
        super().__init__(detail)
        self.wait = wait
