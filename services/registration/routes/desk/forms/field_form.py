"""The builder's own form: everything about one field or section, to be typed and read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel
from werkzeug.datastructures import MultiDict

from services.registration.rules.forms.condition_texts import Unparsed, parsed, written
from services.registration.rules.forms.conditions import AllOf, Answered, AnyOf, Condition, Is, Not
from services.registration.rules.forms.definitions import FIELD_TYPES, Definition, Section
from services.registration.rules.forms.edits import free_key
from services.registration.rules.forms.fields.base import Question
from shared.words.languages import LANGUAGES
from shared.words.numbers import western_digits
from shared.words.sentences import _, _l

TEXTS: Final = ("label", "help", "unit", "least_label", "most_label", "title", "explanation")
NUMBERS: Final = ("least", "most", "most_mb", "rows", "decimals", "keep_days")
CHOSEN: Final = ("sensitivity", "means", "shown")
TICKED: Final = ("required", "listed", "other")
LISTS: Final = ("options", "rows", "columns")
SPARE_ROWS: Final = 3
CLAIMS: Final = 3
"""How many claims of a condition have a line of their own; more are written as a text."""
P: Final = "f."
"""Before the names of inputs, so that none is called as a question of the preview is."""


class FieldTyped(NamedTuple):
    """What was typed as the values of a field or section, and what is wrong by input."""

    values: dict[str, Any]
    errors: dict[str, object]


def known_field(field: Question) -> dict[str, Any]:
    """Return what the builder's inputs hold for a field."""
    kept = field.model_dump(mode="json")
    found = _texts_known(kept) | {f"{P}{name}": kept[name] for name in (*NUMBERS, *CHOSEN) if _is_plain(kept, name)}
    found |= {f"{P}{name}": "yes" for name in TICKED if kept.get(name)}
    found |= {f"{P}key": field.key, f"{P}type": field.type}
    found |= {f"{P}{name}": list(kept.get(name, ())) for name in ("languages", "kinds")}
    for name in LISTS:
        for number, option in enumerate(kept[name] if isinstance(kept.get(name), list) else ()):
            stem = f"{P}{name}.{number}"
            found |= {f"{stem}.{code}": option["label"].get(code, "") for code in LANGUAGES}
            found |= {f"{stem}.key": option["key"], f"{stem}.places": option.get("places")}
    return found | _condition_known(field.when)


def known_section(section: Section) -> dict[str, Any]:
    """Return what the builder's inputs hold for a section."""
    return _texts_known(section.model_dump(mode="json")) | _condition_known(section.when)


def _is_plain(kept: Mapping[str, Any], name: str) -> bool:
    return kept.get(name) is not None and not isinstance(kept[name], list)


def _texts_known(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{P}{name}.{code}": words
        for name in TEXTS
        if isinstance(kept.get(name), dict)
        for code, words in kept[name].items()
    }


def read_field(submitted: MultiDict[str, str], field: Question, definition: Definition) -> FieldTyped:
    """Return what was typed for a field: what its type has not is left out."""
    model = FIELD_TYPES.get(submitted.get(f"{P}type") or field.type, type(field))
    has = model.model_fields
    values: dict[str, Any] = {"type": submitted.get(f"{P}type") or field.type}
    values["key"] = (submitted.get(f"{P}key") or field.key).strip().lower()
    errors: dict[str, object] = {}
    values |= {name: _texts(submitted, name) for name in TEXTS if name in has}
    for name in NUMBERS:
        typed = western_digits((submitted.get(P + name) or "").strip()).replace(",", ".")
        if name in has and typed and not _is_list(model, name):
            values[name] = typed
    values |= {name: chosen for name in CHOSEN if name in has and (chosen := submitted.get(P + name))}
    values |= {name: bool(submitted.get(P + name)) for name in TICKED if name in has}
    if "languages" in has:
        values["languages"] = submitted.getlist(f"{P}languages") or list(LANGUAGES)
    if "kinds" in has:
        values["kinds"] = submitted.getlist(f"{P}kinds")
    for name in LISTS:
        if name in has and _is_list(model, name):
            values[name] = _options(submitted, name, definition)
    values["when"] = _condition(submitted, errors)
    return FieldTyped(values, errors)


def read_section(submitted: MultiDict[str, str]) -> FieldTyped:
    """Return what was typed for a section."""
    errors: dict[str, object] = {}
    values: dict[str, Any] = {name: _texts(submitted, name) for name in ("title", "explanation")}
    values["when"] = _condition(submitted, errors)
    return FieldTyped(values, errors)


def line_of(name: str) -> int:
    """Return how many lines a list has up to the one that an input stands in."""
    parts = name.split(".")
    return int(parts[2]) + 1 if len(parts) > 2 and parts[2].isdecimal() and len(parts[2]) < 4 else 0  # noqa: PLR2004


def _is_list(model: type[BaseModel], name: str) -> bool:
    return name in LISTS and model.model_fields[name].default == ()


def _texts(submitted: MultiDict[str, str], name: str) -> dict[str, str]:
    return {code: words for code in LANGUAGES if (words := submitted.get(f"{P}{name}.{code}"))}


def _options(submitted: MultiDict[str, str], name: str, definition: Definition) -> list[dict[str, Any]]:
    """Return the lines that have words; a new one gets a key from them, which it keeps when the words change."""
    found: list[dict[str, Any]] = []
    for number in range(max((line_of(key) for key in submitted if key.startswith(f"{P}{name}.")), default=0)):
        stem = f"{P}{name}.{number}"
        label = {code: words for code in LANGUAGES if (words := submitted.get(f"{stem}.{code}"))}
        if not label:
            continue
        key = submitted.get(f"{stem}.key") or _own_key(label, {one["key"] for one in found}, definition)
        places = western_digits((submitted.get(f"{stem}.places") or "").strip())
        found.append({"key": key, "label": label} | ({"places": places} if places else {}))
    return found


def _own_key(label: Mapping[str, str], taken: set[str], definition: Definition) -> str:
    wish = free_key(definition.model_copy(update={"sections": ()}), next(iter(label.values())))
    return next(key for number in range(1, 1000) if (key := wish if number == 1 else f"{wish}_{number}") not in taken)


def _condition_known(when: Condition | None) -> dict[str, Any]:
    """Return a condition as lines with a choice each, or as a text where it is more than that."""
    if when is None:
        return {f"{P}when.join": "all"}
    parts = when.parts if isinstance(when, (AllOf, AnyOf)) else (when,)
    claims = [known for part in parts if (known := _claim_known(part)) is not None]
    if len(claims) < len(parts) or len(parts) > CLAIMS:
        return {f"{P}when.join": "all", f"{P}when.text": written(when)}
    found: dict[str, Any] = {f"{P}when.join": "any" if isinstance(when, AnyOf) else "all"}
    for number, (denied, claim) in enumerate(claims):
        found |= {f"{P}when.{number}": claim, f"{P}when.{number}.not": "yes" if denied else ""}
    return found


def _claim_known(part: Condition) -> tuple[bool, str] | None:
    denied, inner = (True, part.part) if isinstance(part, Not) else (False, part)
    if isinstance(inner, Answered):
        return denied, f"{inner.field} answered"
    if isinstance(inner, Is) and len(inner.values) == 1:
        return denied, f"{inner.field} = {inner.values[0]}"
    return None


def _condition(submitted: MultiDict[str, str], errors: dict[str, object]) -> dict[str, Any] | None:
    text = (submitted.get(f"{P}when.text") or "").strip()
    if not text:
        claims = [
            f"not {claim}" if submitted.get(f"{P}when.{number}.not") else claim
            for number in range(CLAIMS)
            if (claim := submitted.get(f"{P}when.{number}"))
        ]
        text = (" or " if submitted.get(f"{P}when.join") == "any" else " and ").join(claims)
    if not text:
        return None
    try:
        return parsed(text).model_dump(mode="json")
    except Unparsed as stuck:
        near = _("This rule cannot be read near “%(word)s”", word=stuck.near)
        errors[f"{P}when.text"] = near if stuck.near else _l("This rule ends too early")
        return None
