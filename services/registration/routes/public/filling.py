"""Forms on pages: what was typed, and the questions as HTML. An empty form looks the same to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from flask import render_template
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.definitions import TAKEN, Section
from services.registration.views.questions import sections_of
from shared.web.pages.forms import Form
from shared.words.languages import current_locale

MINUTES_EACH: Final = {"long_text": 2.0}
"""How long a question takes; others take half a minute."""
NOBODY: Final[frozenset[str]] = frozenset()
_MOST_KEPT: Final = 200
_untouched: Final[WeakKeyDictionary[CompiledForm, dict[tuple[Any, ...], Markup]]] = WeakKeyDictionary()


def typed(submitted: MultiDict[str, str]) -> dict[str, Any]:
    """Return what a page's form holds, by the names of its inputs; names with several values have a list."""
    return {
        name: values if len(values := submitted.getlist(name)) > 1 else values[0]
        for name in submitted
        if name not in TAKEN
    }


def questions_html(
    form: CompiledForm,
    filled: Form,
    *,
    languages: Sequence[str],
    sections: Sequence[Section] | None = None,
    leave_out: frozenset[str] = NOBODY,
    fixed: frozenset[str] = NOBODY,
    titled: bool | None = None,
    form_id: UUID | None = None,
) -> Markup:
    """Return the questions of a form, or of some of its ``sections``, filled with what was typed.

    ``leave_out`` are meanings that are not asked, ``fixed`` those that are shown and cannot be typed over. ``form_id``
    is where files are sent to. Nobody's empty questions are rendered once for each language and kept with the form.
    """

    def rendered() -> Markup:
        views = sections_of(form, languages=languages, sections=sections, leave_out=leave_out, fixed=fixed)
        shows_titles = len(form.definition.sections) > 1 if titled is None else titled
        html = render_template(
            "registration/form/questions.html", sections=views, form=filled, titled=shows_titles, form_id=form_id
        )
        return Markup(html)  # noqa: S704 - a template's own output

    if filled.errors or not filled.values.keys() <= {"language"}:
        return rendered()
    kept = _untouched.setdefault(form, {})
    asked = tuple(section.key for section in sections) if sections is not None else None
    address = (current_locale(), tuple(languages), asked, leave_out, fixed, titled, filled.value("language"))
    found = kept.get(address)
    if found is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        found = kept[address] = rendered()
    return found


def minutes_for(sections: Sequence[Section]) -> int:
    """Return how many minutes the questions of some sections take, at least one."""
    asked = [field for section in sections for field in section.fields if field.asks]
    return max(1, round(sum(MINUTES_EACH.get(field.type, 0.5) for field in asked) + 0.4))
