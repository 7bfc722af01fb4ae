"""Who does something, when and why: the argument every action takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Deed:
    """One act. ``by`` is the person who does it, None when the clock or somebody not known yet does.

    ``why`` is in the words of who does it: personal data, kept where erasure can empty it.
    """

    by: UUID | None
    at: datetime
    why: str = ""

    @property
    def doer(self) -> UUID:
        """Who does it: for acts that only somebody known can do, such as those on one's own things."""
        if self.by is None:
            raise LookupError("nobody does this")
        return self.by
