"""Secrets that must be read again: sealed at rest, so that a copy of the database opens nothing.

The keys are derived from the secret key (HKDF, RFC 5869), one for each use. A new secret key makes sealed secrets
unreadable: staff then enrol again by a recovery code or a new invitation.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.clock import now


class Vault:
    """Seals and opens text, and makes fingerprints of short codes that only the holder of the secret key can try."""

    def __init__(self, secret_key: str) -> None:
        self._fernet = Fernet(urlsafe_b64encode(_derive(secret_key, b"academy.seal")))
        self._pepper = _derive(secret_key, b"academy.fingerprint")

    def seal(self, text: str) -> str:
        """Return ``text`` encrypted and authenticated."""
        return self._fernet.encrypt_at_time(text.encode(), int(now().timestamp())).decode()

    def open(self, sealed: str, *, max_age: timedelta | None = None) -> str | None:
        """Return what was sealed, or None when it was tampered with, sealed under another key, or is too old."""
        try:
            if max_age is None:
                return self._fernet.decrypt(sealed.encode()).decode()
            # sealed by a process whose clock is ahead, it is not from the future
            moment = max(int(now().timestamp()), self._fernet.extract_timestamp(sealed.encode()))
            return self._fernet.decrypt_at_time(sealed.encode(), int(max_age.total_seconds()), moment).decode()
        except InvalidToken:
            return None

    def fingerprint(self, code: str) -> str:
        """Return a keyed hash (HMAC-SHA-256, hexadecimal) for codes too short for a plain one."""
        return hmac.new(self._pepper, code.encode(), hashlib.sha256).hexdigest()


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())


@cache
def vault_of(secret_key: str) -> Vault:
    """Return the vault of a secret key; deriving its keys once is enough."""
    return Vault(secret_key)
