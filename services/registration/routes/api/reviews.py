"""The API's reviews: a reviewer's own, and nothing of what others think before she handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.registration.actions.reviews import keep_scores, recuse, take_up_again
from services.registration.errors import NoCriteria, ReviewHandedIn, ReviewIncomplete, ReviewUnknown
from services.registration.queries.reviews import my_queue, my_review, reviews_handed_in
from services.registration.routes.api.editions import api
from shared.deeds import Deed
from shared.history import StateChanged
from shared.schema.registration import Edition
from shared.web.door.identity import SignedIn

blueprint = api.blueprint

Recommendation = Literal["", "accept", "reserve", "decline"]


class ReviewLine(BaseModel):
    """One application in the hands of whoever asks; ``scored`` criteria have a score already."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    application_id: UUID
    name: str
    country: str
    language: str
    state: str
    scored: int


class ReviewList(BaseModel):
    """What whoever asks has to review, and has reviewed: first what waits."""

    items: list[ReviewLine]


class OthersReview(BaseModel):
    """What another reviewer thinks, on the scale from 0 to 100."""

    model_config = ConfigDict(from_attributes=True)

    reviewer: str
    points: float
    recommendation: str
    comment: str
    handed_in_at: datetime


class ReviewState(BaseModel):
    """A review of one's own. ``others`` is empty until it is handed in."""

    id: UUID
    application_id: UUID
    state: str
    scores: dict[str, int]
    recommendation: str
    comment: str
    others: list[OthersReview]


class ReviewWanted(BaseModel):
    """Scores by criterion, from 1 to its best. With ``hand_in`` every criterion has one."""

    model_config = ConfigDict(extra="forbid")

    scores: Annotated[dict[Annotated[str, Field(max_length=100)], int], Field(max_length=50)]
    recommendation: Recommendation = ""
    comment: Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")] = ""
    hand_in: bool = False


class ConflictWanted(BaseModel):
    """Why somebody may not review an application."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]


class ReviewKept(BaseModel):
    """Where the review stands now."""

    id: UUID
    state: str


@api.get("/editions/<edition_slug>/reviews", scope="reviews:write")
def list_reviews(session: Session, edition: Edition, by: SignedIn) -> ReviewList:
    """List what the token's owner has to review in this edition."""
    found = my_queue(session, edition_id=edition.id, person_id=by.person_id)
    return ReviewList(items=[ReviewLine.model_validate(one) for one in found])


@api.get("/editions/<edition_slug>/reviews/<uuid:review_id>", scope="reviews:write", refuses=(ReviewUnknown,))
def read_review(session: Session, edition: Edition, review_id: UUID, by: SignedIn) -> ReviewState:
    """Read one review of one's own; those of others beside it once it is handed in."""
    found = my_review(session, edition_id=edition.id, review_id=review_id, person_id=by.person_id)
    others = []
    if found.state == "handed_in":
        others = reviews_handed_in(session, application_id=found.application_id, edition_id=edition.id)
    return ReviewState(
        id=found.id,
        application_id=found.application_id,
        state=found.state,
        scores=found.scores,
        recommendation=found.recommendation,
        comment=found.comment,
        others=[OthersReview.model_validate(one) for one in others],
    )


@api.post(
    "/editions/<edition_slug>/reviews/<uuid:review_id>",
    scope="reviews:write",
    status=200,
    refuses=(ReviewUnknown, NoCriteria, ReviewIncomplete, ReviewHandedIn, StateChanged),
)
def write_review(
    session: Session, edition: Edition, *, review_id: UUID, wanted: ReviewWanted, by: SignedIn, now: datetime
) -> ReviewKept:
    """Keep what one thinks, or hand it in; nobody sees it before."""
    keep_scores(
        session, edition_id=edition.id, review_id=review_id, deed=Deed(by.person_id, now), **wanted.model_dump()
    )
    return ReviewKept(id=review_id, state="handed_in" if wanted.hand_in else "assigned")


@api.post(
    "/editions/<edition_slug>/reviews/<uuid:review_id>/reopen",
    scope="reviews:write",
    status=200,
    refuses=(ReviewUnknown, StateChanged),
)
def reopen_review(session: Session, edition: Edition, review_id: UUID, by: SignedIn, now: datetime) -> ReviewKept:
    """Take up again what one handed in; it does not count until it is handed in again."""
    take_up_again(session, edition_id=edition.id, review_id=review_id, deed=Deed(by.person_id, now))
    return ReviewKept(id=review_id, state="assigned")


@api.post(
    "/editions/<edition_slug>/reviews/<uuid:review_id>/recuse",
    scope="reviews:write",
    status=200,
    refuses=(ReviewUnknown, StateChanged),
)
def recuse_from_review(
    session: Session, edition: Edition, *, review_id: UUID, wanted: ConflictWanted, by: SignedIn, now: datetime
) -> ReviewKept:
    """Give an application back for a conflict of interest; somebody else reads it."""
    recuse(session, edition_id=edition.id, review_id=review_id, why=wanted.why, deed=Deed(by.person_id, now))
    return ReviewKept(id=review_id, state="recused")
