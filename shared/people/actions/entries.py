"""The answer that let somebody in may get lost on its way; the same browser that asks again is answered the same.

The browser is known by the secret of its forms: a successful answer gives it another, so only one whose answer was
lost, or who pressed twice, still has the one that the link was used up with.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.schema.outbox.idempotency import IdempotencyKey
from shared.secrets import hash_of

if TYPE_CHECKING:
    from sqlalchemy import Table

REACH: Final = timedelta(minutes=10)
"""How long a lost answer may be asked for again: as long as a link that signs in lasts."""

_REMEMBER: Final = insert(cast("Table", IdempotencyKey.__table__)).on_conflict_do_nothing()
"""Put together once: everybody who comes by a link does."""


def remember_entry(session: Session, *, what: str, form: str, person_id: UUID) -> None:
    """Note that the link ``what`` let ``person_id`` in, asked by the browser whose forms have the secret ``form``."""
    if form:
        answer = {"person_id": str(person_id)}
        row = {"scope": what, "key": hash_of(form), "body_hash": "", "status": 303, "answer": answer}
        session.connection().execute(_REMEMBER, row)


def entry_before(session: Session, *, what: str, form: str, now: datetime) -> UUID | None:
    """Return whom the link ``what`` let in a moment ago when this browser asked, or None."""
    answer = session.execute(
        select(IdempotencyKey.answer).where(
            IdempotencyKey.scope == what, IdempotencyKey.key == hash_of(form), IdempotencyKey.created_at > now - REACH
        )
    ).scalar()
    return UUID(answer["person_id"]) if answer else None
