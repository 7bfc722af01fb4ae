"""The desk's deeds on a publication: drafts, files, publishing, shelves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, render_template, request

from services.materials.actions.publications import draft_release
from services.materials.actions.renditions import add_rendition
from services.materials.actions.shelves import place_on_shelf, put_up_shelf, take_from_shelf
from services.materials.errors import ChapterUnknown
from services.materials.queries import desk as library
from services.materials.queries.arrivals import arrivals_waiting
from services.materials.queries.desk import slug_of_release
from services.materials.queries.library import languages_left_behind, release_to_keep
from services.materials.queries.makings import makings_of
from services.materials.queries.openers import openers_of
from services.materials.queries.reach import people_by_rendition
from services.materials.routes.api.payloads import NewRelease, Placing, ShelfTimes, Upload
from services.materials.routes.desk.publications import words
from services.materials.routes.keeping import KEEP, SEE, may_keep
from services.materials.rules.media import FORMATS, PDF, is_locked
from services.materials.settings import MaterialsSettings
from services.materials.views.histories import RELEASE
from services.materials.views.openers import said_of_openers
from shared.clock import now
from shared.editions import zone_for
from shared.errors import Invalid
from shared.histories import past_of
from shared.store import pieces_of, store_at
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import own_settings, tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, bind, fill, read_form
from shared.web.pages.histories import lines_of
from shared.web.pages.refusing import refused_at
from shared.words.languages import LANGUAGES, current_locale, zone_of
from shared.words.sentences import _
from shared.words.wall_clock import Unreadable

if TYPE_CHECKING:
    from typing import BinaryIO

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response

blueprint = Blueprint("releases_desk", __name__)
settings = own_settings(blueprint, MaterialsSettings)
_PUBLICATION: Final = "/desk/materials/p/{slug}"
_RELEASE: Final = "/desk/materials/releases/{release_id}"


@blueprint.post("/desk/materials/p/<slug>/releases")
@staff(*KEEP, of=library.edition_of_publication)
@refused_at(_PUBLICATION)
def new_release(slug: str) -> Response:
    """Begin a new draft."""
    wanted = read_form(NewRelease, request.form)
    with tools().database.transaction() as session:
        found = library.publication_called(session, slug=slug)
        release = draft_release(
            session, publication_id=found.id, version=wanted.version, dated=wanted.dated or "", deed=my_deed()
        )
    return see_other(f"/desk/materials/releases/{release.id}")


@blueprint.get("/desk/materials/releases/<uuid:release_id>")
@staff(*SEE, of=library.editions_reached_by_release)
def release(release_id: UUID) -> str:
    """Show a release with its files, and the form that takes another one."""
    return _release_page(release_id, fill({"language": current_locale(), "format": "pdf"}))


@blueprint.post("/desk/materials/releases/<uuid:release_id>/files")
@staff(*KEEP, of=library.edition_of_release)
@refused_at(_RELEASE)
def upload(release_id: UUID) -> Response | tuple[str, int]:
    """Take a file in; a refusal is said at the field and keeps what was chosen beside it."""
    bound = bind(Upload, request.form)
    file = request.files.get("file")
    form = bound.form
    if file is None or not file.filename:
        form = form.with_errors({"file": _("Choose a file")})
    if bound.model is None or form.errors or file is None:
        return _release_page(release_id, form), 422
    try:
        with tools().database.transaction() as session:
            _require_chapter(session, release_id, bound.model.chapter_id)
            stream: BinaryIO = file.stream  # type: ignore[assignment]
            stored = add_rendition(
                session,
                store_at(settings().store_url),
                release_id=release_id,
                language=bound.model.language,
                format_=bound.model.format,
                pieces=pieces_of(stream),
                limit=settings().upload_limit,
                chapter_id=bound.model.chapter_id,
                deed=my_deed(),
            )
            sha256, is_pdf = stored.sha256, FORMATS[stored.format] == PDF
    except Invalid as refusal:
        return _release_page(release_id, form.with_errors(refusal.errors or {"file": refusal.title})), 422
    flash_message(_("The file is stored."), "success")
    if is_pdf:
        _warn_of_lock(sha256)
    return see_other(f"/desk/materials/releases/{release_id}")


def _warn_of_lock(sha256: str) -> None:
    with store_at(settings().store_url).reading(sha256) as file:
        if not is_locked(file):
            return
    told = _(
        "This PDF is locked: readers may be asked for a password before they can open or print it. "
        "Look at it before you publish."
    )
    flash_message(told, "warning")


def _edition_of_chosen_shelf(session: Session, slug: str) -> set[UUID] | None:
    """Return the edition of the shelf that the form names; that of the publication where a new one is wanted."""
    try:
        chosen = {UUID(value) for value in request.form.getlist("shelf_id") if value}
    except ValueError:
        return None
    if not chosen:
        return library.edition_of_publication(session, slug)
    return library.edition_of_shelf(session, chosen.pop()) if len(chosen) == 1 else None


@blueprint.post("/desk/materials/p/<slug>/shelves")
@staff(*KEEP, of=(library.edition_of_publication, _edition_of_chosen_shelf))
@refused_at(_PUBLICATION)
def place(slug: str) -> Response:
    """Put the publication on a shelf, on a new one where none is chosen."""
    asked = read_form(Placing, request.form)
    with tools().database.transaction() as session:
        found = library.publication_called(session, slug=slug)
        shelf_id = asked.shelf_id
        if shelf_id is not None:
            library.shelf_with(session, shelf_id=shelf_id)
        else:
            times = _times(asked, zone_for(session, found.edition_id))
            shelf_id = put_up_shelf(
                session,
                edition_id=found.edition_id,
                names={current_locale(): asked.name} if asked.name else {},
                rule=asked.rule if found.edition_id else "public",
                opens_at=times.opens_at,
                closes_at=times.closes_at,
                deed=my_deed(),
            ).id
        place_on_shelf(session, shelf_id=shelf_id, publication_id=found.id, deed=my_deed())
        session.flush()  # those who may open it are counted with this shelf
        openers = openers_of(session, publication_id=found.id, now=now())
        is_published = library.is_published(session, publication_id=found.id)
    if is_published:
        flash_message(_("It stands on the shelf.") + " " + said_of_openers(openers), "success")
    else:
        flash_message(
            _("It stands on the shelf. Nothing of it is published yet, so nobody can open it."), "information"
        )
    return see_other(f"/desk/materials/p/{slug}")


@blueprint.post("/desk/materials/p/<slug>/shelves/<uuid:shelf_id>/take")
@staff(*KEEP, of=(library.edition_of_publication, library.edition_of_shelf))
@refused_at(_PUBLICATION)
def take(slug: str, shelf_id: UUID) -> Response:
    """Take the publication from a shelf."""
    with tools().database.transaction() as session:
        found = library.publication_called(session, slug=slug)
        library.shelf_with(session, shelf_id=shelf_id)
        take_from_shelf(session, shelf_id=shelf_id, publication_id=found.id, deed=my_deed())
    flash_message(_("It was taken from the shelf. Nobody can open it from there any more."), "success")
    return see_other(f"/desk/materials/p/{slug}")


def _times(asked: Placing, zone: str | None) -> ShelfTimes:
    try:
        return asked.times(zone_of(zone))
    except Unreadable as refusal:
        raise Invalid(errors={"opens_at": refusal.args[0]}) from refusal


def _require_chapter(session: Session, release_id: UUID, chapter_id: UUID | None) -> None:
    if chapter_id is not None and not library.has_chapter(session, release_id=release_id, chapter_id=chapter_id):
        raise ChapterUnknown


def _release_page(release_id: UUID, form: Form) -> str:
    with tools().database.reading() as session:
        found = library.publication_called(session, slug=slug_of_release(session, release_id=release_id))
        kept = release_to_keep(session, release_id=release_id)
        behind = languages_left_behind(session, release_id=release_id)
        people = people_by_rendition(session, publication_id=found.id)
        makings = makings_of(session, release_id=release_id)
        waiting = arrivals_waiting(session, release_id=release_id)
        happened = past_of(session, [release_id, *(copy.rendition_id for copy in (kept.copies if kept else ()))])
    return render_template(
        "materials/desk/release.html",
        publication=found,
        release_id=release_id,
        release=kept,
        behind=behind,
        people=people,
        makings=makings,
        waiting=waiting,
        happened=lines_of(happened, RELEASE),
        form=form,
        languages=LANGUAGES,
        limit=settings().upload_limit,
        may_keep=may_keep(current_person(), found.edition_id),
        **words(),
    )
