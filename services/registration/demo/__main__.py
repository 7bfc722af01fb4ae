"""Loads the demo's people and editions: ``python -m services.registration.demo``.

The last line printed is JSON: how to sign in as each member of the staff. ``DEMO_ACCOUNTS`` names a file for it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from services.registration.demo import ACCOUNTS, load
from services.registration.settings import RegistrationSettings
from shared.clock import now
from shared.database import Database


def main() -> None:
    """Load, once, and say how to sign in."""
    settings = RegistrationSettings()
    database = Database(settings.database_url.get_secret_value(), pool_size=1, name="academy demo registration")
    load(database, settings, now=now())
    database.dispose()
    accounts = json.dumps([asdict(account) for account in ACCOUNTS], ensure_ascii=False)
    if path := os.environ.get("DEMO_ACCOUNTS"):
        kept = Path(path)
        kept.touch(mode=0o600)
        kept.write_text(accounts, encoding="utf-8")
    print(accounts)  # noqa: T201 - the launcher reads it


if __name__ == "__main__":
    main()
