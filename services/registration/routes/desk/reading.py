"""The reading room: one application after the other, as a filter of the list finds them; and notes on them."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.registration.actions.notes import write_note
from services.registration.queries.editions import edition_at
from services.registration.queries.figures import balance_of
from services.registration.queries.forms import application_form
from services.registration.queries.lines import SHOWN, Page, application_page, countries_present
from services.registration.queries.places import pool
from services.registration.routes.desk.applications import order_of, table_query, told_of, wish_of
from services.registration.routes.desk.information import ask_for_answers
from services.registration.routes.desk.proposals import propose_for
from services.registration.views.editions import present
from services.registration.views.figures import places_chart, regions_chart
from shared.clock import now
from shared.schema.registration import Edition
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import SEVERAL_LINES, read_form
from shared.web.pages.refusing import refused_at
from shared.web.pages.tables import TableQuery
from shared.words.languages import current_locale
from shared.words.sentences import _, _l

blueprint = Blueprint("desk_reading", __name__)
ROOM: Final = "/desk/e/{edition_slug}/reading"
_READING: Final = "/desk/e/<edition_slug>/reading"
_APPLICATION: Final = "/desk/e/<edition_slug>/applications/<uuid:application_id>"
LISTED: Final = 20
"""So many names stand beside the one that is read."""
STORY: Final = 8
"""So many lines of what happened."""
_WRITE: Final = {"words": _l("Write the note first")}


class NoteWritten(BaseModel):
    """The form that keeps a note."""

    words: Annotated[str, StringConstraints(min_length=1), Field(max_length=2000), SEVERAL_LINES]


@blueprint.get(_READING)
@staff("organiser", "reviewer", "viewer")
def read_one(edition_slug: str) -> str:
    """Show the application at the place asked for, the list it stands in, and how the places stand."""
    wanted = _place()
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        query = _query(session, edition)
        page = _listed(session, edition, query, wanted)
        last = SHOWN if page.count.more else page.count.number
        at = min(wanted, last)
        if at != wanted and at:
            page = _listed(session, edition, query, at)
        one = page.rows[(at - 1) % LISTED] if at and page.rows else None
        told = told_of(session, edition, one.id, most=STORY) if one else {}
        balance = balance_of(session, edition_id=edition.id)
        places = pool(session, edition.id)
    return render_template(
        "registration/desk/reading.html",
        edition=present(edition, language=current_locale(), now=now()),
        query=query,
        page=page,
        last=last,
        at=at,
        acts=f"{ROOM.format(edition_slug=edition_slug)}/{one.id}" if one else "",
        first=(at - 1) // LISTED * LISTED + 1,
        way=lambda place: _way(query, place),
        charts=[places_chart(places, proposed=sum(one.proposed for one in balance.regions)), regions_chart(balance)],
        **told,
    )


@blueprint.post(f"{_READING}/<uuid:application_id>/propose")
@staff("organiser", "reviewer")
@refused_at(ROOM)
def propose_here(edition_slug: str, application_id: UUID) -> Response:
    """Propose for the one that is read, then show the next."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        told, takes_back = propose_for(session, edition, application_id)
        place = _place()
        here = request.path + _way(_query(session, edition), place)
        stays = takes_back or _stands_at(session, edition, place) != application_id
    flash_message(told, undo=None if takes_back else (here, {"outcome": "none"}))
    return _back(edition_slug, place if stays else place + 1)


@blueprint.post(f"{_READING}/<uuid:application_id>/ask")
@staff("organiser")
@refused_at(ROOM)
def ask_here(edition_slug: str, application_id: UUID) -> Response:
    """Ask the applicant of the one that is read for information."""
    ask_for_answers(edition_slug, application_id)
    return _back(edition_slug, _place())


@blueprint.post(f"{_READING}/<uuid:application_id>/note")
@staff("organiser", "reviewer")
@refused_at(ROOM)
def note_here(edition_slug: str, application_id: UUID) -> Response:
    """Keep a note on the one that is read."""
    _write(edition_slug, application_id)
    return _back(edition_slug, _place())


@blueprint.post(f"{_APPLICATION}/note")
@staff("organiser", "reviewer")
@refused_at("/desk/e/{edition_slug}/applications/{application_id}")
def note_down(edition_slug: str, application_id: UUID) -> Response:
    """Keep a note on an application."""
    _write(edition_slug, application_id)
    return see_other(f"/desk/e/{edition_slug}/applications/{application_id}")


def _write(edition_slug: str, application_id: UUID) -> None:
    given = read_form(NoteWritten, request.form, messages=_WRITE)
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        write_note(session, edition_id=edition.id, application_id=application_id, words=given.words, deed=my_deed())
    flash_message(_("The note is kept."))


def _place() -> int:
    given = request.args.get("at", "1")
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 7 else 1  # noqa: PLR2004 - as in tables


def _query(session: Session, edition: Edition) -> TableQuery:
    listed = application_form(session, edition.id).form.listed
    return table_query(request.args, edition, countries_present(session, edition_id=edition.id), listed)


def _listed(session: Session, edition: Edition, query: TableQuery, place: int, *, alone: bool = False) -> Page:
    """Return the page of the list on which ``place`` stands, counted from one; or that one row."""
    size = 1 if alone else LISTED
    return application_page(
        session,
        edition_id=edition.id,
        wish=wish_of(query, application_form(session, edition.id).form.listed),
        order=order_of(query, edition),
        descending=query.descending,
        offset=(place - 1) // size * size,
        limit=size,
    )


def _stands_at(session: Session, edition: Edition, place: int) -> UUID | None:
    rows = _listed(session, edition, _query(session, edition), place, alone=True).rows
    return rows[0].id if rows else None


def _way(query: TableQuery, place: int) -> str:
    return query.url_with(at=str(place))


def _back(edition_slug: str, place: int) -> Response:
    with tools().database.reading() as session:
        query = _query(session, edition_at(session, edition_slug))
    return see_other(ROOM.format(edition_slug=edition_slug) + _way(query, place))
