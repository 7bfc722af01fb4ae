"""What a line of the desk's table shows, read for one page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.schema.registration import Application, ApplicationLine as Line


@dataclass(frozen=True)
class ApplicationRow:
    """One application as a line of the desk's table."""

    id: UUID
    name: str
    email: str
    country: str
    organisation: str
    language: str
    state: str
    submitted_at: datetime | None
    decision: str | None
    decision_state: str | None
    offer: str | None
    answers: Mapping[str, Any]


def rows_of(session: Session, ids: Sequence[UUID]) -> list[ApplicationRow]:
    """Return these applications as lines of the table, in this order; one that is gone is left out."""
    rows = session.execute(
        select(
            Application.id,
            Application.name,
            Application.email,
            Application.country,
            Application.organisation,
            Application.language,
            Application.state,
            Application.submitted_at,
            Line.proposed,
            Line.released,
            Line.offer,
            Application.answers,
        )
        .join(Line, Line.application_id == Application.id)
        .where(Application.id.in_(ids))
    )
    found = {
        row.id: ApplicationRow(*row[:8], *_standing(row.proposed, row.released), row.offer or None, row.answers)
        for row in rows
    }
    return [found[one] for one in ids if one in found]


def _standing(proposed: str, released: str) -> tuple[str | None, str | None]:
    """Return outcome and state of the decision that is shown: what is proposed, before what is known."""
    return (proposed, "proposed") if proposed else (released, "released") if released else (None, None)
