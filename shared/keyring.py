"""Answers of a special kind (passport, health, access) are sealed with a key that the database never holds.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits for each value. What is sealed says by which key, so that a
new key can be put in front while the old one still opens, and is bound to where it belongs: moved to another person's
row it does not open.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Mapping

NONCE: Final = 12
"""Bytes; what SP 800-38D recommends."""
KEY: Final = 32
"""Bytes."""
FORM: Final = "NAME:KEY[,NAME:KEY…], the newest first, each KEY of 32 bytes in URL-safe base64"


class KeyMissingError(Exception):
    """What was sealed names a key that this process was not told. ``name`` is that key's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the key {name} is not among those this process was told")
        self.name = name


class SealBrokenError(ValueError):
    """This was not sealed for this place by the key it names, or has been tampered with."""


class KeyRing:
    """The keys of an installation by their names; the first one seals, all of them open."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.current = next(iter(keys), None)
        """The name of the key that seals, or None when there is none."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a ring as settings hold it (see ``FORM``); empty text is an empty ring. Raises ``ValueError``."""
        keys: dict[str, bytes] = {}
        for pair in filter(None, (part.strip() for part in text.split(","))):
            name, separator, encoded = pair.partition(":")
            try:
                key = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
            except ValueError:
                key = b""
            if not separator or not name.isalnum() or not name.isascii() or len(key) != KEY or name in keys:
                raise ValueError(f"is not {FORM}")
            keys[name] = key
        return cls(keys)

    def seal(self, text: str, *, place: str) -> str:
        """Return ``text`` sealed by the first key for ``place``, such as a row and a field. Raises ``LookupError``."""
        if self.current is None:
            raise LookupError("there is no key to seal with")
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[self.current].encrypt(nonce, text.encode(), place.encode())
        return f"{self.current}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, place: str) -> str:
        """Return what was sealed for ``place``. Raises :class:`KeyMissingError` or :class:`SealBrokenError`."""
        name, _, encoded = sealed.partition(".")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise KeyMissingError(name)
        try:
            kept = urlsafe_b64decode(encoded)
            return cipher.decrypt(kept[:NONCE], kept[NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError from error

    def is_current(self, sealed: str) -> bool:
        """Say whether ``sealed`` was sealed by the key that seals today."""
        return sealed.partition(".")[0] == self.current


def new_key(name: str) -> str:
    """Return a fresh key under ``name``, in the form that :meth:`KeyRing.read` reads."""
    return f"{name}:{urlsafe_b64encode(os.urandom(KEY)).decode().rstrip('=')}"
