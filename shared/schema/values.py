"""Rows as values that JSON can hold, for handing people what is kept about them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, inspect
from sqlalchemy.orm import Session

from shared.schema.base import Base

_HIDDEN: Final = frozenset({"token_hash", "submission_key", "name_as", "name_as_es", "name_as_ar", "words"})
"""Keys and what is computed from the rest, not facts about a person."""


def values_of(row: Base) -> dict[str, Any]:
    """Return the columns of a row by name, as values JSON can hold; keys are left out."""
    return {
        column.key: _plain(getattr(row, column.key))
        for column in inspect(type(row)).column_attrs
        if column.key not in _HIDDEN
    }


def all_values(session: Session, statement: Select[Any]) -> list[dict[str, Any]]:
    """Return the rows that ``statement`` selects, each as :func:`values_of` it."""
    return [values_of(row) for row in session.execute(statement).scalars()]


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list, int, bool, str)) or value is None:
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
