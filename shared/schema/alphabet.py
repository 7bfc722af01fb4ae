"""Searching and sorting columns by the rules of :mod:`shared.words.folding`, as PostgreSQL applies them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, SQLColumnExpression, func


def folded_in_sql(text: SQLColumnExpression[str]) -> ColumnElement[str]:
    """Return what a search compares; look for :func:`shared.words.folding.folded` words in it."""
    return func.words.folded(text)


def sorted_as_in_sql(text: SQLColumnExpression[str], language: str) -> ColumnElement[str]:
    """Return the key of the alphabet of ``language``, compared by code point whatever order the database has."""
    return func.words.sorted_as(text, language).collate("C")
