"""A state machine as a table: which state may follow which, and what is told of it. Each table stands with its noun.

Pure, so that rules may declare one; :mod:`shared.history` moves rows by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.facts.base import Fact

Step = tuple[str | None, str]
"""The state left, None for a beginning, and the state reached."""


@dataclass(frozen=True)
class Machine:
    """The states of one noun and the moves between them. A state without moves is an end.

    ``table`` is where the noun's rows stand, as ``owner.noun``. Their state is the column ``state``, or, when ``mark``
    names a column with a moment, whether that moment is set. ``tells`` says which fact other services hear of a step.
    """

    table: str
    begins: frozenset[str]
    moves: Mapping[str, frozenset[str]]
    tells: Mapping[Step, type[Fact]] = field(default_factory=dict)
    mark: str = ""

    @property
    def noun(self) -> str:
        """What a row is called in the history."""
        return self.table.rpartition(".")[2]

    @property
    def states(self) -> frozenset[str]:
        """Every state there is."""
        return frozenset(self.moves)

    @property
    def ends(self) -> frozenset[str]:
        """The states nothing leads out of."""
        return frozenset(state for state, following in self.moves.items() if not following)

    def allows(self, before: str | None, after: str) -> bool:
        """Say whether ``after`` may follow ``before``; no ``before`` means a beginning."""
        if before is None:
            return after in self.begins
        return after in self.moves.get(before, frozenset())

    def leads_to(self, after: str) -> frozenset[str]:
        """Return the states from which ``after`` may be reached."""
        return frozenset(before for before, following in self.moves.items() if after in following)


def machine(
    table: str,
    *,
    begins: str,
    moves: Mapping[str, str],
    tells: Mapping[Step, type[Fact]] | None = None,
    mark: str = "",
) -> Machine:
    """Return the machine written as ``{state: "states that may follow"}``.

    Refuses a state nobody declared, a fact about a step that cannot be taken, and a mark that would have to tell
    more than two states apart.
    """
    rows = {state: frozenset(following.split()) for state, following in moves.items()}
    beginnings = frozenset(begins.split())
    made = Machine(table, beginnings, rows, dict(tells or {}), mark)
    stray = (beginnings | frozenset().union(*rows.values())) - made.states
    if stray:
        message = f"{table}: {', '.join(sorted(stray))} has no row in the table"
        raise ValueError(message)
    for (before, after), fact in made.tells.items():
        if not made.allows(before, after):
            message = f"{table}: {fact.__name__} is told of no step from {before} to {after}"
            raise ValueError(message)
    if mark and (len(made.states) != len({False, True}) or len(beginnings) != 1):
        message = f"{table}: whether {mark} is set tells one beginning from one other state"
        raise ValueError(message)
    return made
