"""Makes the first organiser, as registration's own role; started by ``./academy up`` with the service's environment.

The launcher belongs to the shared rooms and may not import a service, so the deed is found by its name.
"""

from __future__ import annotations

import importlib
import sys

from shared.clock import now
from shared.database import Database
from shared.links import STAFF_INVITATION
from shared.settings import Settings
from shared.tokens import Signer


def main(email: str) -> None:
    """Invite the organiser and print the link that lets them choose a passphrase, once."""
    settings = Settings()
    staff = importlib.import_module("shared.people.actions.staff")
    database = Database(settings.database_url.get_secret_value(), pool_size=1, name="first-organiser")
    with database.transaction() as session:
        invitation_id = staff.create_first_organiser(session, email=email, name=email.partition("@")[0], now=now())
    if invitation_id is None:
        print("There is an organiser already; they invite others at /desk/staff")  # noqa: T201 - the launcher shows this
        return
    token = Signer(settings.secret_key.get_secret_value(), name="stack").sign(STAFF_INVITATION, invitation_id)
    print(f"Organiser {email}")  # noqa: T201
    link = STAFF_INVITATION.address(settings.public_url, token=token)
    print(f"  choose a passphrase within {STAFF_INVITATION.lasts.days} days, once: {link}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
