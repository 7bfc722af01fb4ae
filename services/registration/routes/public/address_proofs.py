"""The link that proves an address: shown with a button, redeemed by it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template, session as cookie
from markupsafe import escape
from werkzeug.wrappers import Response

from services.registration.actions.second_drafts import settle_second_draft
from services.registration.actions.submissions import drop_draft, prove_address
from services.registration.errors import AlreadyApplied, NotEditable, OptionFull, ProofSpent, ProofWorthless
from services.registration.queries.drafts import waiting_proof
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
from shared.web.pages.flashes import flash_message
from shared.web.pages.prepared import for_visitors
from shared.words.addresses import readable_email
from shared.words.sentences import _

blueprint = Blueprint("address_proofs", __name__)


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
    target, kind = application_id, "success"
    told = _("Your address is confirmed and your application is submitted.")
    try:
        with tools().database.transaction() as session:
            person_id = prove_address(session, application_id=application_id, now=moment)
            remember_entry(session, what=what, form=form_secret(), person_id=person_id)
            secret = open_session(session, person_id=person_id, means="link", now=moment)
    except AlreadyApplied as refusal:
        # The mail was read, so the person is who the address says.
        target, person_id = refusal.application_id, refusal.person_id
        told, kind = _settled(application_id, refusal, now=moment)
        with tools().database.transaction() as session:
            secret = open_session(session, person_id=person_id, means="link", now=moment)
    except ProofSpent:
        with tools().database.transaction() as session:
            person_before = entry_before(session, what=what, form=form_secret(), now=moment)
            if person_before is None:
                return render_template("registration/proof_spent.html"), 410
            secret = open_session(session, person_id=person_before, means="link", now=moment)
    remember_session(secret)
    flash_message(told, kind)  # type: ignore[arg-type]
    return see_other(f"/me/applications/{target}")


def _settled(draft_id: UUID, refusal: AlreadyApplied, *, now: datetime) -> tuple[str, str]:
    """Let the newer of two texts count; return what to say of it."""
    try:
        with tools().database.transaction() as session:
            deed = Deed(refusal.person_id, now)
            is_newer = settle_second_draft(session, draft_id=draft_id, application_id=refusal.application_id, deed=deed)
    except (NotEditable, OptionFull):
        with tools().database.transaction() as session:
            drop_draft(session, application_id=draft_id, why="too late for a change", now=now)
        return _(
            "You have already applied, and your application can no longer be changed. This is what counts."
        ), "warning"
    if is_newer:
        return _(
            "You had applied before. What you wrote last counts now; the earlier text is kept beside it."
        ), "success"
    return _("You have already applied to this edition. This is what you sent."), "information"


def _proof(token: str) -> UUID:
    application_id = tools().signer.unsign(PROOF, token)
    if application_id is None:
        raise ProofWorthless
    return application_id
