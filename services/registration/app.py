"""Wires registration into a Flask application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.registration.routes import (
    api_deeds,
    applications,
    desk,
    desk_applications,
    desk_decisions,
    desk_editions,
    editions,
    languages,
    me,
    my_applications,
    offers,
    outbox_desk,
    sign_in,
    staff,
    staff_desk,
    staff_security,
    tokens,
)
from services.registration.settings import RegistrationSettings
from shared.database import Database
from shared.tasks import CeleryBell, connect_redis, make_celery
from shared.web import components_page
from shared.web.app import create_app

if TYPE_CHECKING:
    from flask import Flask

BLUEPRINTS = (
    editions.blueprint,
    applications.blueprint,
    me.blueprint,
    my_applications.blueprint,
    offers.blueprint,
    desk.blueprint,
    desk_applications.blueprint,
    desk_decisions.blueprint,
    desk_editions.blueprint,
    languages.blueprint,
    components_page.blueprint,
    sign_in.blueprint,
    staff.blueprint,
    staff_security.blueprint,
    staff_desk.blueprint,
    tokens.blueprint,
    outbox_desk.blueprint,
    api_deeds.blueprint,
)


def create() -> Flask:
    """Return the application, told everything by the environment."""
    settings = RegistrationSettings()
    redis = connect_redis(settings.redis_url)
    bell = CeleryBell(make_celery(settings.redis_url, queues=("registration", "materials", "notifications")), redis)
    database = Database(settings.database_url.get_secret_value(), bell=bell, name="academy registration")
    return build(settings, database)


def build(settings: RegistrationSettings, database: Database) -> Flask:
    """Return the application with the settings and the database it is given."""
    return create_app(settings, service="registration", database=database, blueprints=BLUEPRINTS)
