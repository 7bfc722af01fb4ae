"""Many files at once: chosen or dragged, guessed, corrected, put in their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from services.materials.actions.arrivals import drop_arrival, give_place, refuse_places_twice, take_in
from services.materials.errors import ChapterUnknown
from services.materials.queries import desk as library
from services.materials.queries.arrivals import Waiting, arrivals_of, edition_of_arrival
from services.materials.queries.library import release_to_keep
from services.materials.routes.api.payloads import Upload
from services.materials.routes.desk.publications import words
from services.materials.routes.keeping import KEEP
from services.materials.rules.arrivals import Destination
from services.materials.settings import MaterialsSettings
from shared.errors import Conflict, Invalid
from shared.store import pieces_of, store_at
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import own_settings, tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import bind
from shared.web.pages.refusing import refused_at
from shared.words.languages import LANGUAGES
from shared.words.sentences import _, _n

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from werkzeug.wrappers import Response

blueprint = Blueprint("arrivals_desk", __name__)
settings = own_settings(blueprint, MaterialsSettings)
PAGE: Final = "/desk/materials/releases/<uuid:release_id>/arrivals"
_BACK: Final = "/desk/materials/releases/{release_id}/arrivals"
_MOST: Final = 100
"""Files of one form; more are sent by the next."""


@blueprint.get(PAGE)
@staff(*KEEP, of=library.edition_of_release)
def arrivals(release_id: UUID) -> str:
    """Show what came with what its name was taken to say, to be corrected."""
    return _page(release_id, {}, {})


@blueprint.post(PAGE)
@staff(*KEEP, of=library.edition_of_release)
@refused_at(_BACK)
def receive(release_id: UUID) -> Response:
    """Take files in; each that cannot be used is named with the reason, and the others stay."""
    came = 0
    chosen = [file for file in request.files.getlist("files") if file.filename][:_MOST]
    for file in chosen:
        name, stream = str(file.filename), file.stream
        try:
            with tools().database.transaction() as session:
                take_in(
                    session,
                    store_at(settings().store_url),
                    release_id=release_id,
                    name=name,
                    pieces=pieces_of(_binary(stream)),
                    limit=settings().upload_limit,
                    deed=my_deed(),
                )
            came += 1
        except Invalid as refusal:
            said = "; ".join(str(error) for error in refusal.errors.values()) or str(refusal)
            flash_message(_("%(name)s: %(reason)s", name=name, reason=said), "error")
    if not chosen:
        flash_message(_("Choose a file"), "error")
    if came:
        flash_message(
            _n(
                "%(num)s file came. Look at what it is, then give it its place.",
                "%(num)s files came. Look at what each is, then give them their places.",
                came,
            ),
            "success",
        )
    return see_other(f"/desk/materials/releases/{release_id}/arrivals")


@blueprint.post(PAGE + "/place")
@staff(*KEEP, of=library.edition_of_release)
@refused_at(_BACK)
def place(release_id: UUID) -> Response | tuple[str, int]:
    """Put the files in the places that the form names; what cannot go there waits on, with the reason beside it."""
    with tools().database.reading() as session:
        waiting = arrivals_of(session, release_id=release_id)
    typed: dict[UUID, dict[str, str]] = {}
    errors: dict[UUID, object] = {}
    wanted: dict[UUID, Destination] = {}
    for one in waiting:
        fields = {name: request.form.get(f"{name}-{one.id}", "") for name in ("language", "format", "chapter_id")}
        if not any(fields.values()):
            continue  # it came after the form was shown
        bound = bind(Upload, MultiDict(fields))
        typed[one.id] = fields
        if bound.model is None:
            errors[one.id] = _("Choose the language")
        else:
            asked = bound.model
            wanted[one.id] = Destination(asked.language, asked.format, asked.chapter_id)
    try:
        refuse_places_twice(wanted.values())
    except Conflict as refusal:
        twice = list(wanted.values())
        errors |= {which: refusal.title for which, where in wanted.items() if twice.count(where) > 1}
        wanted = {which: where for which, where in wanted.items() if which not in errors}
    placed = 0
    for which, where in wanted.items():
        try:
            _place(release_id, which, where)
            placed += 1
        except (Conflict, Invalid) as refusal:
            errors[which] = "; ".join(str(said) for said in refusal.errors.values()) or str(refusal)
    if placed:
        flash_message(_n("%(num)s file has its place.", "%(num)s files have their places.", placed), "success")
    if errors:
        return _page(release_id, typed, errors), 422
    return see_other(f"/desk/materials/releases/{release_id}")


@blueprint.post(PAGE + "/<uuid:arrival_id>/drop")
@staff(*KEEP, of=(library.edition_of_release, edition_of_arrival))
@refused_at(_BACK)
def drop(release_id: UUID, arrival_id: UUID) -> Response:
    """Let a file go."""
    with tools().database.transaction() as session:
        drop_arrival(session, release_id=release_id, arrival_id=arrival_id)
    flash_message(_("The file is gone."), "success")
    return see_other(f"/desk/materials/releases/{release_id}/arrivals")


def _place(release_id: UUID, arrival_id: UUID, where: Destination) -> None:
    with tools().database.transaction() as session:
        if where.chapter_id and not library.has_chapter(session, release_id=release_id, chapter_id=where.chapter_id):
            raise ChapterUnknown
        give_place(
            session,
            store_at(settings().store_url),
            release_id=release_id,
            arrival_id=arrival_id,
            to=where,
            limit=settings().upload_limit,
            deed=my_deed(),
        )


def _page(release_id: UUID, typed: Mapping[UUID, Mapping[str, str]], errors: Mapping[UUID, object]) -> str:
    with tools().database.reading() as session:
        found = library.publication_called(session, slug=library.slug_of_release(session, release_id=release_id))
        release = release_to_keep(session, release_id=release_id)
        waiting = arrivals_of(session, release_id=release_id)
    return render_template(
        "materials/desk/arrivals.html",
        publication=found,
        release_id=release_id,
        release=release,
        waiting=waiting,
        said={one.id: typed.get(one.id) or _guessed(one) for one in waiting},
        errors=errors,
        languages=LANGUAGES,
        limit=settings().upload_limit,
        **words(),
    )


def _guessed(one: Waiting) -> dict[str, str]:
    return {"language": one.language or "", "format": one.format, "chapter_id": str(one.chapter_id or "")}


def _binary(stream: Any) -> BinaryIO:
    found: BinaryIO = stream
    return found
