"""The desk of those who keep the library: publications and how far they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, render_template, request

from services.materials.actions.publications import add_publication, draft_release
from services.materials.errors import PublicationUnknown
from services.materials.queries import desk as library
from services.materials.queries.library import opened_publications, release_to_keep
from services.materials.queries.reach import holders, people_by_rendition, people_with_places
from services.materials.routes.api.payloads import NewPublication
from services.materials.routes.keeping import KEEP, SEE, editions_to_see, may_keep, may_see
from services.materials.rules.reach import reach_of
from services.materials.views.reach_charts import charts_of
from services.materials.views.wording import FORMATS, KINDS, RULES, TROUBLES
from shared.clock import now
from shared.editions import editions_by_id, zone_for
from shared.errors import Conflict
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, bind, fill
from shared.web.pages.navigation import MATERIALS
from shared.web.pages.tables import Column, Filter, read_table_query
from shared.words.languages import LANGUAGES, current_locale, text_in
from shared.words.sentences import _, _l

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session
    from werkzeug.wrappers import Response

    from shared.editions import KnownEdition

blueprint = Blueprint("materials_desk", __name__)
_LIST: Final = (
    Column("title", _l("Title"), kind="main"),
    Column("editions", _l("For the people of")),
    Column("version", _l("Published version")),
    Column("languages", _l("Languages")),
    Column("people", _l("People who have it"), kind="number"),
)
_PEOPLE: Final = (
    Column("name", _l("Name"), kind="main"),
    Column("country", _l("Country")),
    Column("language", _l("Language")),
    Column("fetched_at", _l("First fetched"), kind="date"),
)
_HOLDS: Final = Filter("has", _l("Has it"), (("yes", _l("yes")), ("no", _l("no"))))


@blueprint.get(MATERIALS.rule)
@MATERIALS.opens
def publications() -> str:
    """Show all publications of the editions this person works for."""
    person = current_person()
    with tools().database.reading() as session:
        rows = library.publications(session)
        removed = library.publications(session, removed=True)
        reached = library.editions_of(session)
        editions = editions_by_id(session)
    seen = [row for row in rows if may_see(person, reached.get(row.id, set()))]
    return render_template(
        "materials/desk/publications.html",
        rows=seen,
        removed=[row for row in removed if may_see(person, reached.get(row.id, set()))],
        reached=reached,
        columns=_LIST,
        editions=editions,
        may_keep=person.holds(*KEEP),
        **words(),
    )


@blueprint.get("/desk/materials/new")
@staff(*KEEP, anywhere=True)
def new_publication() -> str:
    """Ask for a publication."""
    return _new_page(fill({"edition_id": request.args.get("edition", "")}))


@blueprint.post("/desk/materials/new")
@staff(*KEEP, chosen="edition_id")
def make_publication() -> Response | tuple[str, int]:
    """Make a publication with its first draft."""
    bound = bind(NewPublication, request.form)
    if bound.model is None:
        return _new_page(bound.form), 422
    try:
        with tools().database.transaction() as session:
            release_id = _make(session, bound.model)
    except Conflict as refusal:
        return _new_page(bound.form.with_errors(refusal.errors)), 422
    flash_message(_("The draft is there. Add its files, then publish it."), "success")
    return see_other(f"/desk/materials/releases/{release_id}")


def _new_page(form: Form) -> str:
    with tools().database.reading() as session:
        editions = editions_by_id(session)
    person = current_person()
    mine = [edition for edition in editions.values() if person.holds(*KEEP, edition_id=edition.id)]
    return render_template("materials/desk/new.html", form=form, editions=mine, languages=LANGUAGES, **words())


@blueprint.get("/desk/materials/p/<slug>")
@staff(*SEE, of=library.editions_reached)
def publication(slug: str) -> str:
    """Show a publication: its releases, its shelves, and how far it has reached."""
    with tools().database.reading() as session:
        found = library.publication_called(session, slug=slug)
        releases = library.releases_of(session, publication_id=found.id)
        shelves = library.shelves_for(session, publication_id=found.id, edition_id=found.edition_id)
        editions = editions_by_id(session, ids=[shelf.edition_id for shelf in shelves])
        mine = editions_to_see(session, found.id, current_person())
        edition = _chosen(mine)
        reach = reach_of(holders(session, publication_id=found.id, edition_id=edition.id) if edition else [])
        newest = next((release for release in releases if release.state == "published"), None)
        kept = release_to_keep(session, release_id=newest.id) if newest else None
        people = people_by_rendition(session, publication_id=found.id)
        zone = zone_for(session, found.edition_id)
        opened = opened_publications(session, person_id=current_person().person_id, now=now(), slug=slug)
    return render_template(
        "materials/desk/publication.html",
        may_open=bool(opened),
        shelf_zone=zone,
        publication=found,
        releases=releases,
        shelves=shelves,
        editions=editions,
        about=edition,
        mine=mine,
        reach=reach,
        charts=charts_of(reach),
        copies=kept.whole if kept else (),
        people=people,
        form=fill(),
        may_keep=may_keep(current_person(), found.edition_id),
        **words(),
    )


@blueprint.get("/desk/materials/p/<slug>/people")
@staff(*SEE, of=library.editions_reached)
def people(slug: str) -> str:
    """Show who with a place has the publication and who has not."""
    query = read_table_query(request.args, columns=_PEOPLE, default_sort="name", filters=(_HOLDS,))
    holds = {"yes": True, "no": False}.get("".join(query.chosen("has")))
    with tools().database.reading() as session:
        found = library.publication_called(session, slug=slug)
        mine = editions_to_see(session, found.id, current_person())
        edition = _chosen(mine)
        if edition is None:
            raise PublicationUnknown
        rows, total = people_with_places(
            session,
            publication_id=found.id,
            edition_id=edition.id,
            holds=holds,
            language=current_locale(),
            limit=query.limit,
            offset=query.offset,
        )
    return render_template(
        "materials/desk/people.html",
        publication=found,
        about=edition,
        mine=mine,
        rows=rows,
        total=total,
        columns=_PEOPLE,
        query=query,
        **words(),
    )


def _chosen(editions: list[KnownEdition]) -> KnownEdition | None:
    """Return the edition that the address asks about, else the newest."""
    asked = request.args.get("edition", "")
    return next((one for one in editions if one.slug == asked), editions[0] if editions else None)


def words() -> dict[str, Any]:
    """Return the names of things that the desk's pages use."""
    return {
        "language": current_locale(),
        "text_in": text_in,
        "formats": FORMATS,
        "kinds": KINDS,
        "rules": RULES,
        "troubles": TROUBLES,
    }


def _make(session: Session, asked: NewPublication) -> UUID:
    made = add_publication(
        session,
        slug=asked.slug,
        kind=asked.kind,
        edition_id=asked.edition_id,
        titles=asked.titles,
        summaries=asked.summaries,
        contributors=asked.contributor_names,
        publisher=asked.publisher,
        licence=asked.licence,
        rights=asked.rights,
        tags=asked.tag_names,
        link=asked.link,
        deed=my_deed(),
    )
    dated = asked.dated or ""
    return draft_release(session, publication_id=made.id, version=asked.version, dated=dated, deed=my_deed()).id
