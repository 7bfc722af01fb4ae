"""Searching and sorting by the rules of :mod:`shared.words.folding`, as PostgreSQL applies them.

What long lists are sorted and searched by is folded once, when it is written: a key for each alphabet that has an
order of its own, and the words that a search looks through.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, String, and_, case, func, literal
from sqlalchemy.orm import mapped_column

from shared.words.folding import folded

SortKey = Annotated[str, mapped_column(String(collation="C"))]
"""What :func:`shared.words.folding.sorted_as` returns; compared by code point."""
_OWN_ALPHABETS: Final = ("es", "ar")
_SHORTEST: Final = 3
"""Trigrams find no fewer letters."""
MOST_WORDS: Final = 8


def folded_in_sql(text: SQLColumnExpression[str]) -> ColumnElement[str]:
    """Return what a search compares; look for :func:`shared.words.folding.folded` words in it."""
    return func.words.folded(text)


def sorted_as_in_sql(text: SQLColumnExpression[str], language: str) -> ColumnElement[str]:
    """Return the key of the alphabet of ``language``, compared by code point whatever order the database has."""
    return func.words.sorted_as(text, language).collate("C")


def sort_key(table: Any, column: str, language: str) -> ColumnElement[str]:
    """Return the stored key that puts ``column`` of ``table`` into the order of the alphabet of ``language``."""
    own = f"_{language}" if language in _OWN_ALPHABETS else ""
    found: ColumnElement[str] = getattr(table, f"{column}_as{own}").expression
    return found


def has_words(words: SQLColumnExpression[str], search: str) -> ColumnElement[bool]:
    """Return whether stored ``words``, which begin with a space, hold every word of ``search``.

    A word of one or two letters is looked for where words begin: its trigram starts with a space.
    """
    wanted = folded(search).split()[:MOST_WORDS]
    sought = [word if len(word) >= _SHORTEST else f" {word}" for word in wanted]
    return and_(literal(value=True), *(words.contains(word, autoescape=True) for word in sought))


def lines_sorted_as(
    words: SQLColumnExpression[str], in_spanish: SQLColumnExpression[str | None], language: str
) -> ColumnElement[str]:
    """Return the key of ``language`` for rows that keep folded ``words``, and ``in_spanish`` where that differs."""
    if language == "es":
        return func.coalesce(in_spanish, words).collate("C")
    if language == "ar":
        arabic = and_(words >= "\u0620", words < "\u0700")
        return case((arabic, literal("0") + words), else_=literal("1") + words).collate("C")
    return words.collate("C")
