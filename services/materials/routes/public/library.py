"""The participant's pages: my shelf, and one publication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, render_template

from services.materials.errors import PublicationUnknown
from services.materials.queries.library import opened_publications, was_withdrawn
from services.materials.routes.public.renditions import tombstone
from services.materials.rules.citations import citation
from services.materials.views.wording import format_name, why_opened
from shared.clock import now
from shared.editions import KnownEdition, editions_by_id
from shared.web.door.identity import current_person, signed_in
from shared.web.door.policy import participant, public
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.words.languages import current_locale

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response

    from services.materials.rules.library import Opened

blueprint = Blueprint("library", __name__)


@blueprint.get("/materials")
@participant
def shelf() -> str:
    """Show what the signed-in person may open, in their language first."""
    with tools().database.reading() as session:
        opened = opened_publications(session, person_id=current_person().person_id, now=now())
        editions = editions_by_id(session, ids=_editions_of(opened))
    return render_template("materials/shelf.html", opened=opened, **_words(editions))


@blueprint.get("/materials/<slug>")
@public  # the shelf decides; whoever is not signed in is led to the door, whether the publication exists or not
def publication(slug: str) -> str | Response:
    """Show one publication with its formats, languages and chapters."""
    person = signed_in()
    with tools().database.reading() as session:
        person_id = person.person_id if person else None
        opened = opened_publications(session, person_id=person_id, now=now(), slug=slug)
        editions = editions_by_id(session, ids=_editions_of(opened))
        is_withdrawn = not opened and was_withdrawn(session, slug=slug, person_id=person_id, now=now())
    if is_withdrawn:
        return tombstone()
    if not opened:
        if person is None:
            return see_other("/sign-in?" + urlencode({"next": f"/materials/{slug}"}))
        raise PublicationUnknown
    one, language = opened[0], current_locale()
    cited = citation(
        contributors=one.contributors,
        dated=one.dated,
        title=one.title_in(language),
        publisher=one.publisher,
        url=f"{tools().settings.public_url}/materials/{one.slug}",
    )
    return render_template("materials/publication.html", one=one, citation=cited, **_words(editions))


def _editions_of(opened: list[Opened]) -> list[UUID | None]:
    claimed = [one.right.claim.edition_id for one in opened if one.right is not None]
    return [*claimed, *(one.edition_id for one in opened)]


def _words(editions: dict[UUID, KnownEdition]) -> dict[str, Any]:
    return {
        "format_name": format_name,
        "why_opened": lambda one: why_opened(one, editions),
        "language": current_locale(),
    }
