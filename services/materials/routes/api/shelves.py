"""Shelves as programs see them, and what they put on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.materials.actions.shelves import place_on_shelf, take_from_shelf
from services.materials.errors import PublicationUnknown, ShelfUnknown
from services.materials.queries import desk as library
from services.materials.routes.api.payloads import ShelfNamed
from services.materials.routes.api.publications import api
from services.materials.routes.keeping import may_keep
from services.materials.views.answers import ShelfAnswer, ShelfList
from shared.deeds import Deed
from shared.web.door.identity import SignedIn

blueprint = api.blueprint


@api.get(
    "/publications/<slug>/shelves",
    scope="materials:read",
    of=library.edition_of_publication,
    refuses=(PublicationUnknown,),
)
def list_shelves(session: Session, slug: str) -> ShelfList:
    """List the shelves that a publication may stand on, and say on which it does."""
    return _shelves(session, slug)


@api.post(
    "/publications/<slug>/shelves",
    scope="materials:keep",
    of=library.edition_of_publication,
    status=200,
    refuses=(PublicationUnknown, ShelfUnknown),
)
def post_place(session: Session, slug: str, wanted: ShelfNamed, by: SignedIn, now: datetime) -> ShelfList:
    """Put a publication on a shelf; putting it there twice changes nothing."""
    found = library.publication_called(session, slug=slug)
    _require_own(session, wanted, by)
    place_on_shelf(session, shelf_id=wanted.shelf_id, publication_id=found.id, deed=Deed(by.person_id, now))
    session.flush()  # the answer says where it stands now
    return _shelves(session, slug)


@api.post(
    "/publications/<slug>/shelves/taking",
    scope="materials:keep",
    of=library.edition_of_publication,
    status=200,
    refuses=(PublicationUnknown, ShelfUnknown),
)
def post_taking(session: Session, slug: str, wanted: ShelfNamed, by: SignedIn, now: datetime) -> ShelfList:
    """Take a publication from a shelf; nobody may open it by this shelf any more."""
    found = library.publication_called(session, slug=slug)
    _require_own(session, wanted, by)
    take_from_shelf(session, shelf_id=wanted.shelf_id, publication_id=found.id, deed=Deed(by.person_id, now))
    session.flush()  # the answer says where it stands now
    return _shelves(session, slug)


def _require_own(session: Session, wanted: ShelfNamed, by: SignedIn) -> None:
    """Refuse the shelf of an edition that the token's owner does not keep: it is unknown to them."""
    if not may_keep(by, library.shelf_with(session, shelf_id=wanted.shelf_id).edition_id):
        raise ShelfUnknown


def _shelves(session: Session, slug: str) -> ShelfList:
    found = library.publication_called(session, slug=slug)
    rows = library.shelves_for(session, publication_id=found.id, edition_id=found.edition_id)
    return ShelfList(items=[ShelfAnswer.of(row) for row in rows])
