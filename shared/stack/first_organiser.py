"""Makes the first organiser, as registration's own role; started by ``./academy up`` with the service's environment.

The launcher belongs to the shared rooms and may not import a service, so the deed is found by its name.
"""

from __future__ import annotations

import importlib
import sys

from shared.clock import now
from shared.database import Database
from shared.settings import Settings


def main(email: str) -> None:
    """Make the organiser and print what they need to sign in, once."""
    settings = Settings()
    staff = importlib.import_module("services.registration.actions.staff")
    database = Database(settings.database_url.get_secret_value(), pool_size=1, name="first-organiser")
    with database.transaction() as session:
        made = staff.create_first_organiser(session, email=email, settings=settings, now=now())
    print(f"Organiser {email}")  # noqa: T201 - the launcher shows this
    print(f"  passphrase     {made.passphrase}")  # noqa: T201
    print(f"  one-time codes {made.totp_address}")  # noqa: T201
    print(f"Sign in at {settings.public_url}/staff/sign-in; this is shown once.")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
