"""The API's acts on applications and decisions: hand in, look at the batch, release it. The same deeds as the pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.registration.actions.releases import recall_release, release_decisions
from services.registration.actions.submissions import start_application
from services.registration.errors import (
    AnswersWrong,
    ApplicationsClosed,
    BatchChanged,
    BatchEmpty,
    FormChanged,
    NotEnoughPlaces,
    OptionFull,
    ReleaseKnown,
    ReleaseUnknown,
    SecondReleaserNeeded,
)
from services.registration.queries.decisions import proposals
from services.registration.queries.files import files_in
from services.registration.queries.forms import application_form
from services.registration.queries.places import pool
from services.registration.queries.release_plans import planned_release
from services.registration.queries.releases import waiting_batch
from services.registration.queries.releases_shown import PastRelease, release_with, releases_of
from services.registration.routes.api.editions import api
from services.registration.rules.decisions import OUTCOMES, Outcome
from services.registration.rules.editions import takes_applications
from services.registration.rules.forms.file_kinds import FileGone
from services.registration.views.wording import sentences
from shared.deeds import Deed
from shared.history import StateChanged
from shared.people.rules.emails import suggested_email
from shared.schema.base import new_id
from shared.schema.registration import Edition
from shared.settings import Settings
from shared.web.door.identity import SignedIn
from shared.words.languages import current_locale

blueprint = api.blueprint
"""The API with the acts this module adds to it."""


class ApplicationWanted(BaseModel):
    """One filled-in form: ``answers`` by field key, as the schema of the edition's application form describes them.

    A consent is ``true``: the applicant agreed to the wording of the form in the request's language. ``version`` is
    the one that was filled in; without it the answers are read by the one that is published now.
    """

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[dict[str, Any], Field(max_length=300)]
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class ApplicationTaken(BaseModel):
    """A draft that waits for its address to be proved by the mailed link. ``email_suggestion`` is a hint only."""

    id: UUID
    state: str
    email_suggestion: str | None


class ProposedDecision(BaseModel):
    """One decision that waits to be released."""

    decision_id: UUID
    application_id: UUID
    outcome: Outcome
    note: str


class BatchWanted(BaseModel):
    """Which part of the batch is listed."""

    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


class PoolDemand(BaseModel):
    """What the accepts want of one pool of places; ``name`` is by language."""

    name: dict[str, str]
    accepts: int
    left: int


class OverbookingRisk(BaseModel):
    """If each open offer is accepted at this rate, how likely more are than there are places, from 0 to 1."""

    rate: float
    chance: float


class Batch(BaseModel):
    """What releasing would make known. ``seen`` goes into the release; ``short`` accepts have no place.

    ``counts`` are of all of it; ``pools`` are the places of groups; ``risks`` are there where more offers than
    places will be open; ``items`` are the part that was asked for.
    """

    seen: str
    counts: dict[str, int]
    places_left: int
    short: int
    pools: list[PoolDemand]
    risks: list[OverbookingRisk]
    items: list[ProposedDecision]


class ReleaseWanted(BaseModel):
    """The batch that was looked at."""

    model_config = ConfigDict(extra="forbid")

    seen: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class ReleaseState(BaseModel):
    """How far a release is: ``known`` of ``decisions`` are known to their applicants; ``counts`` are by outcome.

    Until ``known_from`` it can be taken back, and nobody is told. A large batch is then made known part by part, so
    that ``finished`` comes later.
    """

    id: UUID
    released_at: datetime
    known_from: datetime
    decisions: int
    known: int
    finished: bool
    counts: dict[str, int]

    @staticmethod
    def of(found: PastRelease) -> ReleaseState:
        """Return how the API tells ``found``."""
        return ReleaseState(
            id=found.id,
            released_at=found.released_at,
            known_from=found.known_from,
            decisions=found.decisions,
            known=found.known,
            finished=found.finished,
            counts=dict.fromkeys(OUTCOMES, 0) | found.counts,
        )


class Released(ReleaseState):
    """What was released, how far it is already, and the places that are left beside those it holds."""

    places_left: int


class ReleaseList(BaseModel):
    """The releases of an edition, the newest first."""

    items: list[ReleaseState]


class TakenBack(BaseModel):
    """How many decisions are proposals again."""

    decisions: int


@api.post(
    "/editions/<edition_slug>/applications",
    scope="applications:submit",
    refuses=(ApplicationsClosed, AnswersWrong, FormChanged, OptionFull, FileGone),
)
def submit_application(
    session: Session, edition: Edition, wanted: ApplicationWanted, now: datetime
) -> ApplicationTaken:
    """Hand in an application for somebody; it counts once the person has opened the link mailed to the address."""
    if not takes_applications(
        opens_at=edition.opens_at,
        closes_at=edition.closes_at,
        published=edition.published_at is not None,
        now=now,
    ):
        raise ApplicationsClosed
    asks = application_form(session, edition.id)
    form = asks.form
    if wanted.version not in {None, form.version}:
        raise FormChanged
    files = files_in(session, form, wanted.answers, form_id=asks.form_id) if asks.form_id else {}
    answers, problems = form.read(
        wanted.answers, languages=edition.languages, locale=current_locale(), files=files, strict=True
    )
    if answers is None:
        raise AnswersWrong(errors=sentences(problems, form))
    application_id = start_application(
        session,
        edition_id=edition.id,
        submission_key=new_id(),
        answers=answers,
        locale=current_locale(),
        now=now,
    )
    return ApplicationTaken(id=application_id, state="draft", email_suggestion=suggested_email(answers.email))


@api.get("/editions/<edition_slug>/decisions", scope="applications:read")
def read_batch(session: Session, edition: Edition, query: BatchWanted) -> Batch:
    """Show what is proposed and what releasing it would do."""
    batch = waiting_batch(session, edition_id=edition.id)
    listed = proposals(session, edition_id=edition.id, limit=query.limit, offset=query.offset, total=batch.total)
    planned = planned_release(session, edition_id=edition.id, batch=batch, places=pool(session, edition.id))
    plan = planned.plan
    items = [
        ProposedDecision(
            decision_id=one.decision_id, application_id=one.application_id, outcome=one.outcome, note=one.note
        )
        for one in listed
    ]
    return Batch(
        seen=batch.digest,
        counts=plan.counts,
        places_left=plan.places_left,
        short=plan.short,
        pools=[PoolDemand(name=dict(one.name), accepts=one.accepts, left=one.left) for one in plan.demands],
        risks=[OverbookingRisk(rate=one.rate, chance=one.chance) for one in planned.risks],
        items=items,
    )


@api.post(
    "/editions/<edition_slug>/releases",
    scope="decisions:release",
    refuses=(BatchEmpty, BatchChanged, NotEnoughPlaces, SecondReleaserNeeded, StateChanged),
)
def release(
    session: Session,
    edition: Edition,
    *,
    wanted: ReleaseWanted,
    by: SignedIn,
    now: datetime,
    settings: Settings,
) -> Released:
    """Release the batch that was looked at: every person learns the decision, an accept becomes an offer.

    Nobody is told before the time to take it back is over; a batch of more than 400 decisions then goes on part by
    part. The answer says how many are known by then.
    """
    begun = release_decisions(
        session,
        edition_id=edition.id,
        seen=wanted.seen,
        deed=Deed(by.person_id, now),
        recall=timedelta(seconds=settings.recall_seconds),
    )
    found = release_with(session, edition_id=edition.id, batch_id=begun.batch_id)
    left = begun.plan.places_left - begun.plan.counts["accept"]
    return Released(**ReleaseState.of(found).model_dump(), places_left=left)


@api.post(
    "/editions/<edition_slug>/releases/<uuid:batch_id>/recall",
    scope="decisions:release",
    status=200,
    refuses=(ReleaseUnknown, ReleaseKnown),
)
def recall(session: Session, edition: Edition, batch_id: UUID, by: SignedIn, now: datetime) -> TakenBack:
    """Take a release back before anything of it is known; its decisions are proposals again."""
    freed = recall_release(session, edition_id=edition.id, batch_id=batch_id, deed=Deed(by.person_id, now))
    return TakenBack(decisions=freed)


@api.get("/editions/<edition_slug>/releases", scope="applications:read")
def list_releases(session: Session, edition: Edition) -> ReleaseList:
    """Show the releases and how far each of them is."""
    return ReleaseList(items=[ReleaseState.of(one) for one in releases_of(session, edition_id=edition.id)])
