"""The API of what came back: the same look-ups and deeds as the desk's pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.notifications.actions.suppressions import release_address
from services.notifications.actions.unreached import settle_task
from services.notifications.errors import SuppressionUnknown, TaskUnknown
from services.notifications.queries.returns import left_out, returns_of, tasks_of
from services.notifications.routes.api.campaigns import api
from shared.deeds import Deed
from shared.editions import KnownEdition
from shared.web.door.identity import SignedIn

blueprint = api.blueprint

RETURNS = "/editions/<edition_slug>/returns"
UNREACHED = "/editions/<edition_slug>/unreached"


class Onward(BaseModel):
    """Which part: after an id, at most ``limit``."""

    after: UUID = UUID(int=0)
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ReturnAnswer(BaseModel):
    """One message that came back, and what it was found to mean. ``lasting``: the address is dead."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    delivery_id: UUID
    kind: str
    lasting: bool
    status: str
    said: str
    received_at: datetime
    name: str
    address: str


class ReturnList(BaseModel):
    """A part of what came back; ``next_after`` asks for the following part and is empty at the end."""

    items: list[ReturnAnswer]
    next_after: UUID | None


class TaskAnswer(BaseModel):
    """Somebody whom a mail that matters did not reach."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    delivery_id: UUID
    person_id: UUID
    name: str
    address: str
    kind: str
    why: str
    opened_at: datetime


class TaskList(BaseModel):
    """Whom to tell in another way, the longest waiting first, at most 500."""

    items: list[TaskAnswer]


class Told(BaseModel):
    """A task after the deed."""

    id: UUID
    state: str


class LeftOutAnswer(BaseModel):
    """An address that mail does not go to. ``covers`` is ``campaigns`` or ``everything``."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    address: str
    covers: str
    reason: str
    note: str
    created_at: datetime
    expires_at: datetime | None


class LeftOutList(BaseModel):
    """A part of the addresses left out; ``next_after`` asks for the following part and is empty at the end."""

    items: list[LeftOutAnswer]
    next_after: UUID | None


class Released(BaseModel):
    """An address that mail goes to again."""

    id: UUID


@api.get(RETURNS, scope="mail:read")
def list_returns(session: Session, edition: KnownEdition, query: Onward) -> ReturnList:
    """List what came back of an edition's mail, in the order of ids."""
    rows = returns_of(session, edition_id=edition.id, after=query.after, limit=query.limit)
    full = len(rows) == query.limit
    return ReturnList(
        items=[ReturnAnswer.model_validate(row) for row in rows], next_after=rows[-1].id if full else None
    )


@api.get(UNREACHED, scope="mail:read")
def list_unreached(session: Session, edition: KnownEdition) -> TaskList:
    """List whom a mail that matters did not reach."""
    return TaskList(items=[TaskAnswer.model_validate(row) for row in tasks_of(session, edition_id=edition.id)])


@api.post(f"{UNREACHED}/<uuid:unreached_id>/told", scope="mail:keep", status=200, refuses=(TaskUnknown,))
def note_told(session: Session, edition: KnownEdition, unreached_id: UUID, by: SignedIn, now: datetime) -> Told:
    """Note that somebody has told the person in another way."""
    settle_task(session, unreached_id=unreached_id, edition_id=edition.id, deed=Deed(by.person_id, now))
    return Told(id=unreached_id, state="reached")


@api.get("/addresses-left-out", scope="mail:read", everywhere=True)
def list_left_out(session: Session, query: Onward) -> LeftOutList:
    """List the addresses left out at this moment, in the order of ids."""
    rows = left_out(session, after=query.after, limit=query.limit)
    full = len(rows) == query.limit
    return LeftOutList(
        items=[LeftOutAnswer.model_validate(row) for row in rows], next_after=rows[-1].id if full else None
    )


@api.post(
    "/addresses-left-out/<uuid:suppression_id>/release",
    scope="mail:keep",
    status=200,
    everywhere=True,
    refuses=(SuppressionUnknown,),
)
def release_left_out(session: Session, suppression_id: UUID, by: SignedIn, now: datetime) -> Released:
    """Let mail go to an address again."""
    release_address(session, suppression_id=suppression_id, deed=Deed(by.person_id, now))
    return Released(id=suppression_id)
