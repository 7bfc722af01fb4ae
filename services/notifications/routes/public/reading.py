"""A campaign mail as a page, for mail programs that show it badly. Nothing is counted."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response

from services.notifications.errors import MailUnreadable
from services.notifications.letters.headers import Unmailable
from services.notifications.queries.mails import source_of
from services.notifications.settings import NotificationsSettings
from services.notifications.views.mails import as_page
from shared.clock import now
from shared.links import READ_MAIL
from shared.schema.notifications.deliveries import Delivery
from shared.web.door.policy import public
from shared.web.door.tools import own_settings, tools

blueprint = Blueprint("reading", __name__)
settings = own_settings(blueprint, NotificationsSettings)

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'none'; base-uri 'none'"
)


@blueprint.get(READ_MAIL.rule)
@public
def read_mail(token: str) -> Response:
    """Show the mail. It is about one person, so no search engine lists it and no cache keeps it."""
    delivery_id = tools().signer.unsign(READ_MAIL, token)
    with tools().database.reading() as session:
        delivery = None if delivery_id is None else session.get(Delivery, delivery_id)
        source = None if delivery is None else source_of(session, delivery)
        if delivery is None or source is None:
            raise MailUnreadable
        try:
            html = as_page(settings(), delivery, source, now())
        except Unmailable as gone:  # the address was emptied with the person
            raise MailUnreadable from gone
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
