"""A member of staff at the door: passphrase and one-time code, judged as one, and each code good once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select, update

from shared.people.errors import CodeRefused, SignInRefused
from shared.people.rules.emails import normal_email
from shared.people.rules.staff import passphrase_fits, plain_code, step_of
from shared.schema.people.credentials import RecoveryCode, StaffCredential
from shared.schema.people.persons import Person

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from shared.vault import Vault


@dataclass(frozen=True)
class Proved:
    """Who it is, and whether an authenticator still has to be enrolled before the session opens."""

    person_id: UUID
    must_enrol: bool


def prove_staff(session: Session, *, email: str, passphrase: str, code: str, vault: Vault, now: datetime) -> Proved:
    """Return who it is; refuse with one and the same :class:`SignInRefused` whichever part was wrong.

    Without an enrolled authenticator the passphrase alone leads to the enrolment, and nowhere else.
    """
    row = session.execute(
        select(StaffCredential)
        .join(Person, Person.id == StaffCredential.person_id)
        .where(func.lower(Person.email) == normal_email(email))
    ).scalar_one_or_none()
    if not passphrase_fits(passphrase, row.passphrase_hash if row else None) or row is None:
        raise SignInRefused
    if row.totp_secret is None:
        return Proved(row.person_id, must_enrol=True)
    if not _use_code(session, row, code=code, vault=vault, now=now):
        raise SignInRefused
    return Proved(row.person_id, must_enrol=False)


def require_second_factor(
    session: Session, *, person_id: UUID, passphrase: str, code: str, vault: Vault, now: datetime
) -> None:
    """Ask a signed-in member of staff again before a factor changes; refuse with :class:`CodeRefused`."""
    row = session.get(StaffCredential, person_id)
    fits = passphrase_fits(passphrase, row.passphrase_hash if row else None)
    if row is None or not fits or not _use_code(session, row, code=code, vault=vault, now=now):
        raise CodeRefused


def _use_code(session: Session, row: StaffCredential, *, code: str, vault: Vault, now: datetime) -> bool:
    plain = plain_code(code)
    secret = vault.open(row.totp_secret or "")
    step = step_of(plain, secret=secret, now=now, last_step=row.totp_last_step) if secret else None
    if step is not None:
        return _use_step(session, person_id=row.person_id, step=step)
    return _use_recovery_code(session, person_id=row.person_id, code_hash=vault.fingerprint(plain), now=now)


def _use_step(session: Session, *, person_id: UUID, step: int) -> bool:
    """Take the step, unless another request with the same code took it first (RFC 6238, 5.2: a code is good once)."""
    taken = session.execute(
        update(StaffCredential)
        .where(StaffCredential.person_id == person_id, StaffCredential.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(StaffCredential.person_id)
    )
    return taken.first() is not None


def _use_recovery_code(session: Session, *, person_id: UUID, code_hash: str, now: datetime) -> bool:
    used = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return used.first() is not None
