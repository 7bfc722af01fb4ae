from __future__ import annotations

from flask import Blueprint, Response, render_template

from services.registration.actions.drafts import UNPROVED_LASTS
from services.registration.routes.public.editions import showcase
from services.registration.views.editions import present
from shared.clock import now
from shared.web.door.policy import public
from shared.web.pages.prepared import for_visitors
from shared.words.languages import current_locale

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/privacy")
@public
def show_privacy() -> str | Response:
    """Say what is kept about people, who sees it, for how long, and whom to write to."""
    return for_visitors(lambda _slots: _page())


def _page() -> str:
    moment, language = now(), current_locale()
    views = [present(one, language=language, now=moment) for one in showcase().editions()]
    return render_template(
        "registration/privacy.html",
        editions=[view for view in views if view.phase != "over"] or views[:1],
        unproved_days=UNPROVED_LASTS.days,
    )
