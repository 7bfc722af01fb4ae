"""The API's named views of the applications."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.registration.actions.saved_views import ViewsFull, ViewUnknown, drop_view, save_view
from services.registration.queries.saved_views import saved_views
from services.registration.routes.api.editions import api
from shared.deeds import Deed
from shared.schema.registration import Edition
from shared.web.door.identity import SignedIn

blueprint = api.blueprint


class ViewWanted(BaseModel):
    """A name, and the query of the desk's page: filters, ``sort`` and ``cols``, as its address has them."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
    query: Annotated[str, Field(max_length=2000, pattern=r"^[\x21-\x7e]*$")]


class ViewState(ViewWanted):
    """A view that is kept."""

    id: UUID
    made_at: datetime


class ViewList(BaseModel):
    """The views of an edition, by name."""

    items: list[ViewState]


class ViewKept(BaseModel):
    """Which view was kept or dropped."""

    id: UUID


@api.get("/editions/<edition_slug>/views", scope="applications:read")
def list_views(session: Session, edition: Edition) -> ViewList:
    """List the views that the desk keeps."""
    found = saved_views(session, edition_id=edition.id)
    return ViewList(items=[ViewState(id=one.id, name=one.name, query=one.query, made_at=one.made_at) for one in found])


@api.post("/editions/<edition_slug>/views", scope="selection:write", refuses=(ViewsFull,))
def keep_view(session: Session, edition: Edition, *, wanted: ViewWanted, by: SignedIn, now: datetime) -> ViewKept:
    """Keep a view by a name, in place of the one that has it."""
    made = save_view(session, edition_id=edition.id, name=wanted.name, query=wanted.query, deed=Deed(by.person_id, now))
    return ViewKept(id=made)


@api.post(
    "/editions/<edition_slug>/views/<uuid:view_id>/drop", scope="selection:write", status=200, refuses=(ViewUnknown,)
)
def forget_view(session: Session, edition: Edition, view_id: UUID) -> ViewKept:
    """Forget a view; links to what it showed still work."""
    drop_view(session, edition_id=edition.id, view_id=view_id)
    return ViewKept(id=view_id)
