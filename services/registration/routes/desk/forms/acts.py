"""What the outline's buttons do: move, copy, remove, add, undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from services.registration.actions.forms import change_form, undo
from services.registration.errors import FormRuleBroken, FormUnknown
from services.registration.routes.desk.forms.building import bench_of
from services.registration.routes.desk.forms.field_form import P
from services.registration.rules.forms import edits
from services.registration.rules.forms.definitions import FIELD_TYPES, Definition
from services.registration.rules.forms.library import BLOCKS, block
from services.registration.views.form_faults import rule_sentences
from shared.schema.registration import Form as FormRow
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale
from shared.words.sentences import _

blueprint = Blueprint("desk_form_acts", __name__)
MOVES: Final[Mapping[str, Callable[[Definition, str], Definition]]] = {
    "up": lambda form, key: edits.move(form, key, by=-1),
    "down": lambda form, key: edits.move(form, key, by=1),
    "copy": edits.duplicate,
    "remove": edits.remove,
}


@blueprint.post("/desk/e/<edition_slug>/forms/<form_slug>/acts")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/forms/{form_slug}")
def act(edition_slug: str, form_slug: str) -> Response:
    """Move, copy, remove, add or undo."""
    bench = bench_of(edition_slug, form_slug, at="")
    name, _colon, key = request.form.get("act", "").partition(":")
    landed = key
    try:
        with tools().database.transaction() as session:
            if name == "undo":
                undo(session, form_id=bench.form_id, deed=my_deed())
                landed = request.form.get("at", "")
            else:
                before = {one.key for one in bench.parts()}
                after = change_form(session, form_id=bench.form_id, change=_change(name, key), deed=my_deed())
                made = [
                    one.key for section in after.sections for one in (section, *section.fields) if one.key not in before
                ]
                landed = made[0] if made else key
    except FormRuleBroken as refusal:
        words = rule_sentences(bench.definition, refusal.faults)
        flash_message(str(next(iter(words.values()), refusal.title)), "warning")
    return see_other(f"{bench.url}?at={landed}#{P}outline" if landed else bench.url)


def _change(name: str, key: str) -> Callable[[Definition], Definition]:
    typed = request.form
    if name == "add_section":
        title = {current_locale(): typed.get("title") or str(_("New section"))}
        return lambda form: edits.add_section(form, title=title)
    if name == "add_block" and typed.get("block") in BLOCKS:
        return lambda form: edits.add_block(form, block(typed["block"]))
    if name == "add_field" and typed.get("type") in FIELD_TYPES:
        return lambda form: _with_field(form, typed["type"], key)
    if name == "place":
        place = typed.get("place", "")
        at = int(place) if place.isdecimal() and len(place) < 4 else None  # noqa: PLR2004 - as many fields as there are
        section = typed.get("section", "")
        return lambda form: edits.place_field(form, key, section=section, at=at) if key in _keys(form) else form
    if name == "copy_from":
        return _copied
    return lambda form: MOVES[name](form, key) if name in MOVES and key in _keys(form) else form


def _with_field(form: Definition, type_: str, after: str) -> Definition:
    if not form.sections:
        form = edits.add_section(form, title={current_locale(): str(_("New section"))})
    home = next(
        (one for one in form.sections if after == one.key or any(after == f.key for f in one.fields)), form.sections[-1]
    )
    return edits.add_field(form, section=home.key, type_=type_, after=after)


def _copied(form: Definition) -> Definition:
    """Return the questions of another form, where this person may see it; the title stays."""
    try:
        source_id = UUID(request.form.get("source", ""))
    except ValueError:
        return form
    with tools().database.reading() as session:
        source = session.get(FormRow, source_id)
        if source is None or not current_person().holds("organiser", edition_id=source.edition_id):
            raise FormUnknown
        return Definition.model_validate(source.draft).model_copy(update={"title": form.title})


def _keys(form: Definition) -> list[str]:
    return [one.key for section in form.sections for one in (section, *section.fields)]
