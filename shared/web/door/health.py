"""What those who run the system ask each service on its own port: do you live, can you work, how do you do."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.web.door.metrics import CONTENT_TYPE, exposition
from shared.web.door.policy import internal
from shared.web.door.tools import tools

blueprint = Blueprint("health", __name__)

_MIGRATIONS: Final = Path(__file__).parents[2] / "migrations" / "versions"


@blueprint.get("/healthz")
@internal
def lives() -> Response:
    """Answer at all."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@internal
def ready() -> tuple[Response, int]:
    """Say whether the database answers at the migration this code was written for. Redis is told, not required."""
    found = {"database": _state_of_database(), "redis": _state_of_redis()}
    return jsonify(found), 200 if found["database"] == "ready" else 503


@blueprint.get("/metrics")
@internal
def metrics() -> Response:
    """Answer Prometheus."""
    return Response(exposition(tools().database), content_type=CONTENT_TYPE)


def _state_of_database() -> str:
    try:
        with tools().database.reading() as session:
            version = session.execute(text("SELECT version_num FROM public.alembic_version")).scalar()
    except SQLAlchemyError:
        return "unreachable"
    # Newer is ready too: migrations run while yesterday's code still serves.
    return "ready" if version is not None and str(version) >= newest_migration() else "behind"


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
