from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, render_template
from markupsafe import Markup

from services.registration.views.editions import EditionView, Showcase, present
from services.registration.views.wording import PHASE
from shared.clock import now
from shared.editions import EditionUnknown
from shared.web.door.policy import public
from shared.web.door.tools import tools
from shared.web.pages.prepared import for_visitors
from shared.words.formats import format_list, language_name
from shared.words.languages import current_locale

blueprint = Blueprint("editions", __name__)


def showcase() -> Showcase:
    """Return this process's look at the published editions."""
    found: Showcase | None = current_app.extensions.get("showcase")
    if found is None:
        found = current_app.extensions["showcase"] = Showcase(tools().database)
    return found


def shown_edition(slug: str) -> EditionView:
    """Return the published edition at this address; refuses with :class:`EditionUnknown`."""
    edition = showcase().edition(slug)
    if edition is None:
        raise EditionUnknown
    return present(edition, language=current_locale(), now=now())


@blueprint.get("/")
@public
def list_editions() -> str | Response:
    """Show all published editions."""
    return for_visitors(lambda _slots: _editions())


def _editions() -> str:
    moment, language = now(), current_locale()
    views = [present(edition, language=language, now=moment) for edition in showcase().editions()]
    upcoming = [view for view in views if view.phase != "over"]
    upcoming.sort(key=lambda view: (view.phase != "open", view.starts_on))
    return render_template(
        "registration/editions.html",
        upcoming=upcoming,
        past=[view for view in views if view.phase == "over"],
        phases=PHASE,
    )


@blueprint.get("/e/<edition_slug>")
@public
def show_edition(edition_slug: str) -> str | Response:
    """Show one edition to everybody."""
    edition = shown_edition(edition_slug)
    return for_visitors(lambda _slots: edition_page(edition))


def edition_page(edition: EditionView, *, is_preview: bool = False) -> str:
    """Return the public page of an edition; in a preview, with a word about it on top, and no way to apply."""
    return render_template(
        "registration/edition.html",
        edition=edition,
        phases=PHASE,
        structured=_structured(edition),
        languages=format_list([language_name(code) for code in edition.languages]),
        is_preview=is_preview,
        now=now(),
    )


def _structured(edition: EditionView) -> Markup:
    """Return the edition as schema.org ``Event`` in JSON-LD, safe inside a script element."""
    url = f"{tools().settings.public_url}/e/{edition.slug}"
    facts = {
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "name": edition.name.text,
        "description": edition.summary.text,
        "url": url,
        "startDate": edition.starts_on.isoformat(),
        "endDate": edition.ends_on.isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "inLanguage": list(edition.languages),
        "location": {"@type": "Place", "name": edition.venue or edition.place, "address": edition.place},
        "organizer": {"@type": "Organization", "name": "Academy", "email": edition.contact},
    }
    written = json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(written)  # noqa: S704 - JSON without a character that could end the script element
