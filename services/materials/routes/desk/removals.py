"""The desk's last resort: a whole publication taken out of the library, and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from services.materials.actions.removals import remove_publication, restore_publication
from services.materials.queries import desk as library
from services.materials.routes.api.payloads import Withdrawal
from services.materials.routes.keeping import KEEP
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import read_form
from shared.web.pages.refusing import refused_at
from shared.words.sentences import _

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("removals_desk", __name__)


@blueprint.post("/desk/materials/p/<slug>/remove")
@staff(*KEEP, of=library.edition_of_publication)
@refused_at("/desk/materials/p/{slug}")
def remove(slug: str) -> Response:
    """Take a publication out of the library; what nobody but staff has seen is deleted."""
    deed = my_deed(read_form(Withdrawal, request.form).why)
    with tools().database.transaction() as session:
        found = library.publication_called(session, slug=slug)
        stays = remove_publication(session, publication_id=found.id, deed=deed)
    if stays:
        flash_message(_("It is taken out of the library: nobody can open it any more. It can be put back below."))
    else:
        flash_message(_("It is deleted. Nobody but staff had seen it."))
    return see_other(f"/desk/materials/p/{slug}" if stays else "/desk/materials")


@blueprint.post("/desk/materials/p/<slug>/restore")
@staff(*KEEP, of=library.edition_of_publication)
@refused_at("/desk/materials/p/{slug}")
def restore(slug: str) -> Response:
    """Put a publication back."""
    with tools().database.transaction() as session:
        found = library.publication_called(session, slug=slug)
        restore_publication(session, publication_id=found.id, deed=my_deed())
    flash_message(_("It is back in the library, as it was and on the shelves where it stood."))
    return see_other(f"/desk/materials/p/{slug}")
