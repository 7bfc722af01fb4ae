"""Opting out of a topic by the link in a mail (RFC 8058). Looking changes nothing: scanners open every link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from services.notifications.actions.opt_outs import opt_in, opt_out
from services.notifications.errors import SubscriptionUnknown
from services.notifications.queries.campaigns import Subscription, subscription_of
from shared.clock import now
from shared.links import UNSUBSCRIBE
from shared.web.door.policy import csrf_exempt, public
from shared.web.door.tools import tools
from shared.words.languages import text_in, use_locale

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

blueprint = Blueprint("unsubscribe", __name__)


@blueprint.get(UNSUBSCRIBE.rule)
@public
def show_subscription(token: str) -> str:
    """Show the button. Nothing changes."""
    with tools().database.reading() as session:
        found = _subscription(session, token)
    with use_locale(request.args.get("lang") or found.locale):
        topic = text_in(found.topic, found.locale)
        return render_template(
            "notifications/unsubscribe.html",
            topic=topic,
            opted_out=found.opted_out,
            token=token,
            test=found.person_id is None,
        )


@blueprint.post(UNSUBSCRIBE.rule)
@csrf_exempt("RFC 8058: mail programs post here without ever having seen a form; the signed token is the proof")
@public
def unsubscribe(token: str) -> ResponseReturnValue:
    """Opt out at once; a mail program gets a plain 200 without a redirect, as RFC 8058, 3.2 wants."""
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    with tools().database.transaction() as session:
        found = _subscription(session, token)
        again = request.form.get("again") == "yes" and not one_click
        if found.person_id and again:
            opt_in(session, person_id=found.person_id, topic_id=found.topic_id)
        elif found.person_id:
            opt_out(
                session,
                person_id=found.person_id,
                topic_id=found.topic_id,
                source="one_click" if one_click else "page",
                now=now(),
            )
    with use_locale(found.locale):
        topic = text_in(found.topic, found.locale)
        return render_template(
            "notifications/unsubscribe.html",
            topic=topic,
            opted_out=not again,
            token=token,
            done=True,
            test=found.person_id is None,
        )


def _subscription(session: Session, token: str) -> Subscription:
    delivery_id = tools().signer.unsign(UNSUBSCRIBE, token)
    found = None if delivery_id is None else subscription_of(session, delivery_id=delivery_id)
    if found is None:
        raise SubscriptionUnknown
    return found
