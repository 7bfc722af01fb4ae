"""A state machine as a table: which state may follow which. Each table stands with its noun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """The states of one noun and the moves between them. A state without moves is an end."""

    noun: str
    begins: frozenset[str]
    moves: Mapping[str, frozenset[str]]

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


def machine(noun: str, *, begins: str, moves: Mapping[str, str]) -> Machine:
    """Return the machine written as ``{state: "states that may follow"}``; refuses a state nobody declared."""
    table = {state: frozenset(following.split()) for state, following in moves.items()}
    beginnings = frozenset(begins.split())
    stray = (beginnings | frozenset().union(*table.values())) - frozenset(table)
    if stray:
        message = f"{noun}: {', '.join(sorted(stray))} has no row in the table"
        raise ValueError(message)
    return Machine(noun, beginnings, table)
