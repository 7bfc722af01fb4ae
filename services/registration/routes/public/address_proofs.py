"""The link that proves an address: shown with a button, redeemed by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import Blueprint, render_template, session as cookie
from markupsafe import escape
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.registration.actions.second_drafts import Settled, settle_second_draft
from services.registration.actions.submissions import prove_address
from services.registration.errors import AlreadyApplied, ProofSpent, ProofWorthless
from services.registration.queries.drafts import standing_beside, waiting_proof
from services.registration.routes.public.applications import SENT_HERE
from services.registration.routes.public.editions import shown_edition
from shared.clock import now
from shared.deeds import Deed
from shared.links import PROOF
from shared.people.actions.entries import entry_before, remember_entry
from shared.people.actions.sessions import open_session
from shared.web.door.csrf import form_secret
from shared.web.door.policy import public
from shared.web.door.redirects import see_other
from shared.web.door.sessions import remember_session
from shared.web.door.tools import tools
from shared.web.pages.flashes import Kind, flash_message
from shared.web.pages.prepared import for_visitors
from shared.words.addresses import readable_email
from shared.words.sentences import LazyText, _l

blueprint = Blueprint("address_proofs", __name__)

_SUBMITTED: Final[tuple[LazyText, Kind]] = (
    _l("Your address is confirmed and your application is submitted."),
    "success",
)
_SETTLED: Final[Mapping[Settled, tuple[LazyText, Kind]]] = {
    "newer": (
        _l("You had applied before. What you wrote last counts now; the earlier text is kept beside it."),
        "success",
    ),
    "older": (_l("You have already applied to this edition. This is what you sent."), "information"),
    "late": (
        _l(
            "You have already applied, and your application can no longer be changed. This is what counts; what you "
            "wrote last is kept below."
        ),
        "warning",
    ),
}


@blueprint.get(PROOF.rule)
@public
def show_proof(token: str) -> str | Response | tuple[str, int]:
    """Show what the link is for, with a button: programs that open every link in a mail prove nothing."""
    with tools().database.at_once() as session:
        waiting = waiting_proof(session, application_id=_proof(token))
    if waiting is None:
        raise ProofWorthless
    if waiting.state != "draft":
        return render_template("registration/proof_spent.html"), 410
    edition = shown_edition(waiting.edition_slug)
    elsewhere = waiting.has_account and cookie.get(SENT_HERE) != str(waiting.submission_key)
    return for_visitors(
        lambda slots: render_template(
            "registration/proof.html", email=slots["email"], edition=edition, elsewhere=elsewhere
        ),
        at=f"proof {edition.slug} {elsewhere}",
        email=lambda: str(escape(readable_email(waiting.email))),
    )


@blueprint.post(PROOF.rule)
@public
def prove(token: str) -> Response | tuple[str, int]:
    """Prove the address, submit the application, sign the person in."""
    application_id = _proof(token)
    moment, what = now(), f"proof {application_id}"
    target, (told, kind) = application_id, _SUBMITTED
    try:
        with tools().database.transaction() as session:
            person_id = prove_address(session, application_id=application_id, now=moment)
            secret = _let_in(session, what, person_id=person_id, now=moment)
    except AlreadyApplied as refusal:
        # The mail was read, so the person is who the address says.
        target, person_id = refusal.application_id, refusal.person_id
        with tools().database.transaction() as session:
            deed = Deed(person_id, moment)
            settled = settle_second_draft(session, draft_id=application_id, application_id=target, deed=deed)
            secret = _let_in(session, what, person_id=person_id, now=moment)
        told, kind = _SETTLED[settled]
    except ProofSpent:
        with tools().database.transaction() as session:
            person_before = entry_before(session, what=what, form=form_secret(), now=moment)
            if person_before is None:
                return render_template("registration/proof_spent.html"), 410
            secret = open_session(session, person_id=person_before, means="link", now=moment)
            target = standing_beside(session, application_id=application_id) or application_id
    remember_session(secret)
    flash_message(told, kind)
    return see_other(f"/me/applications/{target}")


def _let_in(session: Session, what: str, *, person_id: UUID, now: datetime) -> str:
    remember_entry(session, what=what, form=form_secret(), person_id=person_id)
    return open_session(session, person_id=person_id, means="link", now=now)


def _proof(token: str) -> UUID:
    application_id = tools().signer.unsign(PROOF, token)
    if application_id is None:
        raise ProofWorthless
    return application_id
