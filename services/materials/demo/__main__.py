"""Loads the demo's library, with the settings of the materials service: ``python -m services.materials.demo``."""

from __future__ import annotations

from services.materials.demo import load
from services.materials.settings import MaterialsSettings
from shared.clock import now
from shared.database import Database


def main() -> None:
    """Load, once."""
    settings = MaterialsSettings()
    database = Database(settings.database_url.get_secret_value(), name="academy demo materials")
    load(database, settings, now=now())
    database.dispose()


if __name__ == "__main__":
    main()
