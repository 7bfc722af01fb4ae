"""Declares a service's API: one line above a view gives it its token, its checked input and its place in OpenAPI.

SpecTree validates and describes; what it calls a validation error becomes a refusal like any other, so problems look
alike wherever they come from (RFC 9457). See ``docs/decisions/api.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from spectree import Response as Answers, SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from sqlalchemy.orm import Session

from shared.errors import Invalid
from shared.idempotency import Answer, once
from shared.web.api.openapi import finished_document
from shared.web.door.identity import current_person
from shared.web.door.policy import public, token
from shared.words.sentences import _l

View = TypeVar("View", bound=Callable[..., Any])

KEY_HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[\x21-\x7e]{8,255}")


class Problem(BaseModel):
    """What went wrong (RFC 9457). ``errors`` says for each field how to put it right."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: dict[str, str] | None = None


class Bearer(BaseModel):
    """Whose token this is and what it is good for."""

    name: str
    scopes: list[str]
    roles: list[str]


class InputRefused(Invalid):
    """The request does not have the form that the document describes; ``errors`` names the fields."""


class KeyMalformed(Invalid):
    """An Idempotency-Key is 8 to 255 visible ASCII characters."""

    title = _l("An Idempotency-Key has 8 to 255 visible ASCII characters")


class Page(BaseModel):
    """Which part of a long list: what comes after the id ``after``, at most ``limit``."""

    after: str | None = Field(default=None, pattern=r"^[0-9a-f-]{36}$")
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Api:
    """The API of one service, below ``/api/<service>/v1``."""

    def __init__(self, service: str) -> None:
        self.blueprint = Blueprint("api", f"services.{service}.api", url_prefix=f"/api/{service}/v1")
        self._spec = SpecTree(
            "flask",
            mode="strict",
            title=f"Academy {service}",
            version="1",
            before=refuse_wrong_input,
            validation_error_model=Problem,
            annotations=True,
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

        self.get("/me", scope="editions:read", answer=Bearer)(me)

    def get(self, rule: str, *, scope: str, answer: type[BaseModel]) -> Callable[[View], View]:
        """Declare a view that reads. Its parameter ``query`` is a model of the query string."""
        return self._declare("GET", rule, scope=scope, status=200, answer=answer)

    def post(self, rule: str, *, scope: str, answer: type[BaseModel], status: int = 201) -> Callable[[View], View]:
        """Declare a view that acts; it answers with :func:`answer_once`. Its parameter ``json`` models the body."""
        return self._declare("POST", rule, scope=scope, status=status, answer=answer)

    def _declare(
        self, method: str, rule: str, *, scope: str, status: int, answer: type[BaseModel]
    ) -> Callable[[View], View]:
        answers: dict[str, Any] = {f"HTTP_{status}": answer}
        problems = (400, 401, 403, 404, 422, 429) if method == "GET" else (400, 401, 403, 404, 409, 413, 415, 422, 429)
        answers.update({f"HTTP_{code}": Problem for code in problems})

        def declare(view: View) -> View:
            described = self._spec.validate(
                resp=Answers(**answers),
                security={"token": []},
                operation_id=view.__name__,
                tags=[scope.partition(":")[0]],
            )(view)
            self.blueprint.add_url_rule(rule, view.__name__, token(scope)(described), methods=[method])
            return view

        return declare

    def _describe(self) -> Response:
        """Answer with the OpenAPI document."""
        if self._document is None:
            self._document = finished_document(self._spec.spec, key_header=KEY_HEADER)
        response = jsonify(self._document)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response


def me() -> Bearer:
    """Tell whose token this is."""
    person = current_person()
    return Bearer(name=person.name, scopes=sorted(g.api_scopes), roles=sorted({role.name for role in person.roles}))


def answer_once(session: Session, deed: Callable[[], tuple[BaseModel, int]]) -> Response:
    """Do ``deed`` in the transaction of ``session``; once, where the request has an Idempotency-Key."""

    def answered() -> Answer:
        model, status = deed()
        return Answer(status, model.model_dump(mode="json"))

    key = request.headers.get(KEY_HEADER)
    if key is None:
        answer = answered()
    elif _KEY.fullmatch(key):
        scope = f"{g.api_token_id} {request.method} {request.path}"
        answer = once(session, scope=scope, key=key, body=request.get_data(), deed=answered)
    else:
        raise KeyMalformed
    response = jsonify(answer.body)
    response.status_code = answer.status
    return response


def refuse_wrong_input(_request: Any, _response: Any, failure: Exception | None, _instance: Any, _adapter: Any) -> None:
    """Turn what SpecTree found wrong with a request into a refusal."""
    if isinstance(failure, ValidationError):
        found = failure.errors(include_url=False, include_context=False, include_input=False)
        raise InputRefused(errors={".".join(map(str, wrong["loc"])) or "body": wrong["msg"] for wrong in found})
