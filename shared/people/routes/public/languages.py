from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, request
from werkzeug.wrappers import Response

from shared.people.actions.people import change_language
from shared.web.door.identity import signed_in
from shared.web.door.kept import keep_typed, page_that_fills
from shared.web.door.negotiation import forget_reader, remember_language
from shared.web.door.policy import public
from shared.web.door.redirects import own_path, see_other
from shared.web.door.tools import tools
from shared.web.door.typed import ONLY, typed_now
from shared.words.languages import supported

blueprint = Blueprint("languages", __name__)


@blueprint.post("/language")
@public
def choose_language() -> Response:
    """Keep the chosen language, with the person where one is signed in and in a cookie always.

    A form that was sent along is not lost: the page it stood on comes back filled.
    """
    language, person = supported(request.values.get("lang")), signed_in()
    leads_to = own_path(request.values.get("next"))
    typed = typed_now() if request.form.get(ONLY) else None
    if typed is not None and keep_typed(replace(typed, path=leads_to)):
        leads_to = page_that_fills(leads_to, opens=True, otherwise="/")
    answer = see_other(leads_to)
    if language is None:
        return answer
    if person is not None:
        with tools().database.transaction() as session:
            change_language(session, person_id=person.person_id, locale=language)
    remember_language(answer, language)  # type: ignore[arg-type]
    forget_reader()
    return answer
