"""Two people at the same page: the later save says so, and undoes nothing that it has not seen.

A page carries the version that it was filled from; the deed compares it on the locked row. What is saved already by the
same words is no conflict: somebody pressed twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from shared.errors import Conflict
from shared.words.sentences import _l


class ChangedMeanwhile(Conflict):
    """Somebody saved other words since the page was opened."""

    title = _l("Somebody saved this while you were writing")


class Difference(NamedTuple):
    """A field in which what one wants to save and what is saved differ."""

    name: str
    mine: str
    present: str


def version_of(content: datetime | Mapping[str, Any]) -> str:
    """Return what a page carries along: the moment of the last change, or a fingerprint of what it shows."""
    if isinstance(content, datetime):
        return content.isoformat()
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def require_version(seen: str, present: str) -> None:
    """Refuse with :class:`ChangedMeanwhile` when a page was filled from another version; "" was filled from none."""
    if seen and seen != present:
        raise ChangedMeanwhile


def differences(mine: Mapping[str, Any], present: Mapping[str, Any]) -> list[Difference]:
    """Return the fields of ``present`` that hold something else in ``mine``, as text."""
    pairs = ((name, _text(mine.get(name)), _text(value)) for name, value in present.items() if name != "version")
    return [Difference(name, ours, theirs) for name, ours, theirs in pairs if ours != theirs]


def _text(value: object) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(sorted(map(str, value)))
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
