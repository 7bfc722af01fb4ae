"""What those who run the system ask each service on its own port: do you live, can you work, how do you do."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.signs_of_life import PARTS_FILE, SECONDS_OF_SILENCE
from shared.web.door.metrics import exposition
from shared.web.door.policy import internal
from shared.web.door.tools import tools

if TYPE_CHECKING:
    from shared.database import Database

blueprint = Blueprint("health", __name__)

_OLDEST: Final = text(
    "SELECT extract(epoch FROM clock_timestamp() - min(not_before)) FROM outbox.entry WHERE state = 'waiting'"
)
_MIGRATIONS: Final = Path(__file__).parents[2] / "migrations" / "versions"


@blueprint.get("/healthz")
@internal
def lives() -> Response:
    """Answer at all."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@internal
def ready() -> tuple[Response, int]:
    """Say whether the database answers at the migration this code was written for.

    Redis is told, not required; so are the work that waits and the parts that the launcher cannot keep running.
    """
    found: dict[str, object] = {"database": _state_of_database(), "redis": _state_of_redis()}
    found |= {"work": state_of_work(tools().database), "ailing": ailing_parts()}
    return jsonify(found), 200 if found["database"] == "ready" else 503


@blueprint.get("/metrics")
@internal
def metrics() -> Response:
    """Answer Prometheus."""
    figures, media_type = exposition(tools().database, tools().figures)
    return Response(figures, content_type=media_type)


def _state_of_database() -> str:
    try:
        with tools().database.reading() as session:
            version = session.execute(text("SELECT version_num FROM public.alembic_version")).scalar()
    except SQLAlchemyError:
        return "unreachable"
    # Newer is ready too: migrations run while yesterday's code still serves.
    return "ready" if version is not None and str(version) >= newest_migration() else "behind"


def state_of_work(database: Database) -> str:
    """Say whether what waits is done in time: ``ready``, or ``late`` when something is due for a minute and more.

    It is read from what waits, so it is as true of a worker that hangs as of one that is gone, wherever it runs.
    """
    try:
        with database.reading() as session:
            waits = session.execute(_OLDEST).scalar()
    except SQLAlchemyError:
        return "unknown"
    return "late" if waits is not None and waits > SECONDS_OF_SILENCE else "ready"


def ailing_parts() -> list[str]:
    """Return the names of the parts that die again and again, where a launcher looks after them and says so."""
    named = os.environ.get(PARTS_FILE)
    if not named:
        return []
    try:
        return [str(one["part"]) for one in json.loads(Path(named).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _state_of_redis() -> str:
    try:
        tools().redis.ping()
    except RedisError:
        return "unreachable"
    return "ready"


@cache
def newest_migration() -> str:
    """Return the revision of the last migration; they are numbered in their names."""
    return max(path.stem for path in _MIGRATIONS.glob("[0-9]*.py"))
