"""The API's selection: criteria, reviewers, who reads what, the ranked list and the reserve list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy.orm import Session

from services.registration.actions.reserves import ReasonNeeded, promote_reserve
from services.registration.actions.reviews import (
    ReviewerUnknown,
    add_reviewer,
    assign_reviews,
    drop_reviewer,
    write_rubric,
)
from services.registration.errors import ApplicationUnknown, NoCriteria, NotAReviewer, NotEnoughPlaces, NotProposable
from services.registration.queries.people import possible_reviewers
from services.registration.queries.places import pool
from services.registration.queries.rankings import RankLine, ranked
from services.registration.queries.reserves import left_beside_proposals, reserve_list, turns_now
from services.registration.queries.reviews import reviewers_of, rubric_of
from services.registration.routes.api.editions import api
from services.registration.rules.selection.scoring import Formula
from shared.deeds import Deed
from shared.schema.base import new_id
from shared.schema.registration import Edition
from shared.web.door.identity import SignedIn

blueprint = api.blueprint

Words = Annotated[
    dict[Annotated[str, Field(pattern="^[a-z]{2}$")], Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]+$")]],
    Field(max_length=5),
]


class CriterionState(BaseModel):
    """What is scored, from 1 to ``best``. Texts are by language; ``anchors`` say what the ends of the scale mean."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = Field(default_factory=lambda: new_id().hex[-8:])
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0
    best: Annotated[int, Field(ge=2, le=10)] = 5
    name: Annotated[Words, Field(min_length=1)]
    anchors: Words = {}


class RubricWanted(BaseModel):
    """All criteria of an edition in their order, and how many reviewers read each application."""

    model_config = ConfigDict(extra="forbid")

    criteria: Annotated[list[CriterionState], Field(max_length=20)]
    reviews_each: Annotated[int, Field(ge=1, le=9)]

    @field_validator("criteria")
    @classmethod
    def _told_apart(cls, criteria: list[CriterionState]) -> list[CriterionState]:
        if len({one.key for one in criteria}) < len(criteria):
            message = "two criteria have the same key"
            raise ValueError(message)
        return criteria


class RubricState(RubricWanted):
    """The criteria in force; reviews that were handed in by an earlier version keep theirs."""

    version: int


class ReviewerState(BaseModel):
    """A reviewer, the languages she reads (none for all), and how far she is."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    name: str
    languages: list[str]
    left: bool
    waiting: int
    handed_in: int


class ReviewerList(BaseModel):
    """Who reviews or reviewed for the edition."""

    items: list[ReviewerState]


class ReviewerWanted(BaseModel):
    """Somebody of the staff who is to review, and the languages she reads; none means all."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID
    languages: Annotated[list[Annotated[str, Field(pattern="^[a-z]{2}$")]], Field(max_length=5)] = []


class ReviewerLeft(BaseModel):
    """How many applications want another reader."""

    unread: int


class Assigned(BaseModel):
    """How many reviews were shared out, and which applications find too few readers: how many are missing for each."""

    assigned: int
    short: dict[str, int]


class RankingWanted(BaseModel):
    """By which formula, and which part of the list."""

    formula: Formula = "mean"
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class Ranked(BaseModel):
    """One application of a ranked list; ``rank`` and ``points`` are empty without a review, ``waiting`` are due."""

    application_id: UUID
    name: str
    country: str
    rank: int | None
    points: float | None
    spread: float | None
    reviews: int
    waiting: int
    decision: str | None
    decision_state: str | None

    @staticmethod
    def of(line: RankLine) -> Ranked:
        """Return how the API tells ``line``."""
        at = line.standing
        return Ranked(
            application_id=line.application_id,
            name=line.name,
            country=line.country,
            rank=line.rank,
            points=at.points if at else None,
            spread=at.spread if at else None,
            reviews=at.reviews if at else 0,
            waiting=line.waiting,
            decision=line.decision,
            decision_state=line.decision_state,
        )


class Ranking(BaseModel):
    """A part of the ranked list; ``total`` counts all of it."""

    items: list[Ranked]
    total: int


class ReserveList(BaseModel):
    """Who waits, in order; ``places_left`` beside the accepts that are proposed; whose turn it is, if anybody's."""

    items: list[Ranked]
    places_left: int
    next: UUID | None
    promotes_itself: bool


class PromotionWanted(BaseModel):
    """Why somebody goes before others who wait; nothing for whose turn it is."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""


class Promoted(BaseModel):
    """For whom the free place is proposed; the offer goes out with the next release."""

    application_id: UUID


@api.get("/editions/<edition_slug>/criteria", scope="selection:read", refuses=(NoCriteria,))
def read_criteria(session: Session, edition: Edition) -> RubricState:
    """Show what is scored."""
    found = rubric_of(session, edition_id=edition.id)
    if found is None:
        raise NoCriteria
    criteria = [CriterionState.model_validate(one) for one in found.criteria]
    return RubricState(criteria=criteria, reviews_each=found.reviews_each, version=found.version)


@api.post("/editions/<edition_slug>/criteria", scope="selection:write", status=200)
def write_criteria(
    session: Session, edition: Edition, *, wanted: RubricWanted, by: SignedIn, now: datetime
) -> RubricState:
    """Put these criteria in force, in place of those there are; reviews that were handed in keep theirs."""
    write_rubric(session, edition_id=edition.id, deed=Deed(by.person_id, now), **wanted.model_dump())
    session.flush()  # the version is asked for
    found = rubric_of(session, edition_id=edition.id)
    return RubricState(**wanted.model_dump(), version=found.version if found else 1)


@api.get("/editions/<edition_slug>/reviewers", scope="selection:read")
def list_reviewers(session: Session, edition: Edition) -> ReviewerList:
    """List who reviews, and how far they are."""
    found = reviewers_of(session, edition_id=edition.id)
    return ReviewerList(items=[ReviewerState.model_validate(one) for one in found])


@api.post("/editions/<edition_slug>/reviewers", scope="selection:write", refuses=(NotAReviewer,))
def let_review(
    session: Session, edition: Edition, *, wanted: ReviewerWanted, by: SignedIn, now: datetime
) -> ReviewerList:
    """Let somebody of the staff review for this edition."""
    if wanted.person_id not in {one.person_id for one in possible_reviewers(session, edition_id=edition.id)}:
        raise NotAReviewer
    languages = [one for one in wanted.languages if one in edition.languages]
    add_reviewer(
        session, edition_id=edition.id, person_id=wanted.person_id, languages=languages, deed=Deed(by.person_id, now)
    )
    return list_reviewers(session, edition)


@api.post(
    "/editions/<edition_slug>/reviewers/<uuid:reviewer_id>/drop",
    scope="selection:write",
    status=200,
    refuses=(ReviewerUnknown,),
)
def let_go(session: Session, edition: Edition, reviewer_id: UUID, by: SignedIn, now: datetime) -> ReviewerLeft:
    """Let a reviewer go; what she has not handed in waits for somebody else."""
    unread = drop_reviewer(session, edition_id=edition.id, reviewer_id=reviewer_id, deed=Deed(by.person_id, now))
    return ReviewerLeft(unread=unread)


@api.post("/editions/<edition_slug>/assignments", scope="selection:write", refuses=(NoCriteria,))
def share_out(session: Session, edition: Edition, by: SignedIn, now: datetime) -> Assigned:
    """Give every application the readers it lacks, evenly and without conflicts of interest."""
    found = assign_reviews(session, edition_id=edition.id, deed=Deed(by.person_id, now))
    return Assigned(assigned=len(found.pairs), short={str(key): missing for key, missing in found.short.items()})


@api.get("/editions/<edition_slug>/ranking", scope="selection:read")
def read_ranking(session: Session, edition: Edition, query: RankingWanted) -> Ranking:
    """Show the applications by what their reviews come to."""
    lines = ranked(session, edition_id=edition.id, formula=query.formula)
    part = lines[query.offset : query.offset + query.limit]
    return Ranking(items=[Ranked.of(one) for one in part], total=len(lines))


@api.get("/editions/<edition_slug>/reserve", scope="selection:read")
def read_reserve_list(session: Session, edition: Edition) -> ReserveList:
    """Show who waits on the reserve list, and whose turn it is."""
    places = pool(session, edition.id)
    left = left_beside_proposals(session, places=places)
    lines = reserve_list(session, edition_id=edition.id)
    found = turns_now(session, places=places, lines=lines, left=left)
    return ReserveList(
        items=[Ranked.of(one) for one in lines],
        places_left=left[edition.id],
        next=found[0].application_id if found else None,
        promotes_itself=edition.promotes_itself,
    )


@api.post(
    "/editions/<edition_slug>/reserve/<uuid:application_id>",
    scope="selection:write",
    refuses=(ApplicationUnknown, NotEnoughPlaces, NotProposable, ReasonNeeded),
)
def promote(
    session: Session, edition: Edition, *, application_id: UUID, wanted: PromotionWanted, by: SignedIn, now: datetime
) -> Promoted:
    """Propose a free place to a reserve, explained by her place on the list."""
    deed = Deed(by.person_id, now, wanted.why)
    promote_reserve(session, edition_id=edition.id, application_id=application_id, deed=deed)
    return Promoted(application_id=application_id)
