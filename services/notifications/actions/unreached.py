"""Whom a mail that matters did not reach: a task for somebody with a telephone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from services.notifications.errors import TaskUnknown
from services.notifications.rules.notices import NOTICES
from services.notifications.rules.unreached import UNREACHED
from shared.deeds import Deed
from shared.history import begun, move
from shared.schema.notifications.returns import Unreached

MATTERS: Final = [notice.kind for notice in NOTICES.values() if notice.matters]

_OPEN: Final = text("""
INSERT INTO notifications.unreached (id, delivery_id, edition_id, person_id, kind, why, opened_at)
SELECT gen_random_uuid(), id, edition_id, person_id, kind, coalesce(nullif(reply_text, ''), reason, ''), now()
FROM notifications.delivery
WHERE id = ANY(:ids) AND kind = ANY(:matters) AND person_id IS NOT NULL AND edition_id IS NOT NULL
ON CONFLICT (delivery_id) DO NOTHING
RETURNING id, delivery_id, edition_id, person_id, kind""")


def open_tasks(session: Session, *, delivery_ids: Collection[UUID]) -> None:
    """Make a task of each delivery whose mail matters; the others, and those that are one already, change nothing."""
    rows = session.execute(_OPEN, {"ids": list(delivery_ids), "matters": MATTERS}).mappings().all()
    if rows:
        moment = session.execute(select(func.now())).scalar_one()
        begun(session, UNREACHED, "open", Deed(None, moment), [dict(row) for row in rows])


def settle_task(session: Session, *, unreached_id: UUID, edition_id: UUID, deed: Deed) -> None:
    """Note that somebody has told the person in another way. A second time changes nothing."""
    _move(session, unreached_id, edition_id, "reached", deed)


def reopen_task(session: Session, *, unreached_id: UUID, edition_id: UUID, deed: Deed) -> None:
    """Take that back."""
    _move(session, unreached_id, edition_id, "open", deed)


def _move(session: Session, unreached_id: UUID, edition_id: UUID, after: str, deed: Deed) -> None:
    found = session.execute(
        select(Unreached.state)
        .where(Unreached.id == unreached_id, Unreached.edition_id == edition_id)
        .with_for_update()
    ).scalar()
    if found is None:
        raise TaskUnknown
    if found != after:
        done = after == "reached"
        by, at = (deed.by, deed.at) if done else (None, None)
        move(session, UNREACHED, [unreached_id], after, deed, reached_by=by, reached_at=at)
