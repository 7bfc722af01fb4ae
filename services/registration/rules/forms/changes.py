"""What differs between two versions of a form: for the organiser before publishing, for whoever was filling it in."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from services.registration.rules.forms.definitions import Definition
from services.registration.rules.forms.fields.base import Question

Kind = Literal["added", "removed", "changed", "moved"]


class Change(NamedTuple):
    """One field that is not as it was. ``parts`` are the names of what differs, for a changed one."""

    kind: Kind
    field: Question
    parts: tuple[str, ...] = ()

    @property
    def loses_answers(self) -> bool:
        """Whether answers given before have no place, or may not fit, any more."""
        return self.kind == "removed" or "type" in self.parts


def changes_between(before: Definition, after: Definition) -> list[Change]:
    """Return the fields that were added, removed, changed or moved, in the order of the newer form."""
    old = {field.key: field for field in before.fields()}
    new = {field.key: field for field in after.fields()}
    found = [Change("removed", field) for key, field in old.items() if key not in new]
    stays = [key for key in new if key in old]
    stood = [key for key in old if key in new]
    moved = _moved(stood, stays)
    for key, field in new.items():
        if key not in old:
            found.append(Change("added", field))
        elif parts := _parts(old[key], field):
            found.append(Change("changed", field, parts))
        elif key in moved:
            found.append(Change("moved", field))
    return found


def touches_the_rest(before: Definition, after: Definition) -> bool:
    """Say whether titles and explanations of the form or of its sections differ, or their conditions."""
    return _frame(before) != _frame(after)


def _frame(definition: Definition) -> list[Any]:
    sections = [section.model_dump(exclude={"fields"}) for section in definition.sections]
    return [definition.title, definition.explanation, sections]


def _parts(before: Question, after: Question) -> tuple[str, ...]:
    old, new = before.model_dump(), after.model_dump()
    return tuple(name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name))


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Return the fewest keys that explain another order: those outside the longest run that kept its order."""
    place = {key: number for number, key in enumerate(before)}
    best: list[list[str]] = []
    for key in after:
        longest = _longest([run for run in best if place[run[-1]] < place[key]])
        best.append([*longest, key])
    return set(after) - set(_longest(best))


def _longest(runs: list[list[str]]) -> list[str]:
    return max(runs, key=len) if runs else []
