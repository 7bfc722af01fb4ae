"""What a route reaches for: the settings, the database and Redis of the application that serves the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from flask import Flask, current_app

from shared.settings import Settings
from shared.tokens import Signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint
    from flask.blueprints import BlueprintSetupState
    from redis import Redis

    from shared.database import Database
    from shared.web.door.metrics import Figures
    from shared.web.door.policy import Policy

_KEY: Final = "academy"
_SETTINGS: Final = "academy.settings"
Own = TypeVar("Own", bound=Settings)


class SettingsWrong(Exception):  # noqa: N818 - stops the start, is never shown to a person
    """A route asks for settings of another service than the one that serves it."""


@dataclass(frozen=True)
class Tools:
    """Made once per application; ``policies`` maps endpoints to what they ask of the caller."""

    settings: Settings
    database: Database
    redis: Redis
    service: str
    signer: Signer
    policies: dict[str, Policy]
    figures: tuple[Figures, ...] = ()
    """What the service tells Prometheus beside what all of them tell."""


def settle(app: Flask, settings: Settings) -> None:
    """Tell ``app`` its settings, before its routes are registered."""
    app.extensions[_SETTINGS] = settings


def own_settings(blueprint: Blueprint, kind: type[Own]) -> Callable[[], Own]:
    """Return what reads a service's own settings in the views of ``blueprint``.

    An application that was given settings of another kind does not start: :class:`SettingsWrong`.
    """

    def check(state: BlueprintSetupState) -> None:
        found = state.app.extensions[_SETTINGS]
        if not isinstance(found, kind):
            raise SettingsWrong(f"{blueprint.name} needs {kind.__name__}, not {type(found).__name__}")

    def read() -> Own:
        found: Own = current_app.extensions[_SETTINGS]
        return found

    blueprint.record(check)
    return read


def equip(app: Flask, tools: Tools) -> None:
    """Give ``app`` its tools."""
    app.extensions[_KEY] = tools


def tools() -> Tools:
    """Return the tools of the current application."""
    found: Tools = current_app.extensions[_KEY]
    return found
