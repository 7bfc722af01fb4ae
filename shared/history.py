"""The only way a state changes: by a move its machine knows, in one row with the fact that tells of it.

A mover takes many ids: one UPDATE that checks the state it leaves, one INSERT for what happened and for who has to
hear it. It works in the transaction of the caller, all or nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from shared.deeds import Deed
from shared.errors import Conflict
from shared.machines import Machine
from shared.movements import bound, movement, state_of, table_of, told_columns
from shared.schema.base import new_id
from shared.telling import Happened, tell
from shared.words.sentences import _l

__all__ = ["Deed", "Moved", "StateChanged", "begin", "begun", "move", "note", "remove"]

More = Mapping[UUID, Mapping[str, object]]
"""What a fact says of a subject beyond the columns of its row."""


class StateChanged(Conflict):
    """Somebody else was quicker. ``standing`` names the subjects that stood elsewhere, None for one that is gone."""

    title = _l("Something changed in the meantime; look again")

    def __init__(self, noun: str = "", standing: Mapping[UUID, str | None] | None = None) -> None:
        super().__init__()
        self.noun = noun
        self.standing = dict(standing or {})


@dataclass(frozen=True)
class Moved:
    """One subject that was moved, and the state it left."""

    id: UUID
    before: str


def move(
    session: Session,
    machine: Machine,
    ids: Iterable[UUID],
    after: str,
    deed: Deed,
    *,
    leaving: str | None = None,
    more: More | None = None,
    **values: Any,
) -> list[Moved]:
    """Move every subject of ``ids`` to ``after`` and tell of it; ``values`` are written with the state.

    Refuses with :class:`StateChanged`, which names them, when any of them stands where the machine, or ``leaving``,
    does not let it go. The rows are locked in the order of their ids, so that two movers never wait for each other.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    allowed = machine.leads_to(after)
    if leaving is not None:
        allowed &= {leaving}
    session.flush()  # what the caller changed on these rows by the unit of work comes first
    written = {**_stands(machine, after, deed), **values}
    asked = {"wanted": wanted, "allowed": sorted(allowed), **bound(written)}
    rows = session.connection().execute(movement(machine, after, written), asked).mappings()
    step = _Step(machine, after, deed, more or {}, {})
    return _tell_moved(session, step, wanted, [dict(row) for row in rows])


def remove(
    session: Session,
    machine: Machine,
    ids: Iterable[UUID],
    after: str,
    deed: Deed,
    *,
    details: Mapping[str, object] | None = None,
) -> list[Moved]:
    """Delete every subject of ``ids``, which ends it in ``after``; tell and refuse as :func:`move` does."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    table, state = table_of(machine), state_of(machine)
    session.flush()  # what the caller changed on these rows by the unit of work comes first
    rows = session.execute(
        delete(table)
        .where(table.c.id.in_(wanted), state.in_(sorted(machine.leads_to(after))))
        .returning(*told_columns(machine, after), state.label("before"))
    ).mappings()
    return _tell_moved(session, _Step(machine, after, deed, {}, details or {}), wanted, [dict(row) for row in rows])


def begin(
    session: Session,
    machine: Machine,
    state: str,
    deed: Deed,
    rows: Sequence[Mapping[str, Any]],
    *,
    more: More | None = None,
) -> list[UUID]:
    """Write new rows of the machine's noun in ``state`` and tell of each; return their ids, in the order given."""
    if not machine.allows(None, state):
        raise StateChanged(machine.noun)
    if not rows:
        return []
    table = table_of(machine)
    session.flush()  # the rows may refer to what the caller added to the unit of work
    full = [{"id": new_id(), **_stands(machine, state, deed), **row} for row in rows]
    session.execute(insert(table).returning(table.c.id), full)  # RETURNING makes it few statements, not one for each
    begun(session, machine, state, deed, full, more=more)
    return [row["id"] for row in full]


def begun(
    session: Session,
    machine: Machine,
    state: str,
    deed: Deed,
    rows: Sequence[Mapping[str, Any]],
    *,
    more: More | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Tell of rows that a statement of the caller's own has just written, such as one that shrugs at repeats."""
    step = _Step(machine, state, deed, more or {}, details or {})
    tell(session, machine.noun, [step.happened(row, None) for row in rows], deed)


def note(
    session: Session,
    noun: str,
    subject_id: UUID,
    deed: Deed,
    *,
    what: str,
    edition_id: UUID | None = None,
    person_id: UUID | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Write down an act that leaves the state as it is, such as an edit.

    ``what`` is the act in one word. ``details`` may hold personal data: they are emptied by erasure, as ``why`` is.
    """
    happened = Happened(subject_id, what, what, edition_id=edition_id, person_id=person_id, details=details or {})
    tell(session, noun, [happened], deed)


@dataclass(frozen=True)
class _Step:
    """What is done alike to all subjects of one call."""

    machine: Machine
    after: str
    deed: Deed
    more: More
    details: Mapping[str, object]

    def happened(self, row: Mapping[str, Any], before: str | None) -> Happened:
        """Return what the step means for one row."""
        subject_id: UUID = row["id"]
        known = {**row, f"{self.machine.noun}_id": subject_id, **self.more.get(subject_id, {})}
        fact = self.machine.tells.get((before, self.after))
        return Happened(
            subject_id,
            before,
            self.after,
            edition_id=known.get("edition_id"),
            person_id=known.get("person_id"),
            fact=None if fact is None else fact.model_validate(known),
            details=self.details,
        )


def _tell_moved(
    session: Session, step: _Step, wanted: Sequence[UUID], rows: Sequence[Mapping[str, Any]]
) -> list[Moved]:
    found = {row["id"]: row for row in rows}
    if len(found) != len(wanted):
        elsewhere = [one for one in wanted if one not in found]
        raise StateChanged(step.machine.noun, _elsewhere(session, step.machine, elsewhere))
    in_order = [found[one] for one in wanted]
    happened = [step.happened(row, row["before"]) for row in in_order]
    tell(session, step.machine.noun, happened, step.deed)
    return [Moved(row["id"], row["before"]) for row in in_order]


def _elsewhere(session: Session, machine: Machine, ids: Collection[UUID]) -> dict[UUID, str | None]:
    table = table_of(machine)
    rows = session.execute(select(table.c.id, state_of(machine)).where(table.c.id.in_(ids)))
    return dict.fromkeys(ids) | dict(rows.all())


def _stands(machine: Machine, state: str, deed: Deed) -> dict[str, Any]:
    """Return the column that says so when a row stands in ``state``."""
    if machine.mark:
        return {machine.mark: None if state in machine.begins else deed.at}
    return {"state": state} if "state" in table_of(machine).c else {}
