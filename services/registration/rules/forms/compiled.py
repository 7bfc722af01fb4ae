"""A definition made ready to read answers: once for each version and process, then pure lookups.

Reading asks every question in an order in which conditions find what they wait for. What is hidden is not kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as of
from functools import cached_property
from typing import Any, Final, NamedTuple

from services.registration.rules.forms.conditions import NOTHING_KNOWN, Asked, Known, compiled
from services.registration.rules.forms.definitions import Definition, Section
from services.registration.rules.forms.fields.base import (
    MISSING,
    NO_FILES,
    CameBefore,
    Problem,
    Question,
    Reading,
    Submitted,
)
from services.registration.rules.forms.fields.choices import scarce_choices
from services.registration.rules.forms.fields.files import File

COLUMNS: Final = ("name", "called", "email", "country", "organisation", "language")
"""Meanings that every application has as columns, in which lists sort and filter."""
STEPS: Final = 4
"""So many sections make a form that is filled in by steps."""


@dataclass(frozen=True)
class Answers:
    """One filled-in form, cleaned and bounded, bound to the ``version`` that was filled in."""

    version: int
    known: Mapping[str, str] = of(default_factory=dict)
    """What the house knows of everybody, by meaning."""
    rest: Mapping[str, Any] = of(default_factory=dict)
    """Everything else by field key, as it is stored."""
    consent: str = ""
    """The words that were agreed to."""
    scarce: frozenset[tuple[str, str]] = frozenset()
    """Options chosen that have a number of places: ``(field, option)``."""
    files: frozenset[tuple[str, str]] = frozenset()
    """Files given: ``(field, file)``."""

    @property
    def email(self) -> str:
        """The address."""
        return self.known.get("email", "")

    def columns(self) -> dict[str, str]:
        """Return what lists sort and filter by; what the form does not ask is empty."""
        return {name: self.known.get(name, "") for name in COLUMNS}

    def answers(self) -> dict[str, Any]:
        """Return the rest, as it is kept with the form's version."""
        return dict(self.rest)


def content_hash(columns: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """Return what tells two fillings of a form apart: by :meth:`Answers.columns` and :meth:`Answers.answers`."""
    return hashlib.sha256(json.dumps([columns, answers], sort_keys=True).encode()).hexdigest()


class FormRead(NamedTuple):
    """The answers, or None and what is wrong with them by field."""

    answers: Answers | None
    problems: dict[str, Problem]


class _Step(NamedTuple):
    """One field with what decides whether it is asked."""

    field: Question
    of_section: Asked | None
    of_field: Asked | None


class CompiledForm:
    """One version of a form, ready to read and to show answers."""

    def __init__(self, definition: Definition, version: int) -> None:
        self.definition = definition
        self.version = version
        self.by_key: Final = {field.key: field for field in definition.fields() if field.asks}
        tokens = {key: field.tokens for key, field in self.by_key.items()}
        homes = {field.key: section for section in definition.sections for field in section.fields}
        of_section = {
            section.key: compiled(section.when, tokens) for section in definition.sections if section.when is not None
        }
        self._steps = tuple(
            _Step(
                field,
                of_section.get(homes[key].key),
                compiled(field.when, tokens) if field.when is not None else None,
            )
            for key in definition.in_order()
            if (field := self.by_key.get(key)) is not None
        )
        self._of_section = of_section
        self._of_field = {step.field.key: step.of_field for step in self._steps}

    @property
    def by_steps(self) -> bool:
        """Whether the form is long enough to be filled in section by section."""
        return len(self.definition.sections) >= STEPS

    @cached_property
    def is_conditional(self) -> bool:
        """Whether anything is asked of some only."""
        return any(True for _condition in self.definition.conditions())

    @cached_property
    def listed(self) -> tuple[Question, ...]:
        """Fields that are columns and filters of the desk."""
        return tuple(field for field in self.by_key.values() if field.listed and not field.means)

    @cached_property
    def file_fields(self) -> Mapping[str, File]:
        """The questions that ask for a file."""
        return {key: field for key, field in self.by_key.items() if isinstance(field, File)}

    def collect(self, submitted: Submitted, *, section: Section | None = None) -> dict[str, object]:
        """Return what a page sent, by field key, as :meth:`read` takes it."""
        fields = self.by_key.values() if section is None else (field for field in section.fields if field.asks)
        return {field.key: sent for field in fields if (sent := field.collect(submitted)) is not None}

    def read(
        self,
        raw: Mapping[str, object],
        *,
        languages: Sequence[str],
        locale: str,
        known: Known = NOTHING_KNOWN,
        files: Mapping[str, CameBefore] = NO_FILES,
        within: frozenset[str] | None = None,
        strict: bool = False,
    ) -> FormRead:
        """Return the answers, or what is wrong by field: every field is looked at, nobody corrects one at a time.

        ``files`` are those that may be answers, by their ids. ``within`` leaves out what is missing or wrong in other
        fields than these: a step is read by itself.
        ``strict`` refuses what the form does not ask, as the API does; a page may carry more.
        """
        reading = Reading(languages, locale, files)
        values: dict[str, Any] = {}
        problems: dict[str, Problem] = {}
        for step in self._steps:
            if step.of_section is not None and not step.of_section(values, known):
                continue
            if step.of_field is not None and not step.of_field(values, known):
                continue
            field = step.field
            found = field.read(raw.get(field.key), reading)
            if found is None and field.required:
                found = MISSING
            if isinstance(found, Problem):
                problems[field.key] = found
            elif found is not None:
                values[field.key] = found
        if strict:
            problems |= {key: Problem("not_asked") for key in raw if key not in self.by_key}
        if within is not None:
            problems = {key: problem for key, problem in problems.items() if key in within}
        if problems:
            order = {key: place for place, key in enumerate(self.by_key)}
            return FormRead(None, dict(sorted(problems.items(), key=lambda pair: order.get(pair[0], len(order)))))
        return FormRead(self._answers(values), {})

    def _answers(self, values: Mapping[str, Any]) -> Answers:
        known: dict[str, str] = {}
        rest: dict[str, Any] = {}
        consent = ""
        scarce: set[tuple[str, str]] = set()
        for key, value in values.items():
            field = self.by_key[key]
            scarce |= {(key, option) for option in scarce_choices(field, value)}
            if field.means == "consent":
                consent = value["wording"]
            elif field.means:
                known[field.means] = value
            else:
                rest[key] = value
        return Answers(self.version, known, rest, consent, frozenset(scarce), self._files(rest))

    def again(self, columns: Mapping[str, Any], answers: Mapping[str, Any], *, consent: str) -> Answers:
        """Return what was stored as it was read once."""
        scarce = frozenset(
            (key, option)
            for key, value in answers.items()
            if (field := self.by_key.get(key)) is not None
            for option in scarce_choices(field, value)
        )
        return Answers(self.version, dict(columns), dict(answers), consent, scarce, self._files(answers))

    def _files(self, answers: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
        return frozenset((key, answers[key]["file"]) for key in self.file_fields if key in answers)

    def values(self, columns: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was stored, by field key; what other versions asked is left out."""
        found: dict[str, Any] = {}
        for key, field in self.by_key.items():
            value = columns.get(field.means) if field.means else answers.get(key)
            if value is not None and value != "":
                found[key] = value
        return found

    def typed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return stored values as the inputs of a page hold them; those of another type are left out."""
        found: dict[str, Any] = {}
        for key, value in values.items():
            try:
                found |= self.by_key[key].typed(value)
            except (AttributeError, KeyError, TypeError):
                continue  # given to a version in which the field was of another type
        return found

    def asked(self, values: Mapping[str, Any], known: Known = NOTHING_KNOWN) -> list[Section]:
        """Return the sections that are asked of somebody who gave these answers so far."""
        return [
            section
            for section in self.definition.sections
            if (test := self._of_section.get(section.key)) is None or test(values, known)
        ]

    def so_far(
        self,
        raw: Mapping[str, object],
        *,
        languages: Sequence[str],
        locale: str,
        files: Mapping[str, CameBefore] = NO_FILES,
    ) -> dict[str, Any]:
        """Return the values of a form that is half filled in: what can be read, and is asked."""
        reading = Reading(languages, locale, files)
        values: dict[str, Any] = {}
        for step in self._steps:
            if step.of_section is not None and not step.of_section(values, NOTHING_KNOWN):
                continue
            if step.of_field is not None and not step.of_field(values, NOTHING_KNOWN):
                continue
            found = step.field.read(raw.get(step.field.key), reading)
            if found is not None and not isinstance(found, Problem):
                values[step.field.key] = found
        return values
