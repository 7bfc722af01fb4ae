"""The API's places of groups. The same deeds as the desk's page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.registration.actions.pools import GroupUnknown, PoolTaken, change_pool, make_pool, remove_pool
from services.registration.queries.places import pool
from services.registration.queries.pools import PoolUnknown
from services.registration.routes.api.editions import api
from shared.deeds import Deed
from shared.schema.registration import Edition
from shared.web.door.identity import SignedIn

blueprint = api.blueprint

Name = Annotated[
    dict[Annotated[str, Field(pattern="^[a-z]{2}$")], Annotated[str, Field(max_length=100, pattern=r"^[^\x00]+$")]],
    Field(min_length=1, max_length=5),
]


class PlacesLeft(BaseModel):
    """So many places, so many offers open, so many places taken, so many offers that may still be made."""

    capacity: int
    offered: int
    enrolled: int
    left: int


class PoolState(PlacesLeft):
    """The places of one group. ``trait`` and ``value`` say who belongs to it; ``name`` is by language."""

    id: UUID
    name: dict[str, str]
    trait: str
    value: str


class PlacesState(PlacesLeft):
    """The places of an edition, and of its groups."""

    over_offer: int
    pools: list[PoolState]


class PoolChanged(BaseModel):
    """What the places are called, and how many there are."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    capacity: Annotated[int, Field(ge=0, le=100_000)]


class PoolWanted(PoolChanged):
    """A group and its places; ``trait`` is ``region``, ``country``, ``language``, ``fellowship``, ``answer.key``."""

    trait: Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9_.-]*$", max_length=100)]
    value: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=100)]


class PoolKept(BaseModel):
    """Which pool was made, changed or taken away."""

    id: UUID


@api.get("/editions/<edition_slug>/places", scope="selection:read")
def read_places(session: Session, edition: Edition) -> PlacesState:
    """Show how many places there are, who holds them as a number, and how many are left, in each pool."""
    found = pool(session, edition.id)
    return PlacesState(
        capacity=found.capacity,
        over_offer=found.over_offer,
        offered=found.offered,
        enrolled=found.enrolled,
        left=found.left,
        pools=[
            PoolState(
                id=one.id,
                name=dict(one.name),
                trait=one.trait,
                value=one.value,
                capacity=one.capacity,
                offered=one.offered,
                enrolled=one.enrolled,
                left=one.left,
            )
            for one in found.named
        ],
    )


@api.post("/editions/<edition_slug>/pools", scope="selection:write", refuses=(PoolTaken, GroupUnknown))
def make_places(session: Session, edition: Edition, *, wanted: PoolWanted, by: SignedIn, now: datetime) -> PoolKept:
    """Give a group places of its own; offers and places it has already count."""
    made = make_pool(session, edition_id=edition.id, deed=Deed(by.person_id, now), **wanted.model_dump())
    return PoolKept(id=made)


@api.post("/editions/<edition_slug>/pools/<uuid:pool_id>", scope="selection:write", status=200, refuses=(PoolUnknown,))
def change_places(
    session: Session, edition: Edition, *, pool_id: UUID, wanted: PoolChanged, by: SignedIn, now: datetime
) -> PoolKept:
    """Change the name and the number of a group's places; the group stays, and nobody loses a place."""
    change_pool(session, edition_id=edition.id, pool_id=pool_id, deed=Deed(by.person_id, now), **wanted.model_dump())
    return PoolKept(id=pool_id)


@api.post(
    "/editions/<edition_slug>/pools/<uuid:pool_id>/remove",
    scope="selection:write",
    status=200,
    refuses=(PoolUnknown,),
)
def remove_places(session: Session, edition: Edition, *, pool_id: UUID, by: SignedIn, now: datetime) -> PoolKept:
    """Let a group need no places of its own any more; every offer and place stays."""
    remove_pool(session, edition_id=edition.id, pool_id=pool_id, deed=Deed(by.person_id, now))
    return PoolKept(id=pool_id)
