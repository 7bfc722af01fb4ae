"""Half-way in: the passphrase was right, the authenticator is yet to be set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from flask import session

from shared.vault import Vault, vault_of
from shared.web.door.tools import tools

_HALF: Final = "h"
_HALF_LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Half:
    """Somebody whose passphrase was right and whose authenticator is yet to be enrolled. Sealed into the cookie."""

    person_id: UUID
    secret: str
    leads_to: str

    def keep(self) -> None:
        """Put it into the cookie, where it lasts ten minutes."""
        session[_HALF] = vault().seal(f"{self.person_id.hex} {self.secret} {self.leads_to}")

    @staticmethod
    def found() -> Half | None:
        """Return what the browser sent, if it is ours and not too old."""
        sealed = session.get(_HALF)
        text = vault().open(sealed, max_age=_HALF_LASTS) if isinstance(sealed, str) else None
        if text is None:
            return None
        person_id, secret, leads_to = text.split(" ", 2)
        return Half(UUID(hex=person_id), secret, leads_to)


def vault() -> Vault:
    """Return the vault of this application."""
    return vault_of(tools().settings.secret_key.get_secret_value())
