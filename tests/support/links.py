"""Links as they are mailed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.tokens import Signer

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Flask

    from shared.links import SignedLink


def mailed_path(app: Flask, link: SignedLink, subject: UUID) -> str:
    """Return the path of the link that notifications would mail to people of ``app``."""
    secret = app.extensions["academy"].settings.secret_key.get_secret_value()
    return link.address("", token=Signer(secret, name="notifications").sign(link, subject))
