"""A whole publication taken out of the library by a program, and put back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.materials.actions.removals import remove_publication, restore_publication
from services.materials.errors import PublicationUnknown
from services.materials.queries import desk as library
from services.materials.routes.api.payloads import Withdrawal
from services.materials.routes.api.publications import api
from services.materials.views.answers import RemovalAnswer
from shared.deeds import Deed
from shared.web.door.identity import SignedIn

blueprint = api.blueprint


@api.post(
    "/publications/<slug>/removal",
    scope="materials:keep",
    of=library.edition_of_publication,
    status=200,
    refuses=(PublicationUnknown,),
)
def post_removal(session: Session, slug: str, wanted: Withdrawal, by: SignedIn, now: datetime) -> RemovalAnswer:
    """Take a publication out of the library. What nobody but staff has seen is deleted and cannot be put back."""
    found = library.publication_called(session, slug=slug)
    stays = remove_publication(session, publication_id=found.id, deed=Deed(by.person_id, now, wanted.why))
    return RemovalAnswer(slug=slug, state="removed" if stays else "deleted")


@api.post(
    "/publications/<slug>/restoration",
    scope="materials:keep",
    of=library.edition_of_publication,
    status=200,
    refuses=(PublicationUnknown,),
)
def post_restoration(session: Session, slug: str, by: SignedIn, now: datetime) -> RemovalAnswer:
    """Put a publication back as it was, on the shelves where it stood."""
    found = library.publication_called(session, slug=slug)
    restore_publication(session, publication_id=found.id, deed=Deed(by.person_id, now))
    return RemovalAnswer(slug=slug, state="kept")
