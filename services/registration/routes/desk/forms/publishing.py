"""Before a form is published: what is missing, what differs, whom it touches; and its texts as a table."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from werkzeug.wrappers import Response

from services.registration.actions.forms import change_form, publish_form
from services.registration.errors import FormIncomplete
from services.registration.queries.editions import edition_at
from services.registration.queries.forms import FormTouch, form_at, touched_by, version_of_form
from services.registration.rules.forms import edits
from services.registration.rules.forms.changes import changes_between, touches_the_rest
from services.registration.rules.forms.completeness import faults, lacking
from services.registration.rules.forms.definitions import Definition
from services.registration.views.editions import present
from services.registration.views.form_faults import fault_sentence, owner_name, part_name
from services.registration.views.form_tables import TableUnreadable, texts_from_xlsx, texts_to_xlsx
from services.registration.views.questions import said
from shared.clock import now
from shared.versions import version_of
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.refusing import refused_at
from shared.words.languages import LANGUAGES, current_locale
from shared.words.sentences import _, _n

blueprint = Blueprint("desk_form_publishing", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/desk/e/<edition_slug>/forms/<form_slug>/publish")
@staff("organiser")
def show(edition_slug: str, form_slug: str) -> str:
    """Show what publishing would do."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        form = form_at(session, edition_id=edition.id, slug=form_slug)
        definition = Definition.model_validate(form.draft)
        before = None
        if form.published is not None:
            before = version_of_form(session, form_id=form.id, number=form.published).definition
        changes = changes_between(before, definition) if before else []
        losing = [change.field.key for change in changes if change.loses_answers]
        touch = touched_by(session, form, losing=losing) if before else FormTouch(0, 0, 0)
    return render_template(
        "registration/desk/forms/publish.html",
        edition=present(edition, language=current_locale(), now=now()),
        row=form,
        version=version_of(form.updated_at),
        url=f"/desk/e/{edition_slug}/forms/{form_slug}",
        definition=definition,
        faults=[
            (fault.owner, fault_sentence(definition, fault))
            for fault in faults(definition, form.purpose)  # type: ignore[arg-type]
        ],
        lacks=lacking(definition, LANGUAGES),
        is_first=before is None,
        changes=changes,
        frame=before is not None and touches_the_rest(before, definition),
        touch=touch,
        owner_name=owner_name,
        part_name=part_name,
        said=said,
    )


@blueprint.post("/desk/e/<edition_slug>/forms/<form_slug>/publish")
@staff("organiser")
def publish(edition_slug: str, form_slug: str) -> Response:
    """Make the draft the version that people fill in."""
    try:
        with tools().database.transaction() as session:
            edition = edition_at(session, edition_slug)
            form = form_at(session, edition_id=edition.id, slug=form_slug)
            number = publish_form(session, form_id=form.id, deed=my_deed(), seen=request.form.get("version", ""))
    except FormIncomplete as refusal:
        flash_message(str(refusal.title), "warning")
        return see_other(f"/desk/e/{edition_slug}/forms/{form_slug}/publish")
    flash_message(_("Version %(number)s is published: whoever opens the form now fills this in.", number=number))
    return see_other(f"/desk/e/{edition_slug}/forms")


@blueprint.get("/desk/e/<edition_slug>/forms/<form_slug>/texts.xlsx")
@staff("organiser")
def texts(edition_slug: str, form_slug: str) -> Response:
    """Send every text of the form as a table with a column for each language, for a translator."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        form = form_at(session, edition_id=edition.id, slug=form_slug)
    table = texts_to_xlsx(Definition.model_validate(form.draft))
    name = f"{edition_slug}-{form_slug}.xlsx"
    return send_file(BytesIO(table), mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.post("/desk/e/<edition_slug>/forms/<form_slug>/texts")
@staff("organiser")
@refused_at("/desk/e/{edition_slug}/forms/{form_slug}/publish")
def take_texts(edition_slug: str, form_slug: str) -> Response:
    """Put the texts of such a table into the draft; what it does not name stays."""
    sent = request.files.get("table")
    try:
        words = texts_from_xlsx(sent.read() if sent is not None else b"")
    except TableUnreadable as wrong:
        flash_message(str(wrong), "warning")
        return see_other(f"/desk/e/{edition_slug}/forms/{form_slug}/publish")
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        form = form_at(session, edition_id=edition.id, slug=form_slug)
        change_form(session, form_id=form.id, change=lambda before: edits.with_texts(before, words), deed=my_deed())
    count = sum(len(by_language) for by_language in words.values())
    flash_message(_n("%(num)s text was taken over.", "%(num)s texts were taken over.", count))
    return see_other(f"/desk/e/{edition_slug}/forms/{form_slug}/publish")
