"""The API of an edition's figures: the numbers behind the desk's pictures."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from services.registration.queries.figures import balance_of, funnel_of, submitted_by_day
from services.registration.queries.places import pool
from services.registration.routes.api.editions import api
from shared.schema.registration import Edition

blueprint = api.blueprint


class PlacesAnswer(BaseModel):
    """The places: how many there are, taken, held by an open offer, and how many more may be offered."""

    capacity: int
    taken: int
    offered: int
    left: int


class FunnelAnswer(BaseModel):
    """How many people got how far; ``fetched`` is null where no Reader stands on a shelf of the edition."""

    model_config = ConfigDict(from_attributes=True)

    submitted: int
    decided: int
    offered: int
    taken: int
    fetched: int | None


class GroupAnswer(BaseModel):
    """People who are alike: a country (ISO 3166-1), a language or a region (M49) and how many did what."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    applied: int
    holding: int
    proposed: int


class BalanceAnswer(BaseModel):
    """Who applied and who holds a place or an offer; ``proposed`` are those a release would add."""

    model_config = ConfigDict(from_attributes=True)

    countries: list[GroupAnswer]
    languages: list[GroupAnswer]
    regions: list[GroupAnswer]


class Figures(BaseModel):
    """An edition in numbers. Days are those of its own time zone."""

    places: PlacesAnswer
    submitted_by_day: dict[date, int]
    funnel: FunnelAnswer
    balance: BalanceAnswer


@api.get("/editions/<edition_slug>/figures", scope="applications:read")
def read_figures(session: Session, edition: Edition) -> Figures:
    """Read an edition in numbers."""
    places = pool(session, edition.id)
    counts = submitted_by_day(session, edition_id=edition.id, zone=edition.time_zone)
    return Figures(
        places=PlacesAnswer(capacity=places.capacity, taken=places.enrolled, offered=places.offered, left=places.left),
        submitted_by_day=dict(sorted(counts.items())),
        funnel=FunnelAnswer.model_validate(funnel_of(session, edition_id=edition.id)),
        balance=BalanceAnswer.model_validate(balance_of(session, edition_id=edition.id)),
    )
