"""How many statements a piece of work sends to PostgreSQL: a cost that no busy machine changes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.database import Database


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """Collect what is sent over connections of ``database`` until the block ends; many rows at once are one."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
