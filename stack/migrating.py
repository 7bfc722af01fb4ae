"""The migration as a process of its own, so that the long-lived launcher stays small.

Told by the environment: OWNER_DATABASE_URL, ROLE_PASSWORDS (JSON, by service), CREATE_DATABASE (embedded server only).
"""

from __future__ import annotations

import json
import os

from shared.migrations.run import upgrade
from stack.embedded.postgres import ensure_database


def main() -> None:
    """Create the database where asked, migrate it, set the passwords of the service roles."""
    owner_url = os.environ["OWNER_DATABASE_URL"]
    if os.environ.get("CREATE_DATABASE"):
        ensure_database(owner_url)
    upgrade(owner_url, json.loads(os.environ.get("ROLE_PASSWORDS", "{}")))


if __name__ == "__main__":
    main()
