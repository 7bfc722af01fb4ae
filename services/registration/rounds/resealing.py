"""Seals special answers anew by the first of the keys: ``./academy reseal``, after a new key was put in front."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from services.registration.actions.responses import reseal_answers
from services.registration.settings import RegistrationSettings, ring_of
from shared.database import Database

if TYPE_CHECKING:
    from shared.keyring import KeyRing

BATCH: Final = 500


def reseal_all(database: Database, ring: KeyRing) -> int:
    """Seal what another key sealed, a batch in each transaction; return how many sets of answers changed."""
    total, after = 0, None
    while True:
        with database.transaction() as session:
            changed, after = reseal_answers(session, ring=ring, limit=BATCH, after=after)
        total += changed
        if after is None:
            return total


def main() -> int:
    """Seal everything by the first key and say how much that was."""
    settings = RegistrationSettings()
    ring = ring_of(settings.special_keys.get_secret_value())
    if ring.current is None:
        sys.stdout.write("There is no key: SPECIAL_KEYS is not set.\n")
        return 1
    database = Database(settings.database_url.get_secret_value(), name="academy reseal")
    changed = reseal_all(database, ring)
    sys.stdout.write(f"{changed} sets of answers are sealed by the key {ring.current} now.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
