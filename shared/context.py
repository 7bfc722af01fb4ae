"""What accompanies a piece of work without being passed along: the request id, from page to fact to task to log."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """Return the id of the request or task at work, or an empty string outside of any."""
    return _request_id.get()


@contextmanager
def within_request(identifier: str) -> Iterator[None]:
    """Let everything inside the block belong to the request ``identifier``."""
    token = _request_id.set(identifier)
    try:
        yield
    finally:
        _request_id.reset(token)
