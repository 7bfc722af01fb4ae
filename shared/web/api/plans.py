"""What an API's function asks for by the names and types of its parameters, checked when it is declared.

==============  ==========================  ====================================================================
name            type                        what it is handed
==============  ==========================  ====================================================================
``session``     ``Session``                 the request's transaction; one that cannot write where it only reads
``edition``     what the service's finder   the edition that the path names, which is there
                returns
``wanted``      a pydantic model            the body, checked
``query``       a pydantic model            the query string, checked
``by``          ``SignedIn``                who asks: the token's owner with the roles of now
``scopes``      ``frozenset[str]``          what the token is good for
``now``         ``datetime``                this moment, in UTC
``seen``        ``str``                     the version that If-Match names; the answer has a ``version`` too
``settings``    the service's own           what the service is told from outside
others          ``UUID``, ``int``, ``str``  what stands in the path under that name
==============  ==========================  ====================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from inspect import signature
from typing import Any, Final, get_type_hints
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from shared.errors import NotFound, Refusal
from shared.settings import Settings
from shared.web.api.preconditions import VersionOutdated, VersionWanted
from shared.web.api.problems import status_of
from shared.web.door.identity import SignedIn

EDITION: Final = "edition_slug"
_IN_PATH: Final = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
_CONVERTED: Final = {None: str, "string": str, "uuid": UUID, "int": int}
_GIVEN: Final[Mapping[str, object]] = {
    "session": Session,
    "by": SignedIn,
    "scopes": frozenset[str],
    "now": datetime,
    "seen": str,
}
_ALWAYS: Final = frozenset({400, 401, 403, 422, 429})
"""What the door, the checks of input and the limits may refuse on any route."""


class DeclarationWrong(Exception):  # noqa: N818 - stops the start, is never shown to a person
    """A function asks for what its route cannot hand it, or leaves out what the route names."""


@dataclass(frozen=True)
class Plan:
    """How one function is called: its parameters by what they are, its answer, and what it may refuse."""

    name: str
    names: frozenset[str]
    answer: type[BaseModel]
    wanted: type[BaseModel] | None
    query: type[BaseModel] | None
    settings: type[Settings] | None
    refuses: tuple[type[Refusal], ...]
    statuses: tuple[int, ...]

    @property
    def reads(self) -> bool:
        """Whether the function needs the database at all."""
        return bool(self.names & {"session", "edition"})

    def foresees(self, refusal: Refusal) -> bool:
        """Whether the declaration names such a refusal."""
        return isinstance(refusal, self.refuses)


def plan(
    function: Callable[..., BaseModel],
    *,
    rule: str,
    acts: bool,
    edition_at: Callable[..., Any] | None,
    refuses: tuple[type[Refusal], ...],
) -> Plan:
    """Return how ``function`` is called for ``rule``; raise :class:`DeclarationWrong` where that cannot work.

    The statuses of its problems follow from what ``refuses`` names, from the path and from what is sent.
    """
    name = function.__name__
    hints = get_type_hints(function)
    answer = _model(name, "return", hints.pop("return", None))
    assert answer is not None  # noqa: S101 - an answer is never optional
    names = frozenset(signature(function).parameters)
    in_path = {found["name"]: found["converter"] for found in _IN_PATH.finditer(rule)}
    for parameter, annotated in hints.items():
        _check(name, parameter, annotated, in_path=in_path, acts=acts, edition_at=edition_at)
    ignored = sorted({"edition" if part == EDITION else part for part in in_path} - names)
    unsaid = sorted(names - set(hints))
    if ignored or unsaid:
        raise DeclarationWrong(f"{name} leaves out {', '.join(ignored) or 'the types of ' + ', '.join(unsaid)}")
    wanted = _model(name, "wanted", hints.get("wanted"))
    statuses = set(_ALWAYS) | {status_of(refusal) for refusal in refuses}
    statuses |= {status_of(NotFound)} if in_path else set()
    statuses |= {413} if acts else set()
    statuses |= {415} if wanted else set()
    statuses |= {status_of(VersionWanted), status_of(VersionOutdated)} if "seen" in names else set()
    return Plan(
        name=name,
        names=names,
        answer=answer,
        wanted=wanted,
        query=_model(name, "query", hints.get("query")),
        settings=hints.get("settings"),
        refuses=refuses,
        statuses=tuple(sorted(statuses)),
    )


def _check(
    name: str,
    parameter: str,
    annotated: object,
    *,
    in_path: Mapping[str, str | None],
    acts: bool,
    edition_at: Callable[..., Any] | None,
) -> None:
    expected: object
    if parameter == "edition":
        if edition_at is None or EDITION not in in_path:
            raise DeclarationWrong(f"{name} asks for an edition that its path does not name")
        expected = get_type_hints(edition_at)["return"]
    elif parameter in _GIVEN:
        expected = _GIVEN[parameter]
    elif parameter in {"wanted", "query"}:
        if parameter == "wanted" and not acts:
            raise DeclarationWrong(f"{name} only reads: nobody sends it a body")
        return
    elif parameter == "settings":
        if not (isinstance(annotated, type) and issubclass(annotated, Settings)):
            raise DeclarationWrong(f"{name} asks for settings that are no Settings")
        return
    elif parameter in in_path and parameter != EDITION:
        expected = _CONVERTED[in_path[parameter]]
    else:
        raise DeclarationWrong(f"{name} asks for {parameter}, which nobody hands over")
    if annotated != expected:
        raise DeclarationWrong(f"{name} takes {parameter} for {annotated}, but is handed {expected}")


def _model(name: str, place: str, annotated: object) -> type[BaseModel] | None:
    if annotated is None and place != "return":
        return None
    if isinstance(annotated, type) and issubclass(annotated, BaseModel):
        return annotated
    raise DeclarationWrong(f"{name}: {place} is no model")
