"""Why somebody can open a publication or cannot, and what opens later, for programs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from services.materials.errors import PersonUnknown, PublicationUnknown
from services.materials.queries import desk as library
from services.materials.queries.coming import coming_publications
from services.materials.queries.explaining import applicant, explained
from services.materials.routes.api.publications import api
from services.materials.routes.keeping import editions_to_see
from services.materials.rules.explaining import Why, may_open_it
from services.materials.settings import MaterialsSettings
from shared.web.door.identity import SignedIn


class WhyAsked(BaseModel):
    """About whom: somebody who applied to an edition of the publication."""

    person: UUID


class FindingAnswer(BaseModel):
    """What one shelf says; null: the publication itself. ``moment`` is when it opens, or was closed."""

    why: Why
    shelf_id: UUID | None
    edition_id: UUID | None
    moment: datetime | None


class WhyAnswer(BaseModel):
    """Whether the person can open the publication now, and what each shelf says, what opens first."""

    can_open: bool
    findings: list[FindingAnswer]


class ComingAnswer(BaseModel):
    """A work that the token's owner will be able to open from ``opens_at`` on."""

    slug: str
    titles: dict[str, str]
    opens_at: datetime
    url: str


class ComingList(BaseModel):
    """What opens later, the next first."""

    items: list[ComingAnswer]


@api.get(
    "/publications/<slug>/why",
    scope="materials:read",
    of=library.editions_reached,
    refuses=(PublicationUnknown, PersonUnknown),
)
def get_why(session: Session, slug: str, query: WhyAsked, by: SignedIn, now: datetime) -> WhyAnswer:
    """Explain why somebody can open a publication, or cannot."""
    found = library.publication_called(session, slug=slug)
    mine = {edition.id for edition in editions_to_see(session, found.id, by)}
    person = applicant(session, person_id=query.person, edition_ids=mine)
    if person is None:
        raise PersonUnknown
    told = explained(session, person_id=person.person_id, publication_id=found.id, now=now)
    seen = [one for one in told if one.edition_id is None or one.edition_id in mine]
    return WhyAnswer(
        can_open=may_open_it(seen),
        findings=[
            FindingAnswer(why=one.why, shelf_id=one.shelf_id, edition_id=one.edition_id, moment=one.moment)
            for one in seen
        ],
    )


@api.get("/coming", scope="materials:read", anywhere=True)
def get_coming(session: Session, by: SignedIn, now: datetime, settings: MaterialsSettings) -> ComingList:
    """List what the token's owner cannot open yet and will be able to."""
    coming = coming_publications(session, person_id=by.person_id, now=now)
    return ComingList(
        items=[
            ComingAnswer(
                slug=one.slug,
                titles=one.titles,
                opens_at=one.opens_at,
                url=f"{settings.public_url}/materials/{one.slug}",
            )
            for one in coming
        ]
    )
