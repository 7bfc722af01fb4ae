"""The ledger, read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.orm import Session

from services.notifications.errors import DeliveryUnknown
from services.notifications.rules.troubles import Lane
from shared.schema.alphabet import MOST_WORDS, lines_sorted_as
from shared.schema.notifications.deliveries import Delivery
from shared.words.folding import folded
from shared.words.languages import SOURCE_LANGUAGE

_NOTICES_WAIT = text("""
SELECT EXISTS (SELECT FROM notifications.delivery
               WHERE campaign_id IS NULL AND state IN ('queued', 'deferred') AND not_before <= now())""")
_CAMPAIGNS_WAIT = text("""
SELECT EXISTS (SELECT FROM notifications.campaign c WHERE c.state = 'sending' AND NOT c.words_changed AND EXISTS (
               SELECT FROM notifications.delivery d WHERE d.campaign_id = c.id
               AND d.state IN ('queued', 'deferred') AND d.not_before <= now()))""")


def mail_waits(session: Session, *, lane: Lane) -> bool:
    """Say whether anything is due to be sent in a lane."""
    return bool(session.execute(_NOTICES_WAIT if lane == "notices" else _CAMPAIGNS_WAIT).scalar_one())


def in_hand(session: Session, *, campaign_id: UUID) -> bool:
    """Say whether a sender holds mail of a campaign."""
    held = select(Delivery.id).where(Delivery.campaign_id == campaign_id, Delivery.state == "sending").exists()
    return bool(session.execute(select(held)).scalar_one())


@dataclass(frozen=True)
class LedgerRow:
    """One line of who got what."""

    id: UUID
    person_id: UUID | None
    addressee: str
    address: str
    locale: str
    state: str
    attempts: int
    reply_code: int | None
    reply_text: str | None
    reason: str | None
    not_before: datetime
    settled_at: datetime | None


def ledger_of(
    session: Session,
    *,
    campaign_id: UUID,
    states: Collection[str] = (),
    search: str = "",
    language: str = SOURCE_LANGUAGE,
    after: UUID | None = None,
    limit: int,
    offset: int = 0,
    total: int | None = None,
) -> Sequence[LedgerRow]:
    """Return one page of a campaign's deliveries, by name; with ``after`` by id instead, for the API.

    With ``total``, how many there are on all pages, a far page is sorted from the end.
    """
    wanted = _narrowed(
        select(*(getattr(Delivery, field.name) for field in fields(LedgerRow))), campaign_id, states, search
    )
    if after is not None:
        wanted = wanted.where(Delivery.id > after).order_by(Delivery.id)
        return [LedgerRow(*row) for row in session.execute(wanted.limit(limit))]
    back = total is not None and offset > total // 2
    if back and total is not None:
        limit = max(0, min(limit, total - offset))
        offset = max(0, total - offset - limit)
    keys: list[ColumnElement[Any]] = [
        lines_sorted_as(Delivery.words, Delivery.words_es, language),
        Delivery.id.expression,
    ]
    ids = _narrowed(select(Delivery.id), campaign_id, states, search).order_by(
        *((key.desc() if back else key.asc()) for key in keys)
    )
    page = list(session.execute(ids.offset(offset).limit(limit)).scalars())
    found = {row.id: LedgerRow(*row) for row in session.execute(wanted.where(Delivery.id.in_(page)))}
    return [found[one] for one in (page[::-1] if back else page)]


def count_ledger(session: Session, *, campaign_id: UUID, states: Collection[str] = (), search: str = "") -> int:
    """Count the deliveries that :func:`ledger_of` would return on all its pages."""
    return int(session.execute(_narrowed(select(func.count()), campaign_id, states, search)).scalar_one())


def _narrowed(wanted: Select[Any], campaign_id: UUID, states: Collection[str], search: str) -> Select[Any]:
    wanted = wanted.where(Delivery.campaign_id == campaign_id)
    if states:
        wanted = wanted.where(Delivery.state.in_(states))
    sought = folded(search).split()[:MOST_WORDS]
    return wanted.where(*(Delivery.words.contains(word, autoescape=True) for word in sought))


def delivery_at(session: Session, *, delivery_id: UUID) -> Delivery:
    """Return one delivery; refuses with DeliveryUnknown."""
    found = session.get(Delivery, delivery_id)
    if found is None:
        raise DeliveryUnknown
    return found


def edition_of_delivery(session: Session, delivery_id: UUID) -> set[UUID] | None:
    """Return the edition that a mail was about; the empty set when about none, None when it is not there."""
    row = session.execute(select(Delivery.edition_id).where(Delivery.id == delivery_id)).first()
    return None if row is None else {row.edition_id} - {None}
