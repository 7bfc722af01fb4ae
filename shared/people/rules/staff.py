"""How staff prove who they are: what makes a passphrase, when a one-time code counts. Pure."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 15
"""NIST SP 800-63B-4, 3.1.1.2. Length is the only rule: composition rules make passphrases worse."""
LONGEST: Final = 200
RECOVERY_CODES: Final = 10
STEP: Final = 30
"""Seconds, RFC 6238."""
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter looks like a digit."""
_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
"""Argon2id with 46 MiB and one pass: OWASP's first recommendation, some 30 ms here."""
_NOBODY: Final = "$argon2id$v=19$m=47104,t=1,p=1$DN3ZgArSuXAr1DB+gjp60w$2ILor6zu/3TdM5j3WI25Av2S8ollnv379fKJ91fFuxQ"
"""A hash that nothing matches, tried when nobody has the address, so that the answer takes as long."""


def is_long_enough(passphrase: str) -> bool:
    """Say whether the passphrase may be used."""
    return SHORTEST <= len(passphrase) <= LONGEST


def hash_passphrase(passphrase: str) -> str:
    """Return the passphrase's Argon2id hash, with its salt and parameters."""
    return _HASHER.hash(passphrase)


def passphrase_fits(passphrase: str, hashed: str | None) -> bool:
    """Say whether the passphrase is the one; without a hash it takes as long and is not."""
    try:
        return _HASHER.verify(hashed or _NOBODY, passphrase[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


def new_one_time_secret() -> str:
    """Return a fresh secret for an authenticator, base 32, 160 bits."""
    return pyotp.random_base32()


def enrolment_address(secret: str, *, email: str) -> str:
    """Return the ``otpauth://`` address that the QR picture carries."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Academy")


def step_of(code: str, *, secret: str, now: datetime, last_step: int) -> int | None:
    """Return the 30-second step the code belongs to, or None when it does not fit or its step was used.

    One step to either side of now is accepted for clocks that differ (RFC 6238, 5.2).
    """
    present = int(now.timestamp()) // STEP
    generator = pyotp.HOTP(secret)
    for step in (present, present - 1, present + 1):
        if step > last_step and hmac.compare_digest(generator.at(step).encode(), code.encode()):
            return step
    return None


def new_recovery_codes() -> Sequence[str]:
    """Return fresh codes of 50 bits, written ``xxxxx-xxxxx``."""
    plain = ("".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES))
    return [f"{code[:5]}-{code[5:]}" for code in plain]


def plain_code(typed: str) -> str:
    """Return a code as it was meant: no spaces or hyphens, small letters, no O for 0, no I or L for 1."""
    kept = re.sub(r"[\s-]", "", typed.lower())
    return kept.replace("o", "0").replace("i", "1").replace("l", "1")
