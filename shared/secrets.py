"""Secrets that we hand out once and keep only as a hash: session cookies, API tokens, recovery codes."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """Return a fresh secret of 256 bits, safe in URLs and headers."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """Return what the database keeps of a random secret: SHA-256 in hexadecimal. Not enough for passphrases."""
    return hashlib.sha256(secret.encode()).hexdigest()
