"""The participant's pages: my shelf, and one publication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, make_response, render_template

from services.materials.actions.readings import note_look
from services.materials.errors import PublicationUnknown
from services.materials.queries.coming import coming_publications
from services.materials.queries.library import opened_publications, taken_back
from services.materials.queries.reader import covers_among, place_of
from services.materials.queries.search import with_pages
from services.materials.routes.opening import Read, copy_in_parts
from services.materials.routes.public.renditions import tombstone
from services.materials.rules.citations import FORMATS, Cited, citation, licence_url, schema_of
from services.materials.rules.metadata import DESCRIPTIONS
from services.materials.rules.readable import readable_copies
from services.materials.views.wording import KINDS, REFERENCES, format_name, why_opened
from shared.clock import now
from shared.editions import KnownEdition, editions_by_id
from shared.web.door.identity import current_person, signed_in
from shared.web.door.policy import participant, public
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.words.languages import current_locale

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response

    from services.materials.rules.library import Opened

blueprint = Blueprint("library", __name__)


@blueprint.get("/materials")
@participant
def shelf() -> str:
    """Show what the signed-in person may open, in their language first."""
    with tools().database.reading() as session:
        opened = opened_publications(session, person_id=current_person().person_id, now=now())
        coming = coming_publications(session, person_id=current_person().person_id, now=now())
        editions = editions_by_id(session, ids=[*_editions_of(opened), *(one.edition_id for one in coming)])
        pages = with_pages(session, opened)
        pictured = covers_among(session, pages)
    reads = {one.publication_id: readable_copies(one, with_pages=pages) for one in opened}
    covers = {
        one_id: next((each.copy for each in copies if each.copy.sha256 in pictured), None)
        for one_id, copies in reads.items()
    }
    return render_template(
        "materials/shelf.html", opened=opened, coming=coming, covers=covers, reads=reads, **_words(editions)
    )


@blueprint.get("/materials/<slug>")
@public  # the shelf decides; whoever is not signed in is led to the door, whether the publication exists or not
def publication(slug: str) -> str | Response:
    """Show one publication with its formats, languages and chapters."""
    person = signed_in()
    with tools().database.transaction() as session:
        person_id = person.person_id if person else None
        opened = opened_publications(session, person_id=person_id, now=now(), slug=slug)
        later = [] if opened else coming_publications(session, person_id=person_id, now=now(), slug=slug)
        editions = editions_by_id(session, ids=[*_editions_of(opened), *(one.edition_id for one in later)])
        gone = None if opened else taken_back(session, slug=slug, person_id=person_id, now=now())
        page = None if not opened else _page_of(session, opened[0], person_id=person_id)
    if gone is not None:
        return tombstone(gone)
    if later:
        return render_template("materials/coming.html", one=later[0], **_words(editions))
    if page is None:
        if person is None:
            return see_other("/sign-in?" + urlencode({"next": f"/materials/{slug}"}))
        raise PublicationUnknown
    one, language = opened[0], current_locale()
    return render_template(
        "materials/publication.html",
        one=one,
        citation=citation(
            contributors=one.contributors,
            dated=one.dated,
            title=one.title_in(language),
            publisher=one.publisher,
            url=_address(one),
        ),
        references=REFERENCES,
        licence_url=licence_url(one.licence),
        described=schema_of(_cited(one), languages=one.languages(wanted=language)),
        **page,
        **_words(editions),
    )


@blueprint.get("/materials/<slug>/cite.<format_>")
@public
def cite(slug: str, format_: str) -> Response:
    """Give a reference to whoever may open the publication, in the form that reference managers read."""
    known = {**FORMATS, **DESCRIPTIONS}
    if format_ not in known:
        raise PublicationUnknown
    person = signed_in()
    with tools().database.reading() as session:
        opened = opened_publications(session, person_id=person.person_id if person else None, now=now(), slug=slug)
    if not opened:
        raise PublicationUnknown
    write, media_type = known[format_]
    answer = make_response(write(_cited(opened[0])))
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.{format_}"'
    return answer


def _page_of(session: Session, one: Opened, *, person_id: UUID | None) -> dict[str, Any]:
    """Return where the work is read, its cover, and what the person knows of it already; note that she looks."""
    copies = readable_copies(one, with_pages=with_pages(session, [one]))
    if person_id is not None:
        note_look(session, person_id=person_id, publication_id=one.publication_id, now=now())
    place = place_of(session, person_id=person_id, publication_id=one.publication_id)
    languages = one.languages(wanted=current_locale())
    wholes = {each.copy.language: each for each in copies if each.chapter is None}
    mine = wholes.get(languages[0]) if languages else None
    parts = copy_in_parts(session, Read(one, copies), language=mine.copy.language)[1] if mine is not None else []
    pictured = covers_among(session, {each.copy.sha256 for each in copies})
    return {
        "reads": wholes,
        "mine": mine,
        "parts": {part.chapter: part for part in parts},
        "place": place,
        "cover": next(
            (each.copy for each in [*([mine] if mine else []), *copies] if each.copy.sha256 in pictured), None
        ),
    }


def _cited(one: Opened) -> Cited:
    language = current_locale()
    return Cited(
        slug=one.slug,
        kind=one.kind,
        title=one.title_in(language),
        contributors=one.contributors,
        publisher=one.publisher,
        dated=one.dated,
        version=one.version,
        language=next(iter(one.languages(wanted=language)), language),
        url=_address(one),
        abstract=one.summary_in(language),
        tags=one.tags,
        licence=one.licence,
    )


def _address(one: Opened) -> str:
    return f"{tools().settings.public_url}/materials/{one.slug}"


def _editions_of(opened: list[Opened]) -> list[UUID | None]:
    claimed = [one.right.claim.edition_id for one in opened if one.right is not None]
    return [*claimed, *(one.edition_id for one in opened)]


def _words(editions: dict[UUID, KnownEdition]) -> dict[str, Any]:
    return {
        "format_name": format_name,
        "kinds": KINDS,
        "why_opened": lambda one: why_opened(one, editions),
        "zone_of_edition": lambda one: editions[one.edition_id].time_zone if one.edition_id in editions else None,
        "language": current_locale(),
    }
