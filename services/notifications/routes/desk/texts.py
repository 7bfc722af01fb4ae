"""Writing what a campaign says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, render_template, request

from services.notifications.actions.campaigns import rewrite_campaign, writable_campaign
from services.notifications.errors import UnknownPlaceholders
from services.notifications.queries.audience import publications_of
from services.notifications.queries.campaigns import texts_of, topics
from services.notifications.routes.desk.campaigns import topic_choices
from services.notifications.routes.editions import campaign_url, desk_edition
from services.notifications.rules.audience import rule_in
from services.notifications.rules.placeholders import CAMPAIGN_PLACEHOLDERS
from services.notifications.rules.texts import (
    LOCALES,
    LONGEST_BODY,
    LONGEST_NAME,
    LONGEST_SUBJECT,
    Said,
    as_fields,
    strange_marks,
)
from services.notifications.views.wording import rule_in_words
from shared.versions import ChangedMeanwhile, Difference, differences, version_of
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, fill
from shared.words.cleaning import clean_line, clean_text
from shared.words.formats import language_name
from shared.words.sentences import _

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import MultiDict

blueprint = Blueprint("texts", __name__, url_prefix="/desk/mail/e/<edition_slug>/campaigns/<uuid:campaign_id>")


@blueprint.route("/texts", methods=["GET", "POST"])
@staff("organiser", "writer")
def write_texts(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Show and save what a campaign says, in every language at once."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        campaign = writable_campaign(session, campaign_id=campaign_id, edition_id=edition.id)
        choices = topic_choices(topics(session))
        known = as_fields(campaign.name, campaign.topic_id, texts_of(session, campaign_id=campaign_id))
        conflict: list[Difference] = []
        if request.method == "POST":
            form, texts = read_texts(request.form, {value for value, *_rest in choices})
            if not form.errors:
                try:
                    with session.begin_nested():
                        rewrite_campaign(
                            session,
                            campaign_id=campaign_id,
                            edition_id=edition.id,
                            name=form.value("name"),
                            topic_id=UUID(form.value("topic_id")),
                            texts=texts,
                            deed=my_deed(),
                            seen=request.form.get("version", ""),
                        )
                except ChangedMeanwhile:
                    conflict = differences(form.values, dict.fromkeys(form_fields(), "") | known)
                    form = Form({**form.values, "version": version_of(known)})
                except UnknownPlaceholders as refusal:
                    sentence = {
                        name: _(
                            "There is no placeholder %(names)s. There are: %(known)s.",
                            names=names,
                            known=" ".join(f"{{{{ {name} }}}}" for name in CAMPAIGN_PLACEHOLDERS),
                        )
                        for name, names in refusal.errors.items()
                    }
                    form = form.with_errors(sentence)
            if not form.errors and not conflict:
                flash_message(_("Saved."), "success")
                marks = strange_marks(texts)
                if marks:
                    flash_message(
                        _(
                            "This is mailed as it stands: %(marks)s."
                            " A placeholder is written with two brackets: %(example)s.",
                            marks=" ".join(marks),
                            example="{{ name }}",
                        ),
                        "warning",
                    )
                onward = "texts" if request.form.get("then") == "stay" else request.form.get("then", "")
                return see_other(campaign_url(edition, campaign_id, onward if onward in {"texts", "preview"} else ""))
        else:
            form = fill({**known, "version": version_of(known)})
        page = render_template(
            "notifications/campaign_texts.html",
            edition=edition,
            campaign=campaign,
            base=campaign_url(edition, campaign_id),
            rule=rule_in_words(rule_in(campaign.audience), publications_of(session, edition_id=edition.id)),
            form=form,
            conflict=conflict,
            conflict_labels=conflict_labels(),
            topics=choices,
            locales=LOCALES,
            written=[locale for locale in LOCALES if form.value(f"subject.{locale}") or form.value(f"body.{locale}")],
            placeholders=CAMPAIGN_PLACEHOLDERS.values(),
            longest_subject=LONGEST_SUBJECT,
        )
        return page, 422 if form.errors else 409 if conflict else 200


def form_fields() -> list[str]:
    """Return the names of the form's texts: ``subject.fr`` and so on."""
    return [f"{part}.{locale}" for locale in LOCALES for part in ("subject", "preheader", "body")]


def conflict_labels() -> dict[str, str]:
    """Return what the form calls its fields, with the language where there is one for each."""
    parts = {"subject": _("Subject"), "preheader": _("Preheader"), "body": _("Text")}
    told = {f"{part}.{locale}": f"{parts[part]} ({language_name(locale)})" for locale in LOCALES for part in parts}
    return {"name": _("Name on the desk"), "topic_id": _("Topic"), **told}


def read_texts(submitted: MultiDict[str, str], topic_ids: set[str]) -> tuple[Form, dict[str, Said]]:
    """Return the form as typed, with its errors, and the texts in it."""
    values = {name: submitted[name].replace("\r\n", "\n") for name in submitted}
    errors: dict[str, object] = {}
    name = clean_line(values.get("name", ""), most=LONGEST_NAME)
    if not name:
        errors["name"] = _("Give the campaign a name.")
    if values.get("topic_id") not in topic_ids:
        errors["topic_id"] = _("Choose a topic.")
    texts = {}
    for locale in LOCALES:
        said = Said(
            clean_line(values.get(f"subject.{locale}", ""), most=LONGEST_SUBJECT + 1),
            clean_line(values.get(f"preheader.{locale}", ""), most=LONGEST_SUBJECT + 1),
            clean_text(values.get(f"body.{locale}", ""), most=LONGEST_BODY + 1),
        )
        texts[locale] = said
        if len(said.subject) > LONGEST_SUBJECT or len(said.preheader) > LONGEST_SUBJECT:
            errors[f"subject.{locale}"] = _("This is too long.")
        if len(said.body) > LONGEST_BODY:
            errors[f"body.{locale}"] = _("This is too long.")
        if said.is_empty:
            continue
        if not said.subject:
            errors[f"subject.{locale}"] = _("Write a subject, or leave this language empty.")
        if not said.body:
            errors[f"body.{locale}"] = _("Write a text, or leave this language empty.")
    return Form({**values, "name": name}, errors), texts
