"""What this service is told from outside."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from shared.keyring import KeyRing
from shared.settings import Settings


def _ring(value: SecretStr) -> SecretStr:
    KeyRing.read(value.get_secret_value())
    return value


class RegistrationSettings(Settings):
    """Settings of registration."""

    special_keys: Annotated[SecretStr, AfterValidator(_ring)] = SecretStr("")
    """Keys that seal special answers (passport, health, access): :mod:`shared.keyring`. Without one none is kept."""


@cache
def ring_of(keys: str) -> KeyRing:
    """Return the ring that the setting describes; making its ciphers once is enough."""
    return KeyRing.read(keys)
