"""Reads every setting as the services and the worker will: ``python -m stack.reading_settings``.

Exit code 1 and one sentence when one cannot be used. The launcher asks before it starts anything, in a process of its
own because it stays small, so that no part dies over and over of what was known beforehand.
"""

from __future__ import annotations

import importlib
import os
import runpy
from pathlib import Path

from shared.settings import UnusableSettings
from stack.addresses import SERVICES


def main() -> None:
    """Read the settings of each service, told the role it logs in with, and those of the server it runs in."""
    for service in SERVICES:
        rooms = importlib.import_module(f"services.{service}.settings")
        kind = getattr(rooms, f"{service.capitalize()}Settings")
        kind(database_url=os.environ[f"{service.upper()}_DATABASE_URL"])
    try:
        runpy.run_path(str(Path(__file__).with_name("gunicorn_settings.py")))
    except ValueError as error:
        raise UnusableSettings(f"WEB_WORKERS and WEB_THREADS must be whole numbers: {error}.") from None


if __name__ == "__main__":
    main()
