"""Links in mails carry a signed id, so that no secret is stored and a copy of the database opens nothing."""

from __future__ import annotations

from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer

from shared.links import ALWAYS, LINKS, SignedLink
from shared.stamps import Stamped


class NotOursToSign(Exception):  # noqa: N818 - a mistake of ours, never shown to a person
    """The link is not in the table, or the table names others who sign it."""


class Signer:
    """Signs ids for one kind of link each; a token of one kind is worthless for another. ``name`` says who signs."""

    def __init__(self, secret_key: str, *, name: str) -> None:
        self._secret_key = secret_key
        self._name = name

    def _serializer(self, link: SignedLink) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret_key, salt=f"academy.{link.purpose}", signer=Stamped)

    def sign(self, link: SignedLink, subject: UUID) -> str:
        """Return a URL-safe token for ``subject``, stamped with the present second.

        Raises :class:`NotOursToSign` for a link that is not in :data:`shared.links.LINKS`, or that others sign.
        """
        if LINKS.get(link.purpose) != link or self._name not in link.signed_by:
            raise NotOursToSign(f"{self._name} signs no link for {link.purpose}")
        return self._serializer(link).dumps(subject.hex)

    def unsign(self, link: SignedLink, token: str) -> UUID | None:
        """Return the id in ``token``, or None when it is forged, of another kind, or older than the link lasts."""
        seconds = None if link.lasts == ALWAYS else int(link.lasts.total_seconds())
        try:
            return UUID(hex=self._serializer(link).loads(token, max_age=seconds))
        except (BadData, ValueError, TypeError, AttributeError):
            return None
