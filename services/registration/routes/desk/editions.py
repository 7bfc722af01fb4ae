from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from services.registration.actions.editions import create_edition, update_edition
from services.registration.errors import EditionSlugTaken
from services.registration.queries.editions import all_editions, edition_at
from services.registration.queries.places import Pool, pool
from services.registration.routes.desk.edition_form import EditionForm, read_edition
from services.registration.routes.desk.edition_times import known_times
from services.registration.rules.editions import missing_languages
from services.registration.views.editions import present
from services.registration.views.histories import EDITION
from services.registration.views.wording import PHASE
from shared.clock import now
from shared.histories import Past, past_of
from shared.schema.registration import Edition
from shared.versions import ChangedMeanwhile, Difference, differences, version_of
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, fill
from shared.web.pages.histories import lines_of
from shared.web.pages.navigation import EDITION_SETTINGS, EDITIONS
from shared.words.formats import format_deadline, zone_choices
from shared.words.languages import LANGUAGES, current_locale
from shared.words.numbers import format_number
from shared.words.sentences import _

blueprint = Blueprint("desk_editions", __name__)
TEXTS = ("name", "summary", "description")
TICKED = ("second_releaser", "promotes_itself", "tells_reserve_place")


@blueprint.get(EDITIONS.rule)
@EDITIONS.opens
def list_editions() -> str:
    """Show every edition, published or not, and which texts are missing in which language."""
    moment = now()
    with tools().database.reading() as session:
        rows = [row for row in all_editions(session) if current_person().holds("organiser", edition_id=row.id)]
    views = [(row, present(row, language=current_locale(), now=moment), _missing(row)) for row in rows]
    return render_template("registration/desk/editions.html", views=views, phases=PHASE)


@blueprint.get("/desk/editions/new")
@staff("organiser", everywhere=True)
def show_new() -> str:
    """Show an empty form, to an organiser of all editions."""
    known = {
        "languages": ["en", "fr"],
        "time_zone": "UTC",
        "offer_days": 14,
        "remind_days": 3,
        "over_offer": 0,
        "accent": "#14595b",
    }
    return _form(fill(known))


@blueprint.post("/desk/editions/new")
@staff("organiser", everywhere=True)
def save_new() -> Response | tuple[str, int]:
    """Create the edition, unpublished."""
    bound = read_edition(request.form)
    if bound.values is None:
        return _form(bound.form, asks=bound.asks), 422
    try:
        with tools().database.transaction() as session:
            create_edition(session, values=bound.values.columns(), slug=bound.values.slug, deed=my_deed())
    except EditionSlugTaken as refusal:
        return _form(bound.form.with_errors(refusal.errors)), 422
    flash_message(_("The edition is created. It is not public before you publish it."))
    return see_other(f"/desk/e/{bound.values.slug}/edition")


@blueprint.get(EDITION_SETTINGS.rule)
@EDITION_SETTINGS.opens
def show_edit(edition_slug: str) -> str:
    """Show the edition's form."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        happened = past_of(session, [edition.id])
    return _form(fill(_known(edition)), edition, happened)


@blueprint.post("/desk/e/<edition_slug>/edition")
@staff("organiser")
def save_edit(edition_slug: str) -> Response | tuple[str, int]:
    """Keep the changes."""
    seen = request.form.get("version", "")
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        bound = read_edition(MultiDict([*request.form.items(multi=True), ("slug", edition_slug)]), kept=edition)
        if bound.asks and seen not in {"", version_of(edition.updated_at)}:  # what is asked may be settled already
            return _form_in_conflict(bound.form, edition), 409
        if bound.values is None:
            return _form(bound.form, edition, asks=bound.asks), 422
        try:
            update_edition(session, edition_id=edition.id, values=bound.values.columns(), deed=my_deed(), seen=seen)
        except ChangedMeanwhile:
            return _form_in_conflict(bound.form, edition), 409
        places = pool(session, edition.id)
    deadline = format_deadline(bound.values.moments["closes_at"], bound.values.form.time_zone)
    flash_message(_("Saved. The deadline is %(deadline)s.", deadline=deadline))
    _warn_of_too_few(places)
    return see_other(f"/desk/e/{edition_slug}/edition")


def _warn_of_too_few(places: Pool) -> None:
    taken = places.offered + places.enrolled
    if taken <= places.capacity + places.over_offer and places.enrolled <= places.capacity:
        return
    told = _(
        "More places are taken or offered (%(taken)s) than there are now (%(capacity)s). Nobody loses a place, and no "
        "offer can be made before enough are free again.",
        taken=format_number(taken),
        capacity=format_number(places.capacity),
    )
    flash_message(told, "warning")


def _form_in_conflict(typed: Form, edition: Edition) -> str:
    known = _known(edition)
    mine = Form({**typed.values, "version": known["version"]})
    return _form(mine, edition, conflict=differences(mine.values, known))


def _form(
    form: Form,
    edition: Edition | None = None,
    happened: Sequence[Past] = (),
    *,
    asks: Mapping[str, tuple[datetime, ...]] | None = None,
    conflict: Sequence[Difference] = (),
) -> str:
    return render_template(
        "registration/desk/edition.html",
        form=form,
        conflict=conflict,
        edition=present(edition, language=current_locale(), now=now()) if edition else None,
        missing=_missing(edition) if edition else {},
        asks=asks or {},
        zones=zone_choices(form.value("time_zone")),
        languages=LANGUAGES,
        texts=TEXTS,
        happened=lines_of(happened, EDITION),
    )


def _missing(edition: Edition) -> dict[str, list[str]]:
    """Return the texts that have no wording of their own in a language of the pages: ``{text: [language]}``."""
    found = {text: missing_languages(getattr(edition, text), LANGUAGES) for text in TEXTS}
    return {text: languages for text, languages in found.items() if languages}


def _known(edition: Edition) -> dict[str, object]:
    plain = {name: getattr(edition, name) for name in EditionForm.model_fields if hasattr(edition, name)}
    texts = {f"{text}_{code}": getattr(edition, text).get(code, "") for text in TEXTS for code in LANGUAGES}
    plain["heard_by"] = edition.heard_by or ""
    plain |= {name: "yes" if getattr(edition, name) else "" for name in TICKED}
    return {**plain, **texts, **known_times(edition), "version": version_of(edition.updated_at)}
