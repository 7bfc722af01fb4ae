"""What all fields have in common: their words, and how an answer comes in, is checked, and goes back to the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from services.registration.rules.forms.conditions import Condition, Key
from shared.words.cleaning import clean_line, clean_text, room_for
from shared.words.languages import LANGUAGES, text_in

Texts = dict[str, str]
"""A text by language."""
Means = Literal["", "name", "called", "email", "country", "organisation", "language", "consent"]
Sensitivity = Literal["plain", "personal", "special"]
LONGEST_LABEL: Final = 1000
LONGEST_HELP: Final = 4000
FURTHEST: Final = 3650


def _texts(longest: int) -> AfterValidator:
    def check(texts: Texts) -> Texts:
        strange = set(texts) - set(LANGUAGES)
        if strange:
            message = f"not a language of ours: {', '.join(sorted(strange))}"
            raise ValueError(message)
        return {code: words for code, text in texts.items() if (words := clean_text(text, most=longest))}

    return AfterValidator(check)


Label = Annotated[Texts, _texts(LONGEST_LABEL)]
Help = Annotated[Texts, _texts(LONGEST_HELP)]


class Problem(NamedTuple):
    """What is wrong with one answer: the kind of it, and what its sentence names."""

    kind: str
    values: Mapping[str, Any] = {}


MISSING: Final = Problem("missing")
UNREADABLE: Final = Problem("unreadable")
NOT_THERE: Final = Problem("not_there")
"""A choice that the question does not have."""


class CameBefore(NamedTuple):
    """A file that came for a question. ``size`` is in bytes; the ``media_type`` was told by them."""

    field: str
    name: str
    size: int
    media_type: str


NO_FILES: Final[Mapping[str, CameBefore]] = {}


class Reading(NamedTuple):
    """For whom a form is read: the languages of the edition, and the one in which the page was shown.

    ``files`` are those that may be given as answers, by their ids.
    """

    languages: Sequence[str]
    locale: str
    files: Mapping[str, CameBefore] = NO_FILES


class Submitted(Protocol):
    """What a page sent: each name with its values, in their order."""

    def get(self, key: str, /) -> str | None:
        """Return the first value of a name."""

    def getlist(self, key: str, /) -> list[str]:
        """Return every value of a name."""


class Question(BaseModel):
    """One field of a form. Subclasses say which answers there are.

    A value is what JSON holds; None is no answer. ``means`` ties the field to what the house knows of everybody,
    ``listed`` makes it a column and filter of the desk, ``keep_days`` counts from the end of the edition and None is
    the edition's own rule.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    meanings: ClassVar[frozenset[str]] = frozenset()
    """What a field of this type may mean beside itself."""
    asks: ClassVar[bool] = True
    """Whether there is anything to answer."""
    seals: ClassVar[bool] = True
    """Whether an answer can be kept sealed, as special ones are."""
    countable: ClassVar[bool] = False
    """Whether few values are shared by many answers, so that lists can filter by them."""

    type: str = ""
    key: Key
    label: Label = {}
    help: Help = {}
    required: bool = False
    when: Condition | None = None
    sensitivity: Sensitivity = "personal"
    keep_days: Annotated[int, Field(ge=1, le=FURTHEST)] | None = None
    listed: bool = False
    means: Means = ""

    @field_validator("means")
    @classmethod
    def _may_mean(cls, means: str) -> str:
        if means and means not in cls.meanings:
            message = f"a field of this type cannot mean {means}"
            raise ValueError(message)
        return means

    def collect(self, submitted: Submitted) -> object:
        """Return what a page sent for this field, as :meth:`read` takes it; None when nothing was."""
        return submitted.get(self.key)

    def read(self, raw: object, reading: Reading) -> object:
        """Return ``raw`` as a value, cleaned, None for no answer, or the :class:`Problem` it has."""
        return None

    def typed(self, value: Any) -> dict[str, Any]:
        """Return a value as a page's inputs hold it, by their names."""
        return {self.key: str(value)}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return the choices that ``value`` stands for, as conditions name them."""
        return frozenset({str(value)})

    def choices(self) -> Sequence[str]:
        """Return the choices a condition may name; empty where answers are free."""
        return ()

    def holding(self, choice: str) -> Any:
        """Return what every value with this choice contains, as JSONB understands it."""
        return choice

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of a value in an edition of ``languages``."""
        return {}

    def named(self, language: str) -> str:
        """Return the label in ``language``, or in the next one that has it."""
        return text_in(self.label, language)


def line(raw: object, *, most: int) -> str | Problem | None:
    """Return a text of one line, or what is wrong with it; one far too long is refused before any work."""
    return _text(raw, most, clean_line)


def text(raw: object, *, most: int) -> str | Problem | None:
    """Return a text with its line breaks, or what is wrong with it."""
    return _text(raw, most, clean_text)


def _text(raw: object, most: int, clean: Callable[[str], str]) -> str | Problem | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        return UNREADABLE
    if len(raw) > room_for(most):
        return Problem("too_long", {"most": most})
    cleaned = clean(raw)
    return Problem("too_long", {"most": most}) if len(cleaned) > most else cleaned or None
