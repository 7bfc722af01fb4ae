from __future__ import annotations

from flask import Blueprint

from services.registration.queries.editions import edition_at
from services.registration.routes.public.editions import edition_page
from services.registration.views.editions import present
from shared.clock import now
from shared.web.door.policy import ROLES, staff
from shared.web.door.tools import tools
from shared.words.languages import current_locale

blueprint = Blueprint("edition_previews", __name__)


@blueprint.get("/desk/e/<edition_slug>/preview")
@staff(*ROLES)
def preview_edition(edition_slug: str) -> str:
    """Show the public page of an edition, published or not, in the language that ``?lang=`` asks for."""
    with tools().database.reading() as session:
        edition = present(edition_at(session, edition_slug), language=current_locale(), now=now())
    return edition_page(edition, is_preview=True)
