"""Declares a service's API: one line above a plain function gives it all that HTTP asks for.

The function is typed by what it takes and answers (:mod:`shared.web.api.plans`) and knows no Flask. The declaration
gives it its token, its checked input, one transaction, a repeat's first answer, its statuses and its place in OpenAPI.
SpecTree validates and describes. See ``docs/decisions/api.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Blueprint, Response, current_app, g, jsonify, request
from pydantic import BaseModel, ValidationError
from spectree import Response as Answers, SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from sqlalchemy.orm import Session
from werkzeug.exceptions import UnsupportedMediaType

from shared.clock import now
from shared.errors import Invalid, Refusal
from shared.idempotency import Answer, once
from shared.versions import ChangedMeanwhile
from shared.web.api.openapi import finished_document
from shared.web.api.payloads import Bearer, Problem
from shared.web.api.plans import EDITION, Plan, plan
from shared.web.api.preconditions import VersionOutdated, say_version_of, version_seen
from shared.web.door.identity import SignedIn, current_person
from shared.web.door.policy import EditionFinder, public, token
from shared.web.door.tools import own_settings, tools
from shared.words.sentences import _l

Function = TypeVar("Function", bound=Callable[..., BaseModel])

KEY_HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[\x21-\x7e]{8,255}")


class InputRefused(Invalid):
    """The request does not have the form that the document describes; ``errors`` names the fields."""


class KeyMalformed(Invalid):
    """An Idempotency-Key is 8 to 255 visible ASCII characters."""

    title = _l("An Idempotency-Key has 8 to 255 visible ASCII characters")


class RefusalUndeclared(Exception):  # noqa: N818 - a mistake of ours, seen by tests
    """A function refused with what its declaration does not name, so the document may not say it."""


class Api:
    """The API of one service, below ``/api/<service>/v1``.

    ``edition_at`` finds the edition that a path names as ``<edition_slug>``, or refuses.
    """

    def __init__(self, service: str, *, edition_at: Callable[..., Any] | None = None) -> None:
        self.blueprint = Blueprint("api", f"services.{service}.api", url_prefix=f"/api/{service}/v1")
        self._edition_at = edition_at
        self._spec = SpecTree(
            "flask",
            mode="strict",
            title=f"Academy {service}",
            version="1",
            before=refuse_wrong_input,
            validation_error_model=Problem,
            naming_strategy=lambda model: model.__name__,
            nested_naming_strategy=lambda _parent, child: child,
            security_schemes=[
                SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
            ],
        )
        self._document: dict[str, Any] | None = None

        @self.blueprint.get("/openapi.json")
        @public
        def document() -> Response:
            return self._describe()

        self.get("/me", scope="editions:read", anywhere=True)(me)

    def get(
        self,
        rule: str,
        *,
        scope: str,
        of: EditionFinder | tuple[EditionFinder, ...] = (),
        anywhere: bool = False,
        everywhere: bool = False,
        refuses: tuple[type[Refusal], ...] = (),
    ) -> Callable[[Function], Function]:
        """Declare a function that reads, from one snapshot. ``refuses`` says with what beside a wrong path.

        ``of``, ``anywhere`` and ``everywhere`` say whose thing it is where the path names no edition, as for
        :func:`shared.web.door.policy.token`.
        """
        return self._declare(
            "GET", rule, scope=scope, of=of, anywhere=anywhere, everywhere=everywhere, status=200, refuses=refuses
        )

    def post(
        self,
        rule: str,
        *,
        scope: str,
        of: EditionFinder | tuple[EditionFinder, ...] = (),
        anywhere: bool = False,
        everywhere: bool = False,
        refuses: tuple[type[Refusal], ...] = (),
        status: int = 201,
    ) -> Callable[[Function], Function]:
        """Declare a function that acts, in one transaction; once, where the request has an Idempotency-Key."""
        return self._declare(
            "POST", rule, scope=scope, of=of, anywhere=anywhere, everywhere=everywhere, status=status, refuses=refuses
        )

    def put(
        self,
        rule: str,
        *,
        scope: str,
        of: EditionFinder | tuple[EditionFinder, ...] = (),
        anywhere: bool = False,
        refuses: tuple[type[Refusal], ...] = (),
    ) -> Callable[[Function], Function]:
        """Declare a function that replaces a thing of which its ``seen`` was read; it acts as :meth:`post` does."""
        return self._declare("PUT", rule, scope=scope, of=of, anywhere=anywhere, status=200, refuses=refuses)

    def _declare(
        self,
        method: str,
        rule: str,
        *,
        scope: str,
        of: EditionFinder | tuple[EditionFinder, ...],
        anywhere: bool,
        everywhere: bool = False,
        status: int,
        refuses: tuple[type[Refusal], ...],
    ) -> Callable[[Function], Function]:
        def declare(function: Function) -> Function:
            acts = method in {"POST", "PUT"}
            made = plan(function, rule=rule, acts=acts, edition_at=self._edition_at, refuses=refuses)
            if made.settings is not None:
                own_settings(self.blueprint, made.settings)  # looks at the start whether they are there

            def view(**in_path: Any) -> Response | tuple[BaseModel, int]:
                return self._act(function, made, status, in_path) if acts else self._read(function, made, in_path)

            view.__doc__ = function.__doc__
            described = self._spec.validate(
                query=made.query,
                json=made.wanted,
                resp=Answers(**{f"HTTP_{status}": made.answer}, **{f"HTTP_{code}": Problem for code in made.statuses}),
                security={"token": []},
                operation_id=made.name,
                tags=[scope.partition(":")[0]],
            )(view)
            guarded = token(scope, of=of, anywhere=anywhere, everywhere=everywhere)(described)
            self.blueprint.add_url_rule(rule, made.name, guarded, methods=[method])
            return function

        return declare

    def _read(self, function: Callable[..., BaseModel], made: Plan, in_path: dict[str, Any]) -> tuple[BaseModel, int]:
        if not made.reads:
            return self._call(function, made, None, in_path), 200
        with tools().database.reading() as session:
            answer = self._call(function, made, session, in_path)
        say_version_of(answer)
        return answer, 200

    def _act(self, function: Callable[..., BaseModel], made: Plan, status: int, in_path: dict[str, Any]) -> Response:
        key = request.headers.get(KEY_HEADER)
        if key is not None and not _KEY.fullmatch(key):
            raise KeyMalformed
        with tools().database.transaction() as session:

            def deed() -> Answer:
                answer = self._call(function, made, session, in_path)
                say_version_of(answer)
                return Answer(status, answer.model_dump(mode="json"))

            if key is None:
                answer = deed()
            else:
                scope = f"{g.api_token_id} {request.method} {request.path}"
                answer = once(session, scope=scope, key=key, body=request.get_data(), deed=deed)
            response = jsonify(answer.body)
        response.status_code = answer.status
        return response

    def _call(
        self, function: Callable[..., BaseModel], made: Plan, session: Session | None, in_path: dict[str, Any]
    ) -> BaseModel:
        handed: dict[str, Callable[[], Any]] = {
            "session": lambda: session,
            "edition": lambda: self._find_edition(session, in_path[EDITION]),
            "wanted": body_sent,
            "query": lambda: request.context.query,  # type: ignore[attr-defined]
            "by": current_person,
            "scopes": lambda: frozenset(g.api_scopes),
            "now": now,
            "seen": version_seen,
            "settings": lambda: tools().settings,
        }
        arguments = {name: in_path[name] if name in in_path else handed[name]() for name in made.names}
        try:
            return function(**arguments)
        except ChangedMeanwhile as refusal:
            raise VersionOutdated from refusal
        except Refusal as refusal:
            if current_app.testing and not made.foresees(refusal):
                raise RefusalUndeclared(f"{made.name}: {type(refusal).__name__}") from refusal
            raise

    def _find_edition(self, session: Session | None, slug: str) -> Any:
        assert self._edition_at is not None  # noqa: S101 - a plan with an edition was refused without a finder
        return self._edition_at(session, slug)

    def _describe(self) -> Response:
        """Answer with the OpenAPI document."""
        if self._document is None:
            self._document = finished_document(self._spec.spec, key_header=KEY_HEADER)
        response = jsonify(self._document)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response


def me(by: SignedIn, scopes: frozenset[str]) -> Bearer:
    """Tell whose token this is."""
    return Bearer(name=by.name, scopes=sorted(scopes), roles=sorted({role.name for role in by.roles}))


def body_sent() -> Any:
    """Return the checked body; refuse a form, which is checked by nobody."""
    sent = request.context.json  # type: ignore[attr-defined]
    if sent is None:
        raise UnsupportedMediaType
    return sent


def refuse_wrong_input(_request: Any, _response: Any, failure: Exception | None, _instance: Any, _adapter: Any) -> None:
    """Turn what SpecTree found wrong with a request into a refusal."""
    if isinstance(failure, ValidationError):
        found = failure.errors(include_url=False, include_context=False, include_input=False)
        raise InputRefused(errors={".".join(map(str, wrong["loc"])) or "body": wrong["msg"] for wrong in found})
