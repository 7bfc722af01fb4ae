"""A part of a work in one piece: text that flows, to be kept on the device and read without a line."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from services.materials.actions.readings import keep_place
from services.materials.errors import PageUnknown
from services.materials.queries.reader import pages_in, place_of, texts_in, weight_of
from services.materials.routes.opening import copy_in_parts, opened_work, part_numbered, sign_in_first
from services.materials.routes.public.reader import PLACE
from services.materials.rules.flowing import flowing
from services.materials.rules.readable import copy_to_read
from shared.clock import now
from shared.web.door.identity import current_person, signed_in
from shared.web.door.policy import participant, public
from shared.web.door.tools import tools
from shared.web.pages.refusing import refused_at
from shared.web.pages.static_files import STATIC
from shared.words.languages import current_locale

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response as AnyResponse

    from services.materials.rules.parts import Part
    from services.materials.rules.readable import Readable

blueprint = Blueprint("parts", __name__)
_SCOPE: Final = "/materials"


@blueprint.get(f"{PLACE}/part/<int:number>")
@blueprint.get(f"{PLACE}/<int:chapter>/part/<int:number>")
@public  # the shelf decides, as for every page
def part(slug: str, language: str, number: int, chapter: int | None = None) -> str | AnyResponse:
    """Show a part in one piece, and remember that the person is in it."""
    person = signed_in()
    with tools().database.transaction() as session:
        read = opened_work(session, slug)
        if read is None:
            return sign_in_first()
        one, parts = copy_in_parts(session, read, language=language, chapter=chapter)
        shown = part_numbered(parts, number)
        blocks = flowing(texts_in(session, sha256=one.copy.sha256, part=shown))
        weight = weight_of(session, sha256=one.copy.sha256, part=shown)
        at = None
        if person is not None and chapter is None:
            at = _be_in(session, one, shown, person_id=person.person_id)
    if blocks and blocks[0].text.casefold() == shown.title.casefold():
        del blocks[0]  # it is the page's own heading
    return render_template(
        "materials/part.html",
        work=read.work,
        one=one,
        part=shown,
        parts=parts,
        blocks=blocks,
        weight=weight,
        at=at,
        language=current_locale(),
    )


def _be_in(session: Session, one: Readable, shown: Part, *, person_id: UUID) -> int | None:
    """Return the sheet of the part on which the person stopped; whoever comes from elsewhere begins at its first."""
    publication_id, language = one.work.publication_id, one.copy.language
    place = place_of(session, person_id=person_id, publication_id=publication_id)
    if place and place.page and place.language == language and place.page in shown.sheets:
        return place.page if place.page > shown.first else None
    keep_place(
        session, person_id=person_id, publication_id=publication_id, language=language, page=shown.first, now=now()
    )
    return None


@blueprint.get(f"{PLACE}/part/<int:number>/files")
@blueprint.get(f"{PLACE}/<int:chapter>/part/<int:number>/files")
@public
def files(slug: str, language: str, number: int, chapter: int | None = None) -> AnyResponse:
    """Tell a browser what to keep so that the part can be read without a line."""
    with tools().database.reading() as session:
        read = opened_work(session, slug)
        if read is None:
            return sign_in_first()
        one, parts = copy_in_parts(session, read, language=language, chapter=chapter)
    shown = part_numbered(parts, number)
    printed = [one.address(sheet) for sheet in shown.sheets]
    return jsonify(
        address=one.part_address(number),
        work=read.work.title_in(language),
        title=shown.title,
        first=shown.first,
        last=shown.last,
        language=language,
        text=[one.part_address(number)],
        pages=[*printed, *(one.picture(sheet) for sheet in shown.sheets)] if one.copy.format != "text" else printed,
    )


@blueprint.post("/materials/<slug>/place")
@participant
@refused_at("/materials/{slug}")
def place(slug: str) -> Response:
    """Remember the sheet that the person reads; a page that knows it sends it when the line is back."""
    person = current_person()
    language, page = request.form.get("language", ""), request.form.get("page", 0, type=int)
    with tools().database.transaction() as session:
        read = opened_work(session, slug)
        one = copy_to_read(read.copies, language=language, chapter=None) if read else None
        if one is None or not 1 <= page <= pages_in(session, sha256=one.copy.sha256):
            raise PageUnknown
        keep_place(
            session,
            person_id=person.person_id,
            publication_id=one.work.publication_id,
            language=language,
            page=page,
            now=now(),
        )
    return make_response(b"", HTTPStatus.NO_CONTENT)


@blueprint.get("/materials/kept")
@public  # the same page for all: what was kept is known to the browser alone
def kept() -> str:
    """Show what this device keeps."""
    return render_template("materials/kept.html")


@blueprint.get("/materials/worker.js")
@public
def worker() -> Response:
    """Send the script that answers from what is kept when the line does not."""
    answer = make_response((STATIC / "library-worker.js").read_text("utf-8"))
    answer.headers["Content-Type"] = "text/javascript; charset=utf-8"
    answer.headers["Service-Worker-Allowed"] = _SCOPE
    answer.headers["Cache-Control"] = "no-cache"
    return answer
