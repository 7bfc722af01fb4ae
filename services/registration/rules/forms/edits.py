"""What an organiser does to a form, one act each: from a definition to the next, or a refusal by pydantic."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from services.registration.rules.forms.completeness import texts_of
from services.registration.rules.forms.definitions import FIELD_TYPES, TAKEN, Definition, Field, Section
from services.registration.rules.forms.fields.base import Texts

_KEY: Final = re.compile(r"[^a-z0-9]+")
_LONGEST_KEY: Final = 36


def checked(definition: Definition, **changes: Any) -> Definition:
    """Return ``definition`` with ``changes``, its rules checked again."""
    return Definition.model_validate(definition.model_copy(update=changes).kept())


def free_key(definition: Definition, wish: str) -> str:
    """Return a key like ``wish`` that nothing in the form has."""
    there = {field.key for field in definition.fields()} | {section.key for section in definition.sections} | TAKEN
    plain = _KEY.sub("_", wish.lower()).strip("_")[:_LONGEST_KEY]
    plain = plain if plain[:1].isalpha() else f"f_{plain}"[:_LONGEST_KEY].rstrip("_")
    if plain not in there:
        return plain
    return next(key for number in range(2, 10_000) if (key := f"{plain[: _LONGEST_KEY - 5]}_{number}") not in there)


def add_section(definition: Definition, *, title: Texts, after: str = "") -> Definition:
    """Put an empty section behind the one named, or at the end."""
    section = Section(key=free_key(definition, next(iter(title.values()), "") or "section"), title=title)
    return checked(definition, sections=_placed(definition.sections, section, after))


def add_block(definition: Definition, block: Section) -> Definition:
    """Put a ready section at the end, its keys made free, its conditions following them."""
    keys: dict[str, str] = {}
    so_far = definition
    for field in block.fields:
        keys[field.key] = free_key(so_far, field.key)
        so_far = _with_key_taken(so_far, keys[field.key])
    renamed = _renamed(block.model_dump(mode="json"), keys)
    meant = {field.means for field in definition.fields() if field.means}
    for field_kept in renamed["fields"]:
        if field_kept.get("means") in meant:
            field_kept["means"] = ""
    section = Section.model_validate(renamed | {"key": free_key(so_far, block.key)})
    return checked(definition, sections=(*definition.sections, section))


def add_field(definition: Definition, *, section: str, type_: str, after: str = "") -> Definition:
    """Put an empty field of a type into a section, behind the field named or at its end."""
    field: Any = FIELD_TYPES[type_](key=free_key(definition, type_))
    return _in_section(definition, section, lambda fields: _placed(fields, field, after))


def replace_field(definition: Definition, key: str, values: Mapping[str, Any]) -> Definition:
    """Give a field other words and rules; a new key is followed by the conditions that ask about it."""
    kept = definition.kept()
    for section in kept["sections"]:
        section["fields"] = [dict(values) if field["key"] == key else field for field in section["fields"]]
    wanted = str(values.get("key", key))
    return Definition.model_validate(_renamed(kept, {key: wanted}) if wanted != key else kept)


def replace_section(definition: Definition, key: str, values: Mapping[str, Any]) -> Definition:
    """Give a section another title, explanation or condition."""
    kept = definition.kept()
    kept["sections"] = [
        {**values, "key": key, "fields": section["fields"]} if section["key"] == key else section
        for section in kept["sections"]
    ]
    return Definition.model_validate(kept)


def duplicate(definition: Definition, key: str) -> Definition:
    """Put a copy right behind a field: it means nothing beside itself."""
    home, field = home_of(definition, key)
    again = field.model_copy(update={"key": free_key(definition, key), "means": ""})
    return _in_section(definition, home.key, lambda fields: _placed(fields, again, key))


def remove(definition: Definition, key: str) -> Definition:
    """Take a field or a whole section away."""
    if any(section.key == key for section in definition.sections):
        return checked(definition, sections=tuple(one for one in definition.sections if one.key != key))
    home, _field = home_of(definition, key)
    return _in_section(definition, home.key, lambda fields: tuple(one for one in fields if one.key != key))


def move(definition: Definition, key: str, *, by: int) -> Definition:
    """Move a section, or a field one place up (-1) or down (1): over the edge of its section into the next."""
    sections = list(definition.sections)
    for number, section in enumerate(sections):
        if section.key == key:
            return checked(definition, sections=_shifted(sections, number, by))
    home, _field = home_of(definition, key)
    at, place = sections.index(home), [one.key for one in home.fields].index(key)
    if 0 <= place + by < len(home.fields):
        return _in_section(definition, home.key, lambda fields: _shifted(list(fields), place, by))
    if not 0 <= at + by < len(sections):
        return definition
    return place_field(definition, key, section=sections[at + by].key, at=0 if by > 0 else None)


def place_field(definition: Definition, key: str, *, section: str, at: int | None) -> Definition:
    """Put a field at a place of a section, counted without the field itself; None is its end."""
    home, field = home_of(definition, key)
    kept = definition.kept()
    for one in kept["sections"]:
        one["fields"] = [other for other in one["fields"] if other["key"] != key]
    [moving] = [other for other in home.model_dump(mode="json")["fields"] if other["key"] == field.key]
    [target] = [one for one in kept["sections"] if one["key"] == section]
    target["fields"].insert(len(target["fields"]) if at is None else at, moving)
    return Definition.model_validate(kept)


def with_texts(definition: Definition, texts: Mapping[str, Texts]) -> Definition:
    """Put texts in by their :attr:`~.completeness.Text.address`; an address that is not there is passed over."""
    there = {text.address: text for text in texts_of(definition)}
    kept = definition.model_dump(mode="json")
    for address, words in texts.items():
        if address in there:
            owner, _slash, part = address.partition("/")
            _put(_owner(kept, owner), part, words)
    return Definition.model_validate(kept)


def home_of(definition: Definition, key: str) -> tuple[Section, Field]:
    """Return the section a field stands in, and the field; raises KeyError."""
    for section in definition.sections:
        for field in section.fields:
            if field.key == key:
                return section, field
    raise KeyError(key)


def _owner(kept: dict[str, Any], owner: str) -> dict[str, Any]:
    if not owner:
        return kept
    sections = kept["sections"]
    both: list[dict[str, Any]] = [field for section in sections for field in section["fields"]] + sections
    return next(one for one in both if one["key"] == owner)


def _put(holder: dict[str, Any], part: str, words: Texts) -> None:
    name, _dot, key = part.partition(".")
    if not key:
        holder[name] = {**holder.get(name, {}), **words}
        return
    for option in holder[name]:
        if option["key"] == key:
            option["label"] = {**option["label"], **words}


def _in_section(
    definition: Definition, key: str, change: Callable[[tuple[Field, ...]], tuple[Field, ...]]
) -> Definition:
    return checked(
        definition,
        sections=tuple(
            section.model_copy(update={"fields": change(section.fields)}) if section.key == key else section
            for section in definition.sections
        ),
    )


def _placed(items: Iterable[Any], item: Any, after: str) -> tuple[Any, ...]:
    there = list(items)
    place = next((number + 1 for number, one in enumerate(there) if one.key == after), len(there))
    return (*there[:place], item, *there[place:])


def _shifted(items: list[Any], number: int, by: int) -> tuple[Any, ...]:
    target = max(0, min(len(items) - 1, number + by))
    items.insert(target, items.pop(number))
    return tuple(items)


def _with_key_taken(definition: Definition, key: str) -> Definition:
    held = Section(key=free_key(definition, "held"), fields=(FIELD_TYPES["short_text"](key=key),))
    return definition.model_copy(update={"sections": (*definition.sections, held)})


def _renamed(kept: Any, keys: Mapping[str, str]) -> Any:
    """Return it with fields called otherwise, and every condition that asks about them."""
    if isinstance(kept, list):
        return [_renamed(one, keys) for one in kept]
    if not isinstance(kept, dict):
        return kept
    changed = {name: _renamed(value, keys) for name, value in kept.items()}
    if "rule" in changed and changed.get("field") in keys:
        changed["field"] = keys[changed["field"]]
    if "fields" in changed and isinstance(changed["fields"], list):
        for field in changed["fields"]:
            field["key"] = keys.get(field["key"], field["key"])
    return changed
