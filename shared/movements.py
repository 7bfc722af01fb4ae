"""The statements by which :mod:`shared.history` moves rows, put together once for each kind of move.

Putting one together takes as long as running it, and a move is on the way of everybody who applies or answers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ARRAY, String, Table, Uuid, any_, bindparam, case, literal, select, update

from shared.schema.base import Base

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Executable

    from shared.facts.base import Fact
    from shared.machines import Machine

_VALUE: Final = "to_{}"
"""What is bound for a column: SQLAlchemy keeps the bare names for itself."""


def movement(machine: Machine, after: str, values: dict[str, Any]) -> Executable:
    """Return the UPDATE that moves the rows ``wanted`` out of one of the states ``allowed``.

    It sets the columns named in ``values`` and returns what is told of each row, and the state it left. The rows are
    locked in the order of their ids.
    """
    facts = tuple(fact for step, fact in machine.tells.items() if step[1] == after)
    return _movement(machine.table, machine.mark, machine.begins, frozenset(machine.states), facts, tuple(values))


def bound(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as :func:`movement` takes them."""
    return {_VALUE.format(name): value for name, value in values.items()}


def table_of(machine: Machine) -> Table:
    """Return the table in which the machine's rows stand."""
    return Base.metadata.tables[machine.table]


def state_of(machine: Machine) -> ColumnElement[str]:
    """Return what says in which state a row stands."""
    return _state(table_of(machine), machine.mark, machine.begins, machine.states)


def told_columns(machine: Machine, after: str) -> list[ColumnElement[Any]]:
    """Return the columns that what is told of the step needs."""
    return _told(table_of(machine), tuple(fact for step, fact in machine.tells.items() if step[1] == after))


@lru_cache(maxsize=512)
def _movement(  # noqa: PLR0917 - everything that makes two moves different
    name: str,
    mark: str,
    begins: frozenset[str],
    states: frozenset[str],
    facts: tuple[type[Fact], ...],
    columns: tuple[str, ...],
) -> Executable:
    table = Base.metadata.tables[name]
    standing = (
        select(table.c.id, _state(table, mark, begins, states).label("before"))
        .where(table.c.id == any_(bindparam("wanted", type_=ARRAY(Uuid))))  # one statement, however many there are
        .order_by(table.c.id)
        .with_for_update()
        .cte("standing")
    )
    return (
        update(table)
        .where(table.c.id == standing.c.id, standing.c.before == any_(bindparam("allowed", type_=ARRAY(String))))
        .values({column: bindparam(_VALUE.format(column), type_=table.c[column].type) for column in columns})
        .returning(*_told(table, facts), standing.c.before.label("before"))
    )


def _state(table: Table, mark: str, begins: frozenset[str], states: frozenset[str]) -> ColumnElement[str]:
    [first, *_rest] = sorted(begins)
    if mark:
        [marked] = states - begins
        return case((table.c[mark].is_(None), first), else_=marked)
    return table.c.state if "state" in table.c else literal(first)


def _told(table: Table, facts: tuple[type[Fact], ...]) -> list[ColumnElement[Any]]:
    told = {"id", "edition_id", "person_id"} | {name for fact in facts for name in fact.model_fields}
    return [column for column in table.c if column.name in told]
