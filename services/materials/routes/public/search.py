"""Looking through the library: titles, and every page of what the person may open."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template, request

from services.materials.queries.library import opened_publications
from services.materials.queries.search import MOST_HITS, look_for
from services.materials.rules.searching import parts_of, read_query
from shared.clock import now
from shared.web.door.identity import signed_in
from shared.web.door.policy import public
from shared.web.door.tools import tools
from shared.words.languages import LANGUAGES, current_locale

blueprint = Blueprint("search", __name__)
SHOWN: Final = 20


@blueprint.get("/materials/search")
@public  # whoever is not signed in looks through what is open to everybody
def search() -> str:
    """Show the works and pages that answer to ``q``, in the language that ``language`` names, or in all."""
    person, typed = signed_in(), request.args.get("q", "")
    wanted = request.args.get("language", "")
    language = wanted if wanted in LANGUAGES else None
    start = max(request.args.get("from", 0, type=int), 0)
    with tools().database.reading() as session:
        opened = opened_publications(session, person_id=person.person_id if person else None, now=now())
        found = look_for(session, opened, read_query(typed), limit=SHOWN, offset=start, language=language)
    return render_template(
        "materials/search.html",
        typed=typed,
        found=found,
        parts_of=parts_of,
        chosen=language,
        languages=sorted({copy.language for work in opened for copy in work.copies}),
        start=start,
        shown=SHOWN,
        many=MOST_HITS,
        language=current_locale(),
    )
