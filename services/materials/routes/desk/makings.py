"""The desk's button for what the machine could not make."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint

from services.materials.actions.makings import ask_again
from services.materials.errors import RenditionUnknown
from services.materials.queries.makings import edition_of_making, release_of_making
from services.materials.routes.keeping import KEEP
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.refusing import refused_at
from shared.words.sentences import _

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("makings_desk", __name__)


@blueprint.post("/desk/materials/makings/<uuid:making_id>/again")
@staff(*KEEP, of=edition_of_making)
@refused_at("/desk/materials")
def again(making_id: UUID) -> Response:
    """Take a file apart once more."""
    with tools().database.transaction() as session:
        release_id = release_of_making(session, making_id)
        if release_id is None:
            raise RenditionUnknown
        ask_again(session, making_id=making_id, deed=my_deed())
    flash_message(_("It is tried again."), "success")
    return see_other(f"/desk/materials/releases/{release_id}")
