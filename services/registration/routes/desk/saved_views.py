"""Views of the applications that are kept by name: saved from the page that shows them, dropped there."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.saved_views import drop_view, save_view
from services.registration.queries.editions import edition_at
from services.registration.queries.forms import application_form
from services.registration.queries.lines import countries_present
from services.registration.routes.desk.applications import table_query
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import read_form
from shared.web.pages.refusing import refused_at
from shared.words.sentences import _, _l

blueprint = Blueprint("desk_saved_views", __name__)
_LIST = "/desk/e/{edition_slug}/applications"


class ViewWanted(BaseModel):
    """What a view is called."""

    name: Annotated[str, Field(min_length=1, max_length=80)]


@blueprint.post("/desk/e/<edition_slug>/applications/views")
@staff("organiser")
@refused_at(_LIST)
def keep_view(edition_slug: str) -> Response:
    """Keep the view that the page shows; its filters, order and columns stand in the address."""
    name = read_form(ViewWanted, request.form, messages={"name": _l("Give the view a name")}).name
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        listed = application_form(session, edition.id).form.listed
        countries = countries_present(session, edition_id=edition.id)
        query = urlencode(table_query(request.args, edition, countries, listed).pairs(without=("page",)))
        save_view(session, edition_id=edition.id, name=name, query=query, deed=my_deed())
    flash_message(_("The view is kept as “%(name)s”, for everybody at this desk.", name=name))
    return see_other(f"{_LIST.format(edition_slug=edition_slug)}?{query}")


@blueprint.post("/desk/e/<edition_slug>/applications/views/<uuid:view_id>/drop")
@staff("organiser")
@refused_at(_LIST)
def forget_view(edition_slug: str, view_id: UUID) -> Response:
    """Forget a view."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        drop_view(session, edition_id=edition.id, view_id=view_id)
    flash_message(_("The view is gone. Links to what it showed still work."))
    return see_other(_LIST.format(edition_slug=edition_slug))
