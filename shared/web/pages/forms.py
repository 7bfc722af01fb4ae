"""From a submitted form to a model and back to the page: what was typed is kept, each error stands at its field."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from werkzeug.datastructures import MultiDict

from shared.errors import Invalid
from shared.web.door.typed import Typed, typed_before
from shared.words.cleaning import clean_line, clean_text, room_for
from shared.words.sentences import _, _l

M = TypeVar("M", bound=BaseModel)
SEVERAL_LINES: Final = "several lines"
"""Marks a field whose line breaks are kept: ``Annotated[str, SEVERAL_LINES]``."""
LONGEST: Final = 200_000
"""Characters of a field that sets no bound of its own."""


@dataclass(frozen=True)
class Form:
    """What the fields of a page show: values as typed, errors as sentences in the reader's language."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, object] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """Return what the field holds; empty text when nothing does."""
        found = self.values.get(name)
        return "" if found is None else found

    def is_chosen(self, name: str, choice: object) -> bool:
        """Whether `choice` is the field's value, or one of them."""
        return str(choice) in self.chosen(name)

    def chosen(self, name: str) -> frozenset[str]:
        """Return the field's values as text, enumerations by their value."""
        held = self.values.get(name)
        several = held if isinstance(held, (list, tuple, set, frozenset)) else (held,)
        return frozenset(str(getattr(one, "value", one)) for one in several if one is not None)

    def error(self, name: str) -> str:
        """Return the field's error sentence, or empty text."""
        return str(self.errors.get(name, ""))

    def with_errors(self, errors: Mapping[str, object]) -> Form:
        """Return the same input with more errors, for refusals that name fields (`refusal.errors`)."""
        return Form(self.values, {**self.errors, **errors})


@dataclass(frozen=True)
class Bound(Generic[M]):
    """The outcome of `bind`: a model, or None and a form that says why."""

    model: M | None
    form: Form


def fill(values: Mapping[str, Any] | BaseModel | None = None) -> Form:
    """Make a form to show first: empty, or filled from a model or a mapping.

    Where what was typed comes back (:mod:`shared.web.door.typed`), it stands in place of ``values``.
    """
    known = values.model_dump() if isinstance(values, BaseModel) else dict(values or {})
    typed = typed_before()
    return Form(known if typed is None else _typed_over(known, typed))


def _typed_over(known: dict[str, Any], typed: Typed) -> dict[str, Any]:
    names = dict.fromkeys(name for name, _value in typed.fields)
    if known and not names.keys() & known.keys():
        return known  # another form of the same page
    over: dict[str, Any] = {name: values if len(values := typed.all_of(name)) > 1 else values[0] for name in names}
    unticked = {name: type(value)() for name, value in known.items() if isinstance(value, (bool, list, tuple, set))}
    return {**known, **unticked, **over}


def bind(
    model: type[M],
    submitted: MultiDict[str, str],
    *,
    files: Mapping[str, Any] | None = None,
    messages: Mapping[str, object] | None = None,
) -> Bound[M]:
    """Validate a submitted form against `model`.

    Empty text counts as not answered, so a required field left empty is refused and an optional one gets its default.
    Fields that hold lists take all values of their name; booleans are true when their box is ticked.
    `messages` maps a field's name to its own sentence, said for whatever is wrong with it.
    """
    raw = {**_collect(model, submitted), **(files or {})}
    try:
        return Bound(model.model_validate(raw), Form(_as_typed(model, submitted)))
    except ValidationError as failure:
        own = messages or {}
        errors: dict[str, object] = {}
        for problem in failure.errors(include_url=False):
            name = str(problem["loc"][0]) if problem["loc"] else ""
            errors.setdefault(name, own.get(name) or _sentence(problem))
        order = {name: place for place, name in enumerate(_inputs(model))}
        ordered = dict(sorted(errors.items(), key=lambda pair: order.get(pair[0], len(order))))
        return Bound(None, Form(_as_typed(model, submitted), ordered))


def read_form(model: type[M], submitted: MultiDict[str, str], *, messages: Mapping[str, object] | None = None) -> M:
    """Return a submitted form as `model`; refuses with Invalid, which names the fields.

    For deeds whose form stands on another page (:func:`shared.web.pages.refusing.refused_at`); a form with a page of
    its own is shown again by `bind`.
    """
    bound = bind(model, submitted, messages=messages)
    if bound.model is None:
        raise Invalid(errors=bound.form.errors)
    return bound.model


def _inputs(model: type[BaseModel]) -> dict[str, Any]:
    return {known.alias or name: known.annotation for name, known in model.model_fields.items()}


def _collect(model: type[BaseModel], submitted: MultiDict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field_name, known in model.model_fields.items():
        name, kind = known.alias or field_name, _kind(known.annotation)
        values = [clean for value in submitted.getlist(name) if (clean := _clean(name, value, known))]
        if kind is bool:
            found[name] = bool(values) and values[-1].lower() not in {"false", "0", "no", "off"}
        elif kind in {list, tuple, set, frozenset}:
            found[name] = values
        elif values:
            submitted[name]  # a name with two answers is refused, here as everywhere
            found[name] = values[-1]
    return found


def _clean(name: str, value: str, known: FieldInfo) -> str:
    """Clean what was typed as every text is; secrets stay as typed, and what is far too long is left to be refused."""
    if name.startswith("passphrase"):
        return value
    bounds = (getattr(rule, "max_length", None) for rule in known.metadata)
    most = next((bound for bound in bounds if isinstance(bound, int)), LONGEST)
    if len(value) > room_for(most):
        return value
    return clean_text(value) if SEVERAL_LINES in known.metadata else clean_line(value)


def _as_typed(model: type[BaseModel], submitted: MultiDict[str, str]) -> dict[str, Any]:
    """Keep everything but passwords, lists as lists."""
    several = {name for name, kind in _inputs(model).items() if _kind(kind) in {list, tuple, set, frozenset}}
    return {
        name: submitted.getlist(name) if name in several else submitted.getlist(name)[-1]
        for name in submitted
        if not name.startswith("passphrase") and name not in {"csrf_token", "sent_again"}
    }


def _kind(annotation: Any) -> Any:
    """Return the plain type behind `list[str]`, `bool | None` or `Annotated[...]`."""
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        inner = [_kind(one) for one in get_args(annotation) if one is not type(None)]
        return inner[0] if len(inner) == 1 else str
    return origin or annotation


_EMPTY = _l("Fill this in")
_CHOOSE = _l("Choose one of the answers")
_SENTENCES = {
    "missing": _EMPTY,
    "none_required": _EMPTY,
    "literal_error": _CHOOSE,
    "enum": _CHOOSE,
    "uuid_parsing": _CHOOSE,
    "bool_parsing": _CHOOSE,
    "int_parsing": _l("Enter a whole number, such as 12"),
    "int_from_float": _l("Enter a whole number, such as 12"),
    "float_parsing": _l("Enter a number, such as 12.5"),
    "decimal_parsing": _l("Enter a number, such as 12.50"),
    "date_parsing": _l("Enter a real date, with day, month and year"),
    "date_from_datetime_parsing": _l("Enter a real date, with day, month and year"),
    "datetime_parsing": _l("Enter a real date and time"),
    "datetime_from_date_parsing": _l("Enter a real date and time"),
    "url_parsing": _l("Enter a web address, such as https://example.org"),
    "string_pattern_mismatch": _l("Write this in the form that the hint shows"),
}


def _sentence(problem: Mapping[str, Any]) -> object:
    kind, given = problem["type"], problem.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        cause = given.get("error")
        said = cause.args[0] if isinstance(cause, Exception) and cause.args else None
        return said or _("Check this answer")
    if kind in {"string_too_short", "too_short"}:
        least = given.get("min_length", 1)
        return _EMPTY if least <= 1 else _("Use at least %(least)s characters", least=least)
    if kind in {"string_too_long", "too_long"}:
        return _("Use at most %(most)s characters", most=given.get("max_length"))
    if kind in {"greater_than_equal", "greater_than"}:
        return _("Enter %(least)s or more", least=given.get("ge", given.get("gt")))
    if kind in {"less_than_equal", "less_than"}:
        return _("Enter %(most)s or less", most=given.get("le", given.get("lt")))
    return _SENTENCES.get(kind) or _("Check this answer")
