"""What a route reaches for: the settings, the database and Redis of the application that serves the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Flask, current_app

from shared.tokens import Signer

if TYPE_CHECKING:
    from redis import Redis

    from shared.database import Database
    from shared.settings import Settings
    from shared.web.door.policy import Policy

_KEY: Final = "academy"


@dataclass(frozen=True)
class Tools:
    """Made once per application; ``policies`` maps endpoints to what they ask of the caller."""

    settings: Settings
    database: Database
    redis: Redis
    service: str
    signer: Signer
    policies: dict[str, Policy]


def equip(app: Flask, tools: Tools) -> None:
    """Give ``app`` its tools."""
    app.extensions[_KEY] = tools


def tools() -> Tools:
    """Return the tools of the current application."""
    found: Tools = current_app.extensions[_KEY]
    return found
