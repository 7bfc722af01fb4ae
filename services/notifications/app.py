"""Puts the notifications service together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.notifications.actions.notices import MAIL_QUEUE
from services.notifications.routes.api import (
    campaigns as api,
    mails as api_mails,
    notices as api_notices,
    reconciliation as api_reconciliation,
    returns as api_returns,
)
from services.notifications.routes.desk import (
    addresses,
    audience,
    campaigns,
    deliveries,
    launches,
    ledger,
    previews,
    reconciliation,
    returns,
    texts,
    webhooks,
)
from services.notifications.routes.public import my_topics, reading, unsubscribe
from services.notifications.settings import NotificationsSettings
from services.notifications.views.figures import held_lanes, mail_flow
from shared.database import Database
from shared.tasks import CeleryBell, connect_redis, make_celery
from shared.web.door.app import create_app

if TYPE_CHECKING:
    from flask import Flask

_QUEUES: Final = ("notifications", MAIL_QUEUE)
_ROUTES: Final = (
    api,
    api_mails,
    api_notices,
    api_reconciliation,
    api_returns,
    addresses,
    audience,
    campaigns,
    deliveries,
    launches,
    ledger,
    my_topics,
    previews,
    reading,
    reconciliation,
    returns,
    texts,
    unsubscribe,
    webhooks,
)


def create() -> Flask:
    """Return the WSGI application, its settings read from the environment."""
    settings = NotificationsSettings()
    bell = CeleryBell(make_celery(settings.redis_url, queues=_QUEUES), connect_redis(settings.redis_url))
    database = Database(settings.database_url.get_secret_value(), bell=bell, name="academy notifications")
    return build(settings, database)


def build(settings: NotificationsSettings, database: Database) -> Flask:
    """Return the application with the settings and the database it is given."""
    return create_app(
        settings,
        service="notifications",
        database=database,
        blueprints=[room.blueprint for room in _ROUTES],
        figures=(held_lanes, mail_flow),
    )
