"""Why can somebody not open this? For whoever keeps the library and is asked."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request

from services.materials.queries import desk as library
from services.materials.queries.explaining import applicant, applicants_called, explained
from services.materials.routes.desk.publications import words
from services.materials.routes.keeping import SEE, editions_to_see
from services.materials.rules.explaining import may_open_it
from services.materials.views.explaining import said_of, said_of_all
from shared.clock import now
from shared.editions import editions_by_id
from shared.web.door.identity import current_person
from shared.web.door.policy import staff
from shared.web.door.tools import tools
from shared.web.pages.forms import fill

blueprint = Blueprint("explaining_desk", __name__)


@blueprint.get("/desk/materials/p/<slug>/why")
@staff(*SEE, of=library.editions_reached)
def why(slug: str) -> str:
    """Look for somebody by name, and say what each shelf says about her."""
    name = request.args.get("name", "").strip()[:100]
    with tools().database.reading() as session:
        found = library.publication_called(session, slug=slug)
        mine = {edition.id for edition in editions_to_see(session, found.id, current_person())}
        asked = applicants_called(session, name=name, edition_ids=mine) if name else []
        chosen = asked[0] if len(asked) == 1 else None
        named = _person_named()
        if named is not None:
            chosen = applicant(session, person_id=named, edition_ids=mine)
        told = explained(session, person_id=chosen.person_id, publication_id=found.id, now=now()) if chosen else []
        told = [one for one in told if one.edition_id is None or one.edition_id in mine]
        editions = editions_by_id(session, ids=[one.edition_id for one in told])
    return render_template(
        "materials/desk/why.html",
        publication=found,
        form=fill({"name": name}),
        name=name,
        asked=asked,
        chosen=chosen,
        answer=said_of_all(name=chosen.name, can=may_open_it(told)) if chosen else "",
        sentences=[said_of(one, editions) for one in told],
        **words(),
    )


def _person_named() -> UUID | None:
    try:
        return UUID(request.args["person"]) if request.args.get("person") else None
    except ValueError:
        return None
