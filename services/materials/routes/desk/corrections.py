"""The desk's way back: texts corrected, files and chapters taken out, drafts deleted, releases withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint, render_template, request

from services.materials.actions.corrections import correct_publication, discard_draft, take_chapter_out, take_file_out
from services.materials.actions.publications import add_chapter, withdraw_release
from services.materials.queries import desk as library
from services.materials.queries.desk import slug_of_release
from services.materials.routes.api.payloads import Description, NewChapter, Withdrawal
from services.materials.routes.desk.publications import words
from services.materials.routes.keeping import KEEP
from shared.deeds import Deed
from shared.errors import Conflict
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, bind, fill
from shared.web.pages.refusing import refused_at
from shared.words.languages import LANGUAGES
from shared.words.sentences import _

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from shared.schema.materials.publications import Publication

blueprint = Blueprint("corrections_desk", __name__)


@blueprint.get("/desk/materials/p/<slug>/edit")
@staff(*KEEP, of=library.edition_of_publication)
def edit_publication(slug: str) -> str:
    """Show what is said of a publication, to be corrected."""
    with tools().database.reading() as session:
        found = library.publication_called(session, slug=slug)
    return _edit_page(found, fill(_said(found)))


@blueprint.post("/desk/materials/p/<slug>/edit")
@staff(*KEEP, of=library.edition_of_publication)
def correct(slug: str) -> Response | tuple[str, int]:
    """Change what is said of a publication."""
    bound = bind(Description, request.form)
    if bound.model is None:
        with tools().database.reading() as session:
            return _edit_page(library.publication_called(session, slug=slug), bound.form), 422
    asked = bound.model
    with tools().database.transaction() as session:
        correct_publication(
            session,
            publication_id=library.publication_called(session, slug=slug).id,
            kind=asked.kind,
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
    flash_message(_("Saved."), "success")
    return see_other(f"/desk/materials/p/{slug}")


@blueprint.post("/desk/materials/releases/<uuid:release_id>/chapters")
@staff(*KEEP, of=library.edition_of_release)
@refused_at("/desk/materials/releases/{release_id}")
def new_chapter(release_id: UUID) -> Response:
    """Describe a chapter of a draft."""
    bound = bind(NewChapter, request.form)
    if bound.model is None:
        flash_message("; ".join(str(error) for error in bound.form.errors.values()), "error")
        return see_other(f"/desk/materials/releases/{release_id}")
    asked = bound.model
    try:
        with tools().database.transaction() as session:
            add_chapter(
                session,
                release_id=release_id,
                number=asked.number,
                titles={asked.language: asked.title},
                authors=[name for line in asked.authors.splitlines() if (name := line.strip())],
                pages=asked.pages,
                deed=my_deed(),
            )
    except Conflict as refusal:
        flash_message(str(refusal), "error")
        return see_other(f"/desk/materials/releases/{release_id}")
    flash_message(_("The chapter is there. Add its files below."), "success")
    return see_other(f"/desk/materials/releases/{release_id}")


@blueprint.post("/desk/materials/releases/<uuid:release_id>/chapters/<uuid:chapter_id>/remove")
@staff(*KEEP, of=(library.edition_of_release, library.edition_of_chapter))
@refused_at("/desk/materials/releases/{release_id}")
def remove_chapter(release_id: UUID, chapter_id: UUID) -> Response:
    """Take a chapter out of a draft."""
    with tools().database.transaction() as session:
        take_chapter_out(session, release_id=release_id, chapter_id=chapter_id, deed=my_deed())
    flash_message(_("The chapter and its files are removed."), "success")
    return see_other(f"/desk/materials/releases/{release_id}")


@blueprint.post("/desk/materials/releases/<uuid:release_id>/files/<uuid:rendition_id>/remove")
@staff(*KEEP, of=(library.edition_of_release, library.edition_of_rendition))
@refused_at("/desk/materials/releases/{release_id}")
def remove_file(release_id: UUID, rendition_id: UUID) -> Response:
    """Take a file out of a draft."""
    with tools().database.transaction() as session:
        take_file_out(session, release_id=release_id, rendition_id=rendition_id, deed=my_deed())
    flash_message(_("The file is removed."), "success")
    return see_other(f"/desk/materials/releases/{release_id}")


@blueprint.post("/desk/materials/releases/<uuid:release_id>/discard")
@staff(*KEEP, of=library.edition_of_release)
@refused_at("/desk/materials/releases/{release_id}")
def discard(release_id: UUID) -> Response:
    """Delete a draft."""
    with tools().database.transaction() as session:
        slug = slug_of_release(session, release_id=release_id)
        discard_draft(session, release_id=release_id, deed=my_deed())
    flash_message(_("The draft is deleted."), "success")
    return see_other(f"/desk/materials/p/{slug}")


@blueprint.post("/desk/materials/releases/<uuid:release_id>/withdraw")
@staff(*KEEP, of=library.edition_of_release)
@refused_at("/desk/materials/releases/{release_id}")
def withdraw(release_id: UUID) -> Response:
    """Take a published release back."""
    bound = bind(Withdrawal, request.form)
    deed = my_deed()
    with tools().database.transaction() as session:
        why = bound.model.why if bound.model else ""
        withdraw_release(session, release_id=release_id, deed=Deed(deed.by, deed.at, why))
    flash_message(_("Withdrawn. Nobody can open this version any more."), "success")
    return see_other(f"/desk/materials/releases/{release_id}")


def _edit_page(found: Publication, form: Form) -> str:
    return render_template("materials/desk/edit.html", publication=found, form=form, languages=LANGUAGES, **words())


def _said(found: Publication) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "link": found.link,
        "contributors": "\n".join(found.contributors),
        "publisher": found.publisher,
        "licence": found.licence,
        "rights": found.rights,
        "tags": "\n".join(found.tags),
        **{f"title_{code}": found.titles.get(code, "") for code in LANGUAGES},
        **{f"summary_{code}": found.summaries.get(code, "") for code in LANGUAGES},
    }
