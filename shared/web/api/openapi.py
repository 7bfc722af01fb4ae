"""Puts right what SpecTree says of our API: problems have their own media type, keys their header."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
_MUTATING: Final = frozenset({"post", "put", "patch", "delete"})


def finished_document(drawn: dict[str, Any], *, key_header: str) -> dict[str, Any]:
    """Return the OpenAPI document (3.1) of an API from what SpecTree drew."""
    document = deepcopy(drawn)
    for path in document["paths"].values():
        for method, operation in path.items():
            _finish(operation, mutates=method in _MUTATING, key_header=key_header)
    return document


def _finish(operation: dict[str, Any], *, mutates: bool, key_header: str) -> None:
    for answer in operation["responses"].values():
        content = answer.get("content", {})
        if content.get("application/json", {}).get("schema") == _PROBLEM:
            answer["content"] = {"application/problem+json": {"schema": _PROBLEM}}
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
