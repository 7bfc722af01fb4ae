"""The demo's staff: one account for each role. They are public, so they exist in demonstrations only."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.people.actions.staff import create_staff_member
from shared.vault import Vault

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Account:
    """How to sign in as one member of the demo's staff."""

    role: str
    name: str
    email: str
    passphrase: str
    totp_secret: str


NAMES: Final = {
    "organiser": "Odile Marchetti",
    "reviewer": "Rui Tavares",
    "finance": "Farida Benali",
    "librarian": "Lucía Herrera",
    "writer": "Wanjiru Kamau",
    "approver": "Anselm Keller",
    "door": "Dalia Haddad",
    "viewer": "Victor Nowak",
}


def _secret(role: str) -> str:
    """Return the same one-time secret for the same role in every demo."""
    return base64.b32encode(hashlib.sha256(f"demo {role}".encode()).digest()[:20]).decode()


ACCOUNTS: Final = tuple(
    Account(
        role=role,
        name=name,
        email=f"{role}@example.org",
        passphrase=f"the demo's {role} walks along the river",
        totp_secret=_secret(role),
    )
    for role, name in NAMES.items()
)


READERS: Final = {"ar": "Rim Sabbagh", "en": "Ngozi Adeleke", "es": "Tomás Ibarra"}
"""Reviewers of one edition, by the language they read best. Nobody signs in as one of them."""


def hire_staff(session: Session, *, secret_key: str, now: datetime) -> dict[str, UUID]:
    """Make every account, each with its role in all editions; return ``{role: person}``."""
    vault = Vault(secret_key)
    return {
        account.role: create_staff_member(
            session,
            email=account.email,
            name=account.name,
            passphrase=account.passphrase,
            one_time_secret=account.totp_secret,
            roles=[(account.role, None)],
            vault=vault,
            now=now,
        )
        for account in ACCOUNTS
    }


def hire_readers(session: Session, *, edition_id: UUID, secret_key: str, now: datetime) -> dict[str, UUID]:
    """Make the reviewers of one edition; return ``{language: person}``."""
    vault = Vault(secret_key)
    return {
        language: create_staff_member(
            session,
            email=f"reader.{language}@example.org",
            name=name,
            passphrase=f"the demo's {language} reader {secret_key[:16]}",
            one_time_secret=_secret(f"reader {language} {secret_key}"),
            roles=[("reviewer", edition_id)],
            vault=vault,
            now=now,
        )
        for language, name in READERS.items()
    }
