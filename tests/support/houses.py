"""The three services as they are served, for what must hold in all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.materials.app import build as build_materials
from services.materials.settings import MaterialsSettings
from services.notifications.app import build as build_notifications
from services.notifications.settings import NotificationsSettings
from services.registration.app import build as build_registration
from services.registration.settings import RegistrationSettings
from tests.support.web import settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flask import Flask

    from shared.database import Database

SERVICES = ("registration", "materials", "notifications")


def house(service: str, databases: Mapping[str, Database], folder: Path) -> Flask:
    """Return one service's application with its store in ``folder``."""
    values = settings(store_url=folder.as_uri()).model_dump()
    database = databases[service]
    if service == "registration":
        return build_registration(RegistrationSettings(**values), database)
    if service == "materials":
        return build_materials(MaterialsSettings(**values), database)
    return build_notifications(NotificationsSettings(**values), database)
