"""The outbox seen from the desk: what waits, what failed five times, and a button to try again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from services.registration.queries.outbox import all_aside, left, queues
from shared.clock import now
from shared.doors import QUEUES
from shared.outbox import retry_entries
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.navigation import OUTBOX
from shared.web.pages.refusing import refused_at
from shared.words.sentences import _, _n

blueprint = Blueprint("outbox_desk", __name__)

_SHOWN: Final = 100


@blueprint.get(OUTBOX.rule)
@OUTBOX.opens
def outbox() -> str:
    """Show each service's queue, what was put aside and what has waited longest."""
    with tools().database.reading() as reading:
        return render_template(
            "registration/outbox/outbox.html",
            queues=queues(reading, services=QUEUES, now=now()),
            aside=left(reading, services=QUEUES, state="aside", limit=_SHOWN),
            waiting=left(reading, services=QUEUES, state="waiting", limit=_SHOWN),
        )


@blueprint.post("/desk/outbox/<uuid:entry_id>/retry")
@staff("organiser", everywhere=True)
@refused_at("/desk/outbox")
def retry(entry_id: UUID) -> Response:
    """Let one entry wait again from a clean slate."""
    return _retry([entry_id])


@blueprint.post("/desk/outbox/retry")
@staff("organiser", everywhere=True)
@refused_at("/desk/outbox")
def retry_all() -> Response:
    """Let everything that was put aside wait again."""
    return _retry(None)


def _retry(entry_ids: list[UUID] | None) -> Response:
    with tools().database.transaction() as work:
        count = retry_entries(work, entry_ids=all_aside(work) if entry_ids is None else entry_ids)
    if count:
        flash_message(_n("%(num)s reaction is tried again", "%(num)s reactions are tried again", count))
    else:
        flash_message(_("There was nothing to try again"), "information")
    return see_other("/desk/outbox")
