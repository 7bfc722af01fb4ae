"""What this service is told from outside."""

from __future__ import annotations

from shared.settings import Settings


class RegistrationSettings(Settings):
    """Settings of registration."""
