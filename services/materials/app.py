"""Puts the materials service together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.materials.routes.api import (  # noqa: F401 - they add to one blueprint
    chapters as _chapters,
    explaining as _explaining,
    makings as _makings,
    reading as _reading,
    removals as _removals,
    search as api,
    shelves as _shelves,
    uploads,
)
from services.materials.routes.desk import (
    arrivals,
    corrections,
    explaining,
    makings,
    publications as desk,
    publishing,
    releases,
    removals,
    shelves,
)
from services.materials.routes.public import library, parts, reader, renditions, search
from services.materials.settings import MaterialsSettings
from shared.database import Database
from shared.tasks import CeleryBell, connect_redis, make_celery
from shared.web.door.app import create_app

if TYPE_CHECKING:
    from flask import Flask

_QUEUES: Final = ("materials", "notifications", "maker")
_FORM_AROUND_FILE: Final = 64 * 1024


def create() -> Flask:
    """Return the WSGI application, its settings read from the environment."""
    settings = MaterialsSettings()
    celery = make_celery(settings.redis_url, queues=_QUEUES)
    bell = CeleryBell(celery, connect_redis(settings.redis_url))
    database = Database(settings.database_url.get_secret_value(), bell=bell, name="academy materials")
    return build(settings, database)


def build(settings: MaterialsSettings, database: Database) -> Flask:
    """Return the application with the settings and the database it is given."""
    return create_app(
        settings,
        service="materials",
        database=database,
        blueprints=[
            api.blueprint,
            uploads.blueprint,
            search.blueprint,
            reader.blueprint,
            parts.blueprint,
            library.blueprint,
            renditions.blueprint,
            desk.blueprint,
            explaining.blueprint,
            releases.blueprint,
            publishing.blueprint,
            corrections.blueprint,
            removals.blueprint,
            makings.blueprint,
            arrivals.blueprint,
            shelves.blueprint,
        ],
        largest_body=settings.upload_limit + _FORM_AROUND_FILE,
    )
