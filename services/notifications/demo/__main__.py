"""Loads the demo's mail, with the settings of the notifications service: ``python -m services.notifications.demo``."""

from __future__ import annotations

from services.notifications.demo import load
from services.notifications.settings import NotificationsSettings
from shared.clock import now
from shared.database import Database


def main() -> None:
    """Load, once."""
    settings = NotificationsSettings()
    database = Database(settings.database_url.get_secret_value(), name="academy demo notifications")
    load(database, settings, now=now())
    database.dispose()


if __name__ == "__main__":
    main()
