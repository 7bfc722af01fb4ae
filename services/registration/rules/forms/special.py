"""Answers of a special kind are kept sealed: the database, and whoever copies it, holds none of them in clear.

A sealed answer is ``{"sealed": text}`` in place of the answer, bound to the application and the field it was given for.
Pure: the keys come from outside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.registration.rules.forms.compiled import CompiledForm
from shared.errors import Conflict
from shared.keyring import KeyMissingError, KeyRing, SealBrokenError
from shared.words.sentences import _l

SEALED: Final = "sealed"


class NoKeyForAnswers(Conflict):
    """A special answer cannot be sealed, and is not kept in clear."""

    title = _l("These answers cannot be kept yet")

    def __init__(self) -> None:
        super().__init__(_l("The organisers have to give this site a key for special answers first. Write to them."))


class Opened(NamedTuple):
    """Answers in clear. ``lost`` are the fields whose key is gone, or whose seal is broken; they have no answer."""

    answers: dict[str, Any]
    lost: frozenset[str]


def special_fields(form: CompiledForm) -> frozenset[str]:
    """Return the keys of the fields whose answers are sealed."""
    return frozenset(key for key, field in form.by_key.items() if field.sensitivity == "special")


def is_sealed(answer: object) -> bool:
    """Say whether an answer is kept sealed."""
    return isinstance(answer, dict) and answer.keys() == {SEALED}


def seal_special(
    answers: Mapping[str, Any], form: CompiledForm, ring: KeyRing, *, application_id: UUID
) -> dict[str, Any]:
    """Return ``answers`` as they are kept. Raises ``LookupError`` where one must be sealed and there is no key."""
    special = special_fields(form)
    return {
        key: {SEALED: ring.seal(json.dumps(value), place=_place(application_id, key))} if key in special else value
        for key, value in answers.items()
    }


def open_special(answers: Mapping[str, Any], ring: KeyRing, *, application_id: UUID) -> Opened:
    """Return what was kept, in clear."""
    found: dict[str, Any] = {}
    lost = set()
    for key, value in answers.items():
        if not is_sealed(value):
            found[key] = value
            continue
        try:
            found[key] = json.loads(ring.open(value[SEALED], place=_place(application_id, key)))
        except (KeyMissingError, SealBrokenError):
            lost.add(key)
    return Opened(found, frozenset(lost))


def resealed(answers: Mapping[str, Any], ring: KeyRing, *, application_id: UUID) -> dict[str, Any] | None:
    """Return the answers with every seal by the key of today, or None where all are; what cannot be opened stays."""
    after = dict(answers)
    for key, value in answers.items():
        if not is_sealed(value) or ring.is_current(value[SEALED]):
            continue
        opened = open_special({key: value}, ring, application_id=application_id)
        if key not in opened.lost:
            sealed = ring.seal(json.dumps(opened.answers[key]), place=_place(application_id, key))
            after[key] = {SEALED: sealed}
    return None if after == dict(answers) else after


def _place(application_id: UUID, field: str) -> str:
    return f"{application_id}/{field}"
