"""A request that comes twice acts once: its key is stored in the transaction of its effect.

A key is locked while its deed is done. Whoever comes second waits, then gets the first one's answer; a crash undoes
deed and key together, so no key is ever stuck.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from shared.errors import Invalid
from shared.schema.outbox.idempotency import IdempotencyKey
from shared.words.sentences import _l


class KeyReused(Invalid):
    """The key was used for another request."""

    title = _l("This idempotency key belongs to another request")


@dataclass(frozen=True)
class Answer:
    """What a deed answers: a status code and a JSON object."""

    status: int
    body: dict[str, Any]


def once(session: Session, *, scope: str, key: str, body: bytes, deed: Callable[[], Answer]) -> Answer:
    """Do ``deed`` unless it was done under ``key`` within ``scope`` (who asks, and for what); return its answer.

    Refuses with :class:`KeyReused` when the key came with another body. A refusal of the deed itself is not kept: the
    same key may try again.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{scope} {key}", 0))))
    body_hash = hashlib.sha256(body).hexdigest()
    known = session.get(IdempotencyKey, (scope, key))
    if known is not None:
        if known.body_hash != body_hash:
            raise KeyReused
        return Answer(known.status, known.answer)
    answer = deed()
    session.execute(
        insert(IdempotencyKey).values(
            scope=scope, key=key, body_hash=body_hash, status=answer.status, answer=answer.body
        )
    )
    return answer
