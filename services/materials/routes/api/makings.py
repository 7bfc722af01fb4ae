"""How far the machine has come, for programs that upload."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from services.materials.actions.makings import ask_again
from services.materials.errors import RenditionUnknown
from services.materials.queries import desk as library
from services.materials.queries.makings import edition_of_making, makings_of, release_of_making
from services.materials.routes.api.publications import api
from shared.deeds import Deed
from shared.history import StateChanged
from shared.web.door.identity import SignedIn


class MakingAnswer(BaseModel):
    """The work on one uploaded file. ``pages`` is null until it was opened.

    ``trouble`` says what stood in the way: ``locked`` (a password, or copying forbidden), ``broken``, ``heavy`` (it
    takes more memory or time than a file may) or ``empty``.
    """

    id: UUID
    rendition_id: UUID
    state: str
    pages_done: int
    pages: int | None
    trouble: str | None


class MakingList(BaseModel):
    """The work on the files of a release."""

    items: list[MakingAnswer]


@api.get("/releases/<uuid:release_id>/makings", scope="materials:read", of=library.editions_reached_by_release)
def list_makings(session: Session, release_id: UUID) -> MakingList:
    """Tell for each uploaded file how far the machine has come: pages, light version, plain text, chapters."""
    found = makings_of(session, release_id=release_id).values()
    return MakingList(items=[MakingAnswer(**one.__dict__) for one in sorted(found, key=lambda one: one.id)])


@api.post(
    "/makings/<uuid:making_id>/retry",
    scope="materials:keep",
    of=edition_of_making,
    status=200,
    refuses=(RenditionUnknown, StateChanged),
)
def post_making_retry(session: Session, making_id: UUID, by: SignedIn, now: datetime) -> MakingAnswer:
    """Take a file apart once more; what is being made already is refused."""
    ask_again(session, making_id=making_id, deed=Deed(by.person_id, now))
    release_id = release_of_making(session, making_id)
    found = makings_of(session, release_id=release_id).values() if release_id else ()
    for one in found:
        if one.id == making_id:
            return MakingAnswer(**one.__dict__)
    raise RenditionUnknown
