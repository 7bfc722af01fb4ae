"""The keys that seal special answers, as the settings tell them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

from services.registration.settings import RegistrationSettings, ring_of
from shared.keyring import KeyRing
from shared.web.door.tools import own_settings


def own_ring(blueprint: Blueprint) -> Callable[[], KeyRing]:
    """Return what reads the ring in the views of ``blueprint``."""
    settings = own_settings(blueprint, RegistrationSettings)

    def read() -> KeyRing:
        return ring_of(settings().special_keys.get_secret_value())

    return read
