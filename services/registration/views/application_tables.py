"""The desk's table of applications: which columns there are, and its cells as plain text for a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from services.registration.queries.application_rows import ApplicationRow
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.fields.base import Question
from services.registration.rules.forms.special import is_sealed
from services.registration.views import wording
from services.registration.views.answers import shown
from services.registration.views.questions import said
from shared.web.pages.tables import Column
from shared.words.formats import country_name, language_name
from shared.words.sentences import _l

ASKED: Final = "a."
"""Before the key of a question that is a column and a filter, so that it is called as no column of ours is."""
COLUMNS: Final = (
    Column("name", _l("Name"), sortable=True, kind="main"),
    Column("country", _l("Country"), sortable=True),
    Column("organisation", _l("Organisation"), sortable=True, wide=True),
    Column("language", _l("Language"), sortable=True, wide=True),
    Column("state", _l("State"), sortable=True),
    Column("decision", _l("Decision")),
    Column("submitted_at", _l("Submitted"), sortable=True, kind="date"),
)
EMAIL: Final = Column("email", _l("E-mail address"), wide=True)
CHOSEN: Final = "cols"
"""The argument that names the columns of a view, with commas between them."""
_BREAK: Final = Markup("<br>")


def questions_of(form: CompiledForm) -> dict[str, Question]:
    """Return the questions that can be columns, by the keys of these; special ones are looked at one by one."""
    return {
        ASKED + field.key: field for field in form.by_key.values() if not field.means and field.sensitivity != "special"
    }


def all_columns(form: CompiledForm) -> list[Column]:
    """Return every column that a view may have."""
    first, *others = COLUMNS
    asked = [Column(key, said(field.label) or field.key, wide=True) for key, field in questions_of(form).items()]
    return [first, EMAIL, *others, *asked]


def columns_of(wanted: str, form: CompiledForm) -> list[Column]:
    """Return the columns that a view names, or those of a view that names none; the name stands first in any case."""
    keys = {one for one in wanted.split(",") if one}
    usual = {column.key for column in COLUMNS} | {ASKED + field.key for field in form.listed}
    known = all_columns(form)
    return [column for column in known if column.key == "name" or column.key in (keys or usual)]


class Cells:
    """Rows as plain text. What many answers share is put into words once."""

    def __init__(self, columns: Sequence[Column], form: CompiledForm, *, time_zone: str) -> None:
        zone = ZoneInfo(time_zone)
        ours: dict[str, Callable[[ApplicationRow], str]] = {
            "country": lambda row: self._once("country", row.country, country_name),
            "language": lambda row: self._once("language", row.language, language_name),
            "state": lambda row: str(wording.APPLICATION[row.state][0]),
            "decision": _decision,
            "submitted_at": lambda row: (
                row.submitted_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if row.submitted_at else ""
            ),
        }
        asked = questions_of(form)
        self._known: dict[tuple[str, str], str] = {}
        self._makers = [
            self._answer(asked[one.key]) if one.key in asked else ours.get(one.key) or _plain(one.key)
            for one in columns
        ]

    def of(self, row: ApplicationRow) -> list[str]:
        """Return the cells of one application, in the order of the columns."""
        return [make(row) for make in self._makers]

    def _answer(self, field: Question) -> Callable[[ApplicationRow], str]:
        key, shared = field.key, bool(field.choices())

        def make(row: ApplicationRow) -> str:
            value = row.answers.get(key)
            if value is None or is_sealed(value):
                return ""
            if shared and isinstance(value, str | bool):
                return self._once(key, str(value), lambda _text: text_of(shown(field, value)))
            return value if field.type in {"text", "long_text"} else text_of(shown(field, value))

        return make

    def _once(self, what: str, value: str, say: Callable[[str], str]) -> str:
        known = self._known.get((what, value))
        if known is None:
            known = self._known[what, value] = say(value)
        return known


def text_of(words: object) -> str:
    """Return what a page shows as plain text: line breaks become semicolons, marks go."""
    if not isinstance(words, Markup):
        return str(words)
    return "; ".join(str(part.striptags()) for part in words.split(_BREAK))


def _plain(key: str) -> Callable[[ApplicationRow], str]:
    return lambda row: str(getattr(row, key))


def _decision(row: ApplicationRow) -> str:
    if row.offer and row.decision_state == "released":
        return str(wording.OFFER[row.offer][0])
    return str(wording.OUTCOME[row.decision][0]) if row.decision else ""


def shown_in(row: Mapping[str, Any], field: Question) -> object:
    """Return an answer as the table shows it, nothing of what is sealed."""
    value = row.get(field.key)
    return "" if is_sealed(value) else shown(field, value)
