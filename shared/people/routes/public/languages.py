from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from shared.people.actions.people import change_language
from shared.web.door.identity import signed_in
from shared.web.door.negotiation import forget_reader, remember_language
from shared.web.door.policy import public
from shared.web.door.redirects import own_path, see_other
from shared.web.door.tools import tools
from shared.words.languages import supported

blueprint = Blueprint("languages", __name__)


@blueprint.post("/language")
@public
def choose_language() -> Response:
    """Keep the chosen language, with the person where one is signed in and in a cookie always."""
    language, person = supported(request.form.get("lang")), signed_in()
    answer = see_other(own_path(request.form.get("next")))
    if language is None:
        return answer
    if person is not None:
        with tools().database.transaction() as session:
            change_language(session, person_id=person.person_id, locale=language)
    remember_language(answer, language)  # type: ignore[arg-type]
    forget_reader()
    return answer
