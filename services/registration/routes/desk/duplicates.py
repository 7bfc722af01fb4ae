"""The next edition, made from one there is: a new address, its first day and its place, and everything else follows."""

from __future__ import annotations

from typing import Annotated, Final

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.editions import duplicate_edition
from services.registration.errors import EditionSlugTaken
from services.registration.queries.editions import edition_at
from services.registration.routes.desk.edition_form import Day, Line
from services.registration.views.editions import present
from shared.clock import now
from shared.schema.registration import Edition
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, bind, fill
from shared.words.languages import LANGUAGES, current_locale
from shared.words.sentences import _, _l

blueprint = Blueprint("edition_duplicates", __name__)
_SLUG: Final = _l("Small letters, digits and hyphens, such as turin-2027")


class NextEdition(BaseModel):
    """What is new about the next edition; ``names`` left empty stay as they are."""

    slug: Annotated[Line, Field(min_length=2, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    starts_on: Day
    place: Annotated[Line, Field(min_length=1, max_length=200)]


@blueprint.get("/desk/editions/next")
@staff("organiser", everywhere=True)
def show_duplicate() -> str | Response:
    """Ask what is new about the next edition; it begins with choosing the one it is made from."""
    if "from" not in request.args:
        return see_other("/desk/editions")
    with tools().database.reading() as session:
        edition = edition_at(session, request.values.get("from", ""))
    names = {f"name_{code}": edition.name.get(code, "") for code in LANGUAGES}
    return _page(edition, fill({"place": edition.place, **names}))


@blueprint.post("/desk/editions/next")
@staff("organiser", everywhere=True)
def duplicate() -> Response | tuple[str, int]:
    """Make the next edition, unpublished."""
    bound = bind(NextEdition, request.form, messages={"slug": _SLUG})
    names = {code: bound.form.value(f"name_{code}").strip()[:200] for code in LANGUAGES}
    with tools().database.transaction() as session:
        edition = edition_at(session, request.values.get("from", ""))
        if bound.model is None:
            return _page(edition, bound.form), 422
        given = bound.model
        try:
            duplicate_edition(
                session,
                edition_id=edition.id,
                slug=given.slug,
                starts_on=given.starts_on,
                changes={
                    "place": given.place,
                    "name": {code: name for code, name in names.items() if name} or edition.name,
                },
                deed=my_deed(),
            )
        except EditionSlugTaken as refusal:
            return _page(edition, bound.form.with_errors(refusal.errors)), 422
    flash_message(_("The edition is made. Look its dates and texts through; it is not public before you publish it."))
    return see_other(f"/desk/e/{given.slug}/edition")


def _page(edition: Edition, form: Form) -> str:
    return render_template(
        "registration/desk/duplicate.html",
        edition=present(edition, language=current_locale(), now=now()),
        form=form,
        languages=[code for code in LANGUAGES if edition.name.get(code)],
    )
