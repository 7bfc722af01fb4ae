"""One mail to one person: what became of it, and what came back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from services.notifications.queries.deliveries import delivery_at, edition_of_delivery
from services.notifications.queries.returns import returns_of_delivery
from services.notifications.views.wording import DELIVERY_STATES, NOTICE_KINDS, REASONS, RETURNED
from shared.editions import editions_by_id
from shared.links import DELIVERY
from shared.web.door.policy import staff
from shared.web.door.tools import tools

blueprint = Blueprint("deliveries", __name__)


@blueprint.get(DELIVERY.path.replace("{id}", "<uuid:delivery_id>"))
@staff("organiser", "writer", "approver", "viewer", of=edition_of_delivery)
def show_delivery(delivery_id: UUID) -> str:
    """Show the mail's whole history."""
    with tools().database.reading() as session:
        delivery = delivery_at(session, delivery_id=delivery_id)
        return render_template(
            "notifications/delivery.html",
            delivery=delivery,
            edition=editions_by_id(session, ids=[delivery.edition_id]).get(delivery.edition_id),  # type: ignore[arg-type]
            story=[
                {
                    "at": one.received_at,
                    "title": RETURNED[one.kind or "unreadable"][0],
                    "text": f"{one.status} {one.said}".strip(),
                    "kind": RETURNED[one.kind or "unreadable"][1],
                }
                for one in returns_of_delivery(session, delivery_id=delivery_id)
                if one.kind in RETURNED
            ],
            states=DELIVERY_STATES,
            reasons=REASONS,
            notice_kinds=NOTICE_KINDS,
        )
