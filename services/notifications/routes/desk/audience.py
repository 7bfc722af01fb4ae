"""Choosing whom a campaign is for, with the people it means on the same page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from services.notifications.actions.campaigns import choose_audience, writable_campaign
from services.notifications.errors import PublicationNotAskable
from services.notifications.queries.audience import (
    PublicationToAsk,
    audience_page,
    audience_size,
    publications_of,
    require_askable,
)
from services.notifications.queries.campaigns import texts_of
from services.notifications.routes.editions import campaign_url, desk_edition
from services.notifications.rules.audience import AudienceRule, rule_in
from services.notifications.rules.texts import LOCALES, language_plan
from services.notifications.views.wording import STANDINGS, rule_in_words
from shared.clock import now
from shared.versions import ChangedMeanwhile, Difference, differences, version_of
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form
from shared.web.pages.tables import Column, Filter, TableQuery, read_table_query
from shared.words.languages import current_locale, text_in
from shared.words.sentences import _, _l

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("audience", __name__, url_prefix="/desk/mail/e/<edition_slug>/campaigns/<uuid:campaign_id>")

COLUMNS = (
    Column("name", _l("Name"), kind="main"),
    Column("email", _l("Address")),
    Column("locale", _l("Language")),
    Column("country", _l("Country")),
)
PARTS = ("standings", "download", "locales", "countries")


@blueprint.route("/audience", methods=["GET", "POST"])
@staff("organiser", "writer")
def edit_audience(edition_slug: str, campaign_id: UUID) -> ResponseReturnValue:
    """Build the rule: "Count" shows whom it means, "Save" keeps it."""
    with tools().database.transaction() as session:
        edition = desk_edition(session, edition_slug)
        campaign = writable_campaign(session, campaign_id=campaign_id, edition_id=edition.id)
        errors: dict[str, object] = {}
        conflict: list[Difference] = []
        version = request.form.get("version") or version_of(campaign.audience)
        kept = rule = rule_in(campaign.audience)
        asked = request.form if request.method == "POST" else request.args
        if asked.getlist("standings") or request.method == "POST":
            try:
                rule = read_rule(asked)
                require_askable(session, rule=rule, edition_id=edition.id)
            except PublicationNotAskable as refusal:
                rule, errors["download"] = kept, refusal.title
            except ValidationError:
                errors["standings"] = _("Choose at least one standing.")
        if request.method == "POST" and request.form.get("then") == "save" and rule is not None and not errors:
            known = as_fields(kept) if kept else {}
            try:
                choose_audience(
                    session, campaign_id=campaign_id, edition_id=edition.id, rule=rule, deed=my_deed(), seen=version
                )
            except ChangedMeanwhile:
                conflict, version = differences(as_fields(rule), known), version_of(campaign.audience)
            else:
                flash_message(_("Saved."), "success")
                return see_other(campaign_url(edition, campaign_id))
        query = table_query(rule)
        size = audience_size(session, rule=rule, edition_id=edition.id, topic_id=campaign.topic_id, now=now())
        page = render_template(
            "notifications/campaign_audience.html",
            edition=edition,
            campaign=campaign,
            base=campaign_url(edition, campaign_id),
            form=Form({**(as_fields(rule) if rule else {}), "version": version}, errors),
            said=rule_in_words(rule, publications_of(session, edition_id=edition.id)),
            conflict=conflict,
            conflict_labels={
                "standings": _("Standing"),
                "download": _("Downloads"),
                "locales": _("Language"),
                "countries": _("Country"),
            },
            standings=[(standing.value, *words) for standing, words in STANDINGS.items()],
            downloads=download_choices(publications_of(session, edition_id=edition.id)),
            locales=LOCALES,
            size=size,
            plan=language_plan(size.by_locale, texts_of(session, campaign_id=campaign_id)),
            columns=COLUMNS,
            query=query,
            members=audience_page(
                session,
                rule=rule,
                edition_id=edition.id,
                language=current_locale(),
                limit=query.limit,
                offset=query.offset,
                now=now(),
                search=query.search,
            ),
        )
        return page, 422 if errors else 409 if conflict else 200


def read_rule(asked: MultiDict[str, str]) -> AudienceRule:
    """Return the rule in a form or a query string; ValidationError when it is none."""
    download, _sep, publication = asked.get("download", "").partition(":")
    return AudienceRule.model_validate(
        {
            "standings": asked.getlist("standings"),
            "download": download or "any",
            "publication_id": publication or None,
            "locales": asked.getlist("locales"),
            "countries": [code for code in asked.getlist("countries") if code],
        }
    )


def as_fields(rule: AudienceRule) -> dict[str, object]:
    """Return a rule as the form's fields hold it."""
    return {
        "standings": [standing.value for standing in rule.standings],
        "download": f"{rule.download}:{rule.publication_id}" if rule.asks_about_downloads else "",
        "locales": list(rule.locales),
        "countries": list(rule.countries),
    }


def download_choices(publications: list[PublicationToAsk]) -> list[tuple[str, str]]:
    """Return what may be asked about downloads: each publication, with and without."""
    choices = [("", _("No matter what was downloaded"))]
    for publication_id, titles in publications:
        title = text_in(titles, current_locale())
        choices.append((f"has_not:{publication_id}", _("Has not downloaded: %(title)s", title=title)))
        choices.append((f"has:{publication_id}", _("Has downloaded: %(title)s", title=title)))
    return choices


def table_query(rule: AudienceRule | None) -> TableQuery:
    """Return the table's question; the rule travels with its links, so paging does not lose an unsaved one."""
    carried = MultiDict(request.args.items(multi=True))
    for name, value in as_fields(rule).items() if rule else ():
        carried.setlist(name, value if isinstance(value, list) else [str(value)])
    filters = [Filter(part, part) for part in PARTS]
    return read_table_query(carried, columns=COLUMNS, default_sort="name", filters=filters)
