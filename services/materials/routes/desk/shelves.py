"""The desk's shelves: all of them at a glance, changed and taken down."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, render_template, request

from services.materials.actions.shelves import change_shelf, take_down_shelf
from services.materials.errors import ShelfNeverOpen
from services.materials.queries import desk as library
from services.materials.routes.api.payloads import ShelfChange
from services.materials.routes.desk.publications import words
from services.materials.routes.keeping import KEEP, may_keep
from shared.editions import editions_by_id, zone_for
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, bind, fill
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale, zone_of
from shared.words.sentences import _
from shared.words.wall_clock import Unreadable, shown

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("shelves_desk", __name__)
PAGE = "/desk/materials/shelves"


@blueprint.get(PAGE)
@staff(*KEEP, anywhere=True)
def shelves() -> str:
    """List the shelves of the editions this person keeps, with what stands on each."""
    person = current_person()
    with tools().database.reading() as session:
        rows = [row for row in library.all_shelves(session) if may_keep(person, row.edition_id)]
        editions = editions_by_id(session, ids=[row.edition_id for row in rows])
    return render_template("materials/desk/shelves.html", rows=rows, editions=editions, **words())


@blueprint.get(PAGE + "/<uuid:shelf_id>")
@staff(*KEEP, of=library.edition_of_shelf)
def shelf(shelf_id: UUID) -> str:
    """Show a shelf, to be changed or taken down."""
    with tools().database.reading() as session:
        found = library.shelf_with(session, shelf_id=shelf_id)
        zone = zone_of(zone_for(session, found.edition_id))
    typed = {
        "name": found.names.get(current_locale(), ""),
        "opens_at": shown(found.opens_at, zone) if found.opens_at else "",
        "closes_at": shown(found.closes_at, zone) if found.closes_at else "",
    }
    return _page(shelf_id, fill(typed))


@blueprint.post(PAGE + "/<uuid:shelf_id>")
@staff(*KEEP, of=library.edition_of_shelf)
def change(shelf_id: UUID) -> Response | tuple[str, int]:
    """Change a shelf's name and times; names in other languages stay."""
    bound = bind(ShelfChange, request.form)
    if bound.model is None:
        return _page(shelf_id, bound.form), 422
    asked = bound.model
    try:
        with tools().database.transaction() as session:
            found = library.shelf_with(session, shelf_id=shelf_id)
            times = asked.times(zone_of(zone_for(session, found.edition_id)))
            names = {**found.names, current_locale(): asked.name}
            change_shelf(
                session,
                shelf_id=shelf_id,
                names={code: name for code, name in names.items() if name},
                opens_at=times.opens_at,
                closes_at=times.closes_at,
                deed=my_deed(),
            )
    except (Unreadable, ShelfNeverOpen) as refusal:
        said = refusal.args[0] if isinstance(refusal, Unreadable) else refusal.title
        return _page(shelf_id, bound.form.with_errors({"closes_at": said})), 422
    flash_message(_("Saved."), "success")
    return see_other(PAGE)


@blueprint.post(PAGE + "/<uuid:shelf_id>/delete")
@staff(*KEEP, of=library.edition_of_shelf)
@refused_at(PAGE)
def take_down(shelf_id: UUID) -> Response:
    """Delete a shelf."""
    with tools().database.transaction() as session:
        take_down_shelf(session, shelf_id=shelf_id, deed=my_deed())
    flash_message(_("The shelf is gone. Nobody can open anything from it any more."), "success")
    return see_other(PAGE)


def _page(shelf_id: UUID, form: Form) -> str:
    with tools().database.reading() as session:
        found = library.shelf_with(session, shelf_id=shelf_id)
        zone = zone_for(session, found.edition_id)
    return render_template("materials/desk/shelf.html", shelf=found, shelf_zone=zone, form=form, **words())
