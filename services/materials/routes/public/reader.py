"""The reader in the page: a picture with its text laid under, or the text alone; next and previous are links."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request

from services.materials.actions.readings import keep_place
from services.materials.errors import PageUnknown
from services.materials.queries.reader import labels_in, page_at, pages_in, picture_of, place_of
from services.materials.queries.rights import holding
from services.materials.routes.opening import copy_in_parts, opened_work, sign_in_first
from services.materials.rules.conditions import etag_of, is_unchanged
from services.materials.rules.parts import part_with
from services.materials.rules.readable import copy_to_read
from services.materials.rules.renditions import SANDBOX, cache_control
from services.materials.rules.shelves import right_to_open
from shared.clock import now
from shared.store import store_at
from shared.web.door.identity import signed_in
from shared.web.door.policy import public
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.words.languages import best_language, current_locale

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("reader", __name__)
PLACE: Final = "/materials/<slug>/read/<language>"


@blueprint.get("/materials/<slug>/read")
@blueprint.get("/materials/<slug>/read/<language>")
@public  # the shelf decides, as for every page below
def begin(slug: str, language: str | None = None) -> AnyResponse:
    """Lead to where the person was, else to the first page in her language; or in the language that is asked for."""
    person = signed_in()
    with tools().database.reading() as session:
        read = opened_work(session, slug)
        if read is None:
            return sign_in_first()
        person_id = person.person_id if person else None
        place = place_of(session, person_id=person_id, publication_id=read.work.publication_id)
    wholes = {one.copy.language: one for one in read.copies if one.chapter is None}
    if place and place.page and place.language in wholes and language in {None, place.language}:
        return see_other(wholes[place.language].address(place.page))
    best = language or best_language({one.copy.language for one in read.copies}, wanted=current_locale())
    first = next((one for one in read.copies if one.copy.language == best), None)
    if first is None:
        raise PageUnknown
    return see_other(first.address(1))


@blueprint.get(f"{PLACE}/p/<int:number>")
@blueprint.get(f"{PLACE}/<int:chapter>/p/<int:number>")
@public
def page(slug: str, language: str, number: int, chapter: int | None = None) -> str | AnyResponse:
    """Show one page and remember it for the person; ``?view=text`` shows its text alone."""
    person, moment = signed_in(), now()
    with tools().database.transaction() as session:
        read = opened_work(session, slug)
        if read is None:
            return sign_in_first()
        one = copy_to_read(read.copies, language=language, chapter=chapter)
        shown = page_at(session, sha256=one.copy.sha256, number=number) if one else None
        if one is None or shown is None:
            raise PageUnknown
        count = pages_in(session, sha256=one.copy.sha256)
        part = part_with(copy_in_parts(session, read, language=language, chapter=chapter)[1], number)
        if person is not None and chapter is None:
            keep_place(
                session,
                person_id=person.person_id,
                publication_id=read.work.publication_id,
                language=language,
                page=number,
                now=moment,
            )
    as_text = request.args.get("view") == "text" or shown.width is None
    others = [other for other in read.copies if other.chapter == chapter and other.copy.language != language]
    return render_template(
        "materials/reader.html",
        work=read.work,
        one=one,
        page=shown,
        count=count,
        part=part,
        as_text=as_text,
        others=others,
        chapters=read.work.chapters_in(language),
        query="?view=text" if as_text and shown.width is not None else "",
        language=current_locale(),
    )


@blueprint.get(f"{PLACE}/pages")
@blueprint.get(f"{PLACE}/<int:chapter>/pages")
@public
def overview(slug: str, language: str, chapter: int | None = None) -> str | AnyResponse:
    """Show all pages small, to find one by its look."""
    with tools().database.reading() as session:
        read = opened_work(session, slug)
        if read is None:
            return sign_in_first()
        one = copy_to_read(read.copies, language=language, chapter=chapter)
        pages = labels_in(session, sha256=one.copy.sha256) if one else []
        first = page_at(session, sha256=one.copy.sha256, number=1) if one else None
    if one is None or first is None:
        raise PageUnknown
    return render_template(
        "materials/overview.html",
        work=read.work,
        one=one,
        pages=pages,
        has_pictures=first.width is not None,
        language=current_locale(),
    )


@blueprint.get("/materials/pages/<uuid:rendition_id>/<int:number>-<kind>.webp")
@public
def picture(rendition_id: UUID, number: int, kind: str) -> Response:
    """Send the picture of a page to whoever may open the file it is of; asked about again at every use."""
    if kind not in {"page", "small"}:
        raise PageUnknown
    person, moment = signed_in(), now()
    with tools().database.reading() as session:
        person_id = person.person_id if person else None
        found = holding(session, rendition_id=rendition_id, person_id=person_id, now=moment)
        right = right_to_open(found.claims) if found is not None and found.is_published else None
        if found is None or right is None:
            raise PageUnknown
        shown = picture_of(session, sha256=found.sha256, number=number, small=kind == "small")
    if shown is None:
        raise PageUnknown
    etag = etag_of(shown.sha256)
    same = is_unchanged(
        if_none_match=request.headers.get("If-None-Match"),
        if_modified_since=request.headers.get("If-Modified-Since"),
        etag=etag,
        modified_at=shown.modified_at,
    )
    answer = make_response(b"", HTTPStatus.NOT_MODIFIED if same else HTTPStatus.OK)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = cache_control(right)
    answer.headers["Content-Security-Policy"] = SANDBOX
    if not same:
        answer.headers["Content-Type"] = "image/webp"
        answer.headers["X-Accel-Redirect"] = store_at(tools().settings.store_url).delivery(shown.sha256).path
    return answer
