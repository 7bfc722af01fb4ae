"""Registration's API: editions, applications, proposals. The same deeds as the desk's pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.registration.actions.decisions import propose_decision
from services.registration.actions.notes import write_note
from services.registration.errors import ApplicationUnknown, NotProposable
from services.registration.queries.applications import application_of
from services.registration.queries.editions import all_editions, edition_at
from services.registration.queries.lines import Order, Wish, application_page
from services.registration.rules.decisions import Outcome
from shared.deeds import Deed
from shared.schema.registration import Edition
from shared.web.api.declaring import Api
from shared.web.door.identity import SignedIn
from shared.words.languages import SOURCE_LANGUAGE

api = Api("registration", edition_at=edition_at)
blueprint = api.blueprint

_FURTHEST = 1_000_000


class EditionAnswer(BaseModel):
    """One Academy. Texts are by language."""

    id: UUID
    slug: str
    name: dict[str, str]
    place: str
    starts_on: date
    ends_on: date
    time_zone: str
    capacity: int
    opens_at: datetime
    closes_at: datetime
    heard_by: date | None
    """By this day whoever applied has been told; null where nothing is promised."""
    published: bool

    @staticmethod
    def of(edition: Edition) -> EditionAnswer:
        """Return how the API shows ``edition``."""
        return EditionAnswer(
            id=edition.id,
            slug=edition.slug,
            name=edition.name,
            place=edition.place,
            starts_on=edition.starts_on,
            ends_on=edition.ends_on,
            time_zone=edition.time_zone,
            capacity=edition.capacity,
            opens_at=edition.opens_at,
            closes_at=edition.closes_at,
            heard_by=edition.heard_by,
            published=edition.published_at is not None,
        )


class EditionList(BaseModel):
    """Editions, the latest first."""

    items: list[EditionAnswer]


class ApplicationLine(BaseModel):
    """An application as the desk's table shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    email: str
    country: str
    organisation: str
    language: str
    state: str
    submitted_at: datetime | None
    decision: str | None
    decision_state: str | None
    offer: str | None


class ApplicationList(BaseModel):
    """A part of an edition's applications; ``total`` counts all that match."""

    items: list[ApplicationLine]
    total: int


class ApplicationAnswer(BaseModel):
    """An application with its answers."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    edition_id: UUID
    person_id: UUID | None
    state: str
    name: str
    email: str
    country: str
    organisation: str
    language: str
    form_version: int
    answers: dict[str, Any]
    submitted_at: datetime | None
    updated_at: datetime


class ApplicationsWanted(BaseModel):
    """Which applications, and which part of them."""

    search: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    state: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]*$")] = ""
    offset: Annotated[int, Field(ge=0, le=_FURTHEST)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ProposalWanted(BaseModel):
    """What to propose, and why."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    note: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


class ProposalAnswer(BaseModel):
    """What was proposed."""

    application_id: UUID
    outcome: Outcome


@api.get("/editions", scope="editions:read", anywhere=True)
def list_editions(session: Session, by: SignedIn) -> EditionList:
    """List the editions in which the token's owner has a role."""
    names = {role.name for role in by.roles}
    seen = [edition for edition in all_editions(session) if by.holds(*names, edition_id=edition.id)]
    return EditionList(items=[EditionAnswer.of(edition) for edition in seen])


@api.get("/editions/<edition_slug>/applications", scope="applications:read")
def list_applications(session: Session, edition: Edition, query: ApplicationsWanted) -> ApplicationList:
    """List an edition's applications, the latest first."""
    wish = Wish(search=query.search, states=[query.state] if query.state else ())
    found = application_page(
        session,
        edition_id=edition.id,
        wish=wish,
        order=Order("submitted_at", SOURCE_LANGUAGE),
        descending=True,
        offset=query.offset,
        limit=query.limit,
        most=None,
    )
    return ApplicationList(
        items=[ApplicationLine.model_validate(line) for line in found.rows], total=found.count.number
    )


@api.get(
    "/editions/<edition_slug>/applications/<uuid:application_id>",
    scope="applications:read",
    refuses=(ApplicationUnknown,),
)
def read_application(session: Session, edition: Edition, application_id: UUID) -> ApplicationAnswer:
    """Read one application."""
    found = application_of(session, edition_id=edition.id, application_id=application_id)
    return ApplicationAnswer.model_validate(found)


@api.post(
    "/editions/<edition_slug>/applications/<uuid:application_id>/proposal",
    scope="decisions:propose",
    refuses=(ApplicationUnknown, NotProposable),
)
def propose(
    session: Session, edition: Edition, *, application_id: UUID, wanted: ProposalWanted, by: SignedIn, now: datetime
) -> ProposalAnswer:
    """Propose a decision; it is released from the desk."""
    application_of(session, edition_id=edition.id, application_id=application_id)
    propose_decision(
        session,
        edition_id=edition.id,
        application_id=application_id,
        outcome=wanted.outcome,
        note=wanted.note,
        deed=Deed(by.person_id, now),
    )
    return ProposalAnswer(application_id=application_id, outcome=wanted.outcome)


class NoteWanted(BaseModel):
    """A note for the desk; the applicant never sees it."""

    model_config = ConfigDict(extra="forbid")

    words: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


class NoteAnswer(BaseModel):
    """What was noted, and on what."""

    application_id: UUID
    words: str


@api.post(
    "/editions/<edition_slug>/applications/<uuid:application_id>/notes",
    scope="decisions:propose",
    refuses=(ApplicationUnknown,),
)
def write_note_on(
    session: Session, edition: Edition, *, application_id: UUID, wanted: NoteWanted, by: SignedIn, now: datetime
) -> NoteAnswer:
    """Keep a note on an application."""
    deed = Deed(by.person_id, now)
    write_note(session, edition_id=edition.id, application_id=application_id, words=wanted.words, deed=deed)
    return NoteAnswer(application_id=application_id, words=wanted.words)
