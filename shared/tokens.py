"""Links in mails carry a signed id, so that no secret is stored and a copy of the database opens nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer


class Signer:
    """Signs ids for one purpose each; a token for one purpose is worthless for another."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret_key, salt=f"academy.{purpose}")

    def sign(self, purpose: str, subject: UUID) -> str:
        """Return a URL-safe token for ``subject``, stamped with the present second."""
        return self._serializer(purpose).dumps(subject.hex)

    def unsign(self, purpose: str, token: str, *, max_age: timedelta | None = None) -> UUID | None:
        """Return the id in ``token``, or None when it is forged, for another purpose, or older than ``max_age``."""
        seconds = None if max_age is None else int(max_age.total_seconds())
        try:
            return UUID(hex=self._serializer(purpose).loads(token, max_age=seconds))
        except (BadData, ValueError, TypeError, AttributeError):
            return None
