"""Calls the webhooks that are due, one after the other, beside the postmen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from services.notifications.actions.webhooks import claim_call, record_call
from services.notifications.gateways.outside import Answer, call
from services.notifications.rules.webhooks import body_of, secret_of, signed_headers
from shared.clock import now

if TYPE_CHECKING:
    from services.notifications.settings import NotificationsSettings
    from shared.database import Database

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0


def call_next(database: Database, settings: NotificationsSettings) -> Answer | None:
    """Make the call that is due longest; return what came of it, None when there was none."""
    with database.transaction() as session:
        due = claim_call(session)
    if due is None:
        return None
    body = body_of(told=due.told, happened_at=due.happened_at, delivery_id=due.delivery_id, reference=due.reference)
    secret = secret_of(settings.webhook_key, due.webhook_id)
    headers = signed_headers(secret, call_id=due.id, now=now(), body=body)
    answer = call(due.url, headers=headers, body=body, allowed=settings.webhook_networks)
    with database.transaction() as session:
        record_call(session, due=due, arrived=answer.taken, code=answer.code, said=answer.said)
    return answer


def call_webhooks(
    *,
    database: Database,
    settings: NotificationsSettings,
    stopping: Callable[[], bool],
    alive: Callable[[float], None],
    rest: Callable[[float], object],
) -> None:
    """Call what is due until ``stopping``. ``alive`` is told for how many seconds not to worry."""
    while not stopping():
        alive(120.0)
        try:
            if call_next(database, settings) is not None:
                continue
        except SQLAlchemyError as error:
            log.warning("the database is out of reach: %s", type(error).__name__)
        rest(LOOK_SECONDS)
