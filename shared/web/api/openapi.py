"""Puts right what SpecTree says of our API: problems have their own media type, keys their header."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
_MUTATING: Final = frozenset({"post", "put", "patch", "delete"})


_LEFT: Final = {
    "RateLimit-Policy": {"description": "The limit that counts: q calls in w seconds.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left: r calls, for t seconds.", "schema": {"type": "string"}},
}
_WAIT: Final = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
_ASKED_FIRST: Final = "401"
"""Who bears no token has no limit of its own to be told."""


def finished_document(drawn: dict[str, Any], *, key_header: str) -> dict[str, Any]:
    """Return the OpenAPI document (3.1) of an API from what SpecTree drew."""
    document = deepcopy(drawn)
    for path in document["paths"].values():
        for method, operation in path.items():
            _finish(operation, mutates=method in _MUTATING, key_header=key_header)
    return document


def _finish(operation: dict[str, Any], *, mutates: bool, key_header: str) -> None:
    for status, answer in operation["responses"].items():
        if status != _ASKED_FIRST:
            answer["headers"] = {**answer.get("headers", {}), **_LEFT, **(_WAIT if status == "429" else {})}
        content = answer.get("content", {})
        if content.get("application/json", {}).get("schema") == _PROBLEM:
            answer["content"] = {"application/problem+json": {"schema": _PROBLEM}}
    if "428" in operation["responses"]:
        operation["parameters"].append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "The ETag of what was read and is to be replaced; * for whatever is there.",
                "schema": {"type": "string"},
            }
        )
    if mutates:
        operation["parameters"].append(
            {
                "name": key_header,
                "in": "header",
                "required": False,
                "description": "Sent again with the same body, the request gets the same answer and acts once.",
                "schema": {"type": "string", "minLength": 8, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
            }
        )
