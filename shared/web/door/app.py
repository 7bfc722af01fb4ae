"""Makes a service's Flask application: the same door, cookie, headers and problems for all three."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from jinja2 import FileSystemLoader
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.logs import use_logs
from shared.tokens import Signer
from shared.web.api.problems import use_problems
from shared.web.door import health
from shared.web.door.access import teller
from shared.web.door.csrf import csrf_field, csrf_token
from shared.web.door.guard import use_guard
from shared.web.door.headers import OuterLayer, nonce
from shared.web.door.identity import signed_in
from shared.web.door.limits import use_limits
from shared.web.door.policy import PUBLIC, declare, policies_of
from shared.web.door.quotas import use_quotas
from shared.web.door.sessions import use_cookie
from shared.web.door.shown_again import use_kept_pages
from shared.web.door.submitted import OneReadingRequest
from shared.web.door.tools import Tools, equip, settle, tools
from shared.web.pages.rendering import register_pages
from shared.web.pages.static_files import STATIC

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import WSGIApplication

    from flask import Blueprint

    from shared.database import Database
    from shared.settings import Settings
    from shared.web.door.metrics import Figures

__all__ = ["create_app", "tools"]

_ROOT: Final = Path(__file__).parents[3]
_LARGEST_FORM: Final = 2 * 1024 * 1024


def create_app(
    settings: Settings,
    *,
    service: str,
    database: Database,
    blueprints: Iterable[Blueprint],
    largest_body: int = _LARGEST_FORM,
    figures: tuple[Figures, ...] = (),
) -> Flask:
    """Return the WSGI application of ``service`` with its ``blueprints``, ready to serve.

    Raises :class:`shared.web.door.policy.PolicyMissing` when a view declares no policy. ``largest_body`` is in bytes.
    Several modules may bring the same blueprint, as those do that each add functions to one API.
    Templates are looked up in ``services/<service>/templates``, then in ``shared/people/templates``
    and ``shared/web/pages/templates``.
    """
    write = use_logs(settings, service=service)
    app = Flask(f"services.{service}", static_folder=str(STATIC), static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = largest_body
    app.config["TESTING"] = settings.environment == "test"
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.json = ShallowJson(app)
    app.request_class = OneReadingRequest
    settle(app, settings)
    use_cookie(app, settings)
    _use_templates(app, service)
    for blueprint in dict.fromkeys((health.blueprint, *blueprints)):
        app.register_blueprint(blueprint)
    declare(app.view_functions["static"], PUBLIC)
    equipment = Tools(
        settings=settings,
        database=database,
        redis=quick_redis(settings.redis_url),
        service=service,
        signer=Signer(settings.secret_key.get_secret_value(), name=service),
        policies=policies_of(app),
        figures=figures,
    )
    equip(app, equipment)
    use_limits(app, settings.redis_url)
    use_quotas(app)
    use_kept_pages(app)
    use_guard(app, equipment)
    use_problems(app)
    envelope = OuterLayer(
        _behind_proxies(app, settings), settings, cookie=app.config["SESSION_COOKIE_NAME"], tell=teller(service, write)
    )
    app.wsgi_app = envelope  # type: ignore[method-assign]
    return app


class ShallowJson(DefaultJSONProvider):
    """JSON that is nested deeper than Python can follow is unreadable like any other, not an error of ours."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read JSON; ValueError when it cannot be read."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _behind_proxies(app: Flask, settings: Settings) -> WSGIApplication:
    """Believe as many X-Forwarded-For and -Proto as there are proxies of ours, and never a forwarded host."""
    behind = settings.trusted_proxies
    return ProxyFix(app.wsgi_app, x_for=behind, x_proto=behind, x_host=0, x_prefix=0) if behind else app.wsgi_app


def quick_redis(url: str) -> Redis:
    """Return a client that gives up after 0.3 s: Redis only makes things quick, so waiting for it never does."""
    return Redis.from_url(url, socket_timeout=0.3, socket_connect_timeout=0.3, retry=Retry(NoBackoff(), 0))


def _use_templates(app: Flask, service: str) -> None:
    rooms = (_ROOT / "services" / service, _ROOT / "shared" / "people")
    app.jinja_loader = FileSystemLoader([room / "templates" for room in rooms])
    app.jinja_env.globals.update(nonce=nonce, csrf_field=csrf_field, csrf_token=csrf_token, signed_in=signed_in)
    register_pages(app)
