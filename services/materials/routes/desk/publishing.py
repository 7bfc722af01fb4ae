"""Publishing a release: a quiet page that says who will be able to open it, then the deed, and the truth after it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from services.materials.actions.publications import publish_release
from services.materials.queries import desk as library
from services.materials.queries.library import languages_left_behind, release_to_keep
from services.materials.queries.openers import openers_of
from services.materials.routes.keeping import KEEP
from services.materials.views.openers import said_of_openers
from shared.clock import now
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale, text_in
from shared.words.sentences import _

blueprint = Blueprint("publishing_desk", __name__)
_PUBLISH: Final = "/desk/materials/releases/<uuid:release_id>/publish"


@blueprint.get(_PUBLISH)
@staff(*KEEP, of=library.edition_of_release)
def review(release_id: UUID) -> str:
    """Say what publishing does: which files, which languages stay behind, and who can open it then."""
    with tools().database.reading() as session:
        slug = library.slug_of_release(session, release_id=release_id)
        found = library.publication_called(session, slug=slug)
        openers = openers_of(session, publication_id=found.id, now=now())
        return render_template(
            "materials/desk/publish.html",
            slug=slug,
            release_id=release_id,
            title=text_in(found.titles, current_locale()),
            release=release_to_keep(session, release_id=release_id),
            behind=languages_left_behind(session, release_id=release_id),
            openers=openers,
            said=said_of_openers(openers, afterwards=True),
        )


@blueprint.post(_PUBLISH)
@staff(*KEEP, of=library.edition_of_release)
@refused_at("/desk/materials/releases/{release_id}")
def publish(release_id: UUID) -> Response:
    """Publish a draft, and say how many people can open it now."""
    with tools().database.transaction() as session:
        slug = library.slug_of_release(session, release_id=release_id)
        publish_release(session, release_id=release_id, deed=my_deed())
        found = library.publication_called(session, slug=slug)
        openers = openers_of(session, publication_id=found.id, now=now())
    flash_message(
        _("Published.") + " " + said_of_openers(openers), "success" if openers.anybody or openers.people else "warning"
    )
    return see_other(f"/desk/materials/p/{slug}")
