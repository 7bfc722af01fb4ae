"""The edition one works in, chosen in the header of every desk page."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from shared.editions import EditionUnknown
from shared.people.actions.people import stand_in_edition
from shared.web.door.identity import current_person
from shared.web.door.policy import ROLES, staff
from shared.web.door.redirects import own_path, see_other
from shared.web.door.tools import tools
from shared.web.pages.navigation import way_from
from shared.web.pages.refusing import refused_at

blueprint = Blueprint("desk_places", __name__)


@blueprint.post("/desk/place")
@staff(*ROLES, anywhere=True)
@refused_at("/desk")
def stand() -> Response:
    """Work in another edition from now on; the same page opens there, where there is one and it is open to me."""
    person = current_person()
    place = next((one for one in person.places if one.slug == request.form.get("edition")), None)
    if place is None:
        raise EditionUnknown
    with tools().database.transaction() as work:
        stand_in_edition(work, person_id=person.person_id, edition_id=place.id)
    return see_other(way_from(own_path(request.form.get("next"), otherwise="/desk"), person, place.slug))
