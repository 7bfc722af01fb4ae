from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from flask import Blueprint, render_template, request, session as cookie
from werkzeug.wrappers import Response

from services.registration.actions.second_drafts import settle_second_draft
from services.registration.actions.submissions import (
    ask_for_proof_again,
    drop_draft,
    prove_address,
    start_application,
    submit_application,
)
from services.registration.errors import AlreadyApplied, ApplicationsClosed, NotEditable, ProofSpent, ProofWorthless
from services.registration.queries.applications import live_application_of, person_of
from services.registration.queries.drafts import draft_waiting, submission_key_of, waiting_proof
from services.registration.routes.public.editions import shown_edition
from services.registration.rules.forms import Answers, read_answers
from services.registration.views.editions import EditionView, own_names
from services.registration.views.wording import CONSENT, FELLOWSHIP, sentences
from shared.clock import now
from shared.deeds import Deed
from shared.links import PROOF
from shared.people.actions.entries import entry_before, remember_entry
from shared.people.actions.sessions import open_session
from shared.people.rules.emails import normal_email, suggested_email
from shared.secrets import hash_of
from shared.web.door.csrf import form_secret
from shared.web.door.identity import my_deed, signed_in
from shared.web.door.kept import keep_typed, page_that_fills
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import public
from shared.web.door.redirects import see_other
from shared.web.door.sessions import remember_session
from shared.web.door.tools import tools
from shared.web.door.typed import typed_before, typed_now
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, fill
from shared.web.pages.prepared import for_visitors
from shared.words.languages import current_locale
from shared.words.sentences import _

blueprint = Blueprint("applications", __name__)

_SENT_HERE: Final = "a"
"""Where the cookie keeps which application was sent with this browser last."""
ASKED: Final = tuple(Answers.model_fields)


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return what the form holds of the questions asked. An unticked box is an answer: no."""
    return {"consent": "no", **{name: form[name] for name in ASKED if name in form}}


@blueprint.get("/e/<edition_slug>/apply")
@public
def show_form(edition_slug: str) -> str | Response:
    """Show the empty form, filled with what is known of a signed-in person."""
    edition = _open_edition(edition_slug)
    known: dict[str, str] = {"language": current_locale() if current_locale() in edition.languages else ""}
    person = signed_in()
    if person is None and typed_before() is None:
        return for_visitors(lambda slots: _form(edition, fill(known), key=slots["key"]), key=lambda: str(uuid4()))
    if person is not None:
        with tools().database.reading() as session:
            standing = live_application_of(session, edition_id=edition.id, person_id=person.person_id)
            row = person_of(session, person.person_id)
        if standing is not None:
            flash_message(_("You have already applied to this edition. This is what you sent."), "information")
            return see_other(f"/me/applications/{standing}")
        known |= {"name": row.name, "called": row.called, "email": row.email}
    form = fill(known)
    return _form(edition, form, key=_key(form.value("key")))


def _by_addressee() -> str:
    """Count for each address that a mail would go to, however it was spelled and by whichever field it came.

    The form of a signed-in person has no address, so the person is counted.
    """
    person = signed_in()
    if person is not None:
        return f"person:{person.person_id}"
    return hash_of(normal_email(request.form.get("use_email") or request.form.get("email", "")))


@blueprint.post("/e/<edition_slug>/apply")
@public
@limited("120 per hour", by=by_caller)
@limited("20 per hour", by=_by_addressee)
def send_form(edition_slug: str) -> Response | str | tuple[str, int]:
    """Take the form. A visitor's address has to be proved first; a signed-in person's is."""
    edition = shown_edition(edition_slug)  # whether it is open says the deed, for the moment of the deed
    key = _key(request.form.get("key"))
    person = signed_in()
    filled = typed(request.form)
    if request.form.get("use_email"):
        filled["email"] = request.form["use_email"]
    if person is not None:
        with tools().database.at_once() as session:
            filled["email"] = person_of(session, person.person_id).email
    answers, problems = read_answers(filled, languages=list(edition.languages))
    if answers is None:
        return _form(edition, Form(filled, sentences(problems)), key=key), 422
    meant = suggested_email(answers.email) if person is None else None
    if meant and request.form.get("email_kept") != answers.email:
        return _form(edition, Form({**filled, "email": answers.email}), key=key, meant=meant), 422
    try:
        with tools().database.transaction() as session:
            if person is None:
                draft_id = start_application(
                    session,
                    edition_id=edition.id,
                    submission_key=key,
                    answers=answers,
                    consent=str(CONSENT),
                    locale=current_locale(),
                    now=now(),
                )
                sent = submission_key_of(session, draft_id) or key
                cookie[_SENT_HERE] = str(sent)
                return see_other(f"/e/{edition.slug}/apply/sent/{sent}")
            application_id = submit_application(
                session,
                edition_id=edition.id,
                submission_key=key,
                answers=answers,
                consent=str(CONSENT),
                locale=current_locale(),
                deed=my_deed(),
            )
    except AlreadyApplied as refusal:
        return _offered_as_change(refusal)
    flash_message(_("Your application is submitted."))
    return see_other(f"/me/applications/{application_id}")


def _offered_as_change(refusal: AlreadyApplied) -> Response:
    """Lead to the application that stands, filled with what was written now: saving it there lets it count."""
    typed, edit = typed_now(), f"/me/applications/{refusal.application_id}/edit"
    if typed is None or not keep_typed(replace(typed, path=edit)):
        raise refusal
    flash_message(
        _("You have already applied to this edition. To let what you wrote now count instead, save it."), "warning"
    )
    return see_other(page_that_fills(edit, opens=True, otherwise="/me"))


@blueprint.get("/e/<edition_slug>/apply/sent/<uuid:key>")
@public
def show_sent(edition_slug: str, key: UUID) -> str:
    """Say that a link is on its way, and to which address."""
    edition = shown_edition(edition_slug)
    with tools().database.at_once() as session:
        email = draft_waiting(session, edition_id=edition.id, submission_key=key)
    return render_template("registration/sent.html", edition=edition, email=email, days=PROOF.lasts.days)


@blueprint.post("/e/<edition_slug>/apply/sent/<uuid:key>")
@public
@limited("20 per hour", by=by_caller)
@limited("5 per hour", by=lambda: str((request.view_args or {})["key"]))
def send_again(edition_slug: str, key: UUID) -> Response:
    """Send the link once more, after the deadline too: the form was sent in time."""
    edition = shown_edition(edition_slug)
    with tools().database.transaction() as session:
        ask_for_proof_again(session, edition_id=edition.id, submission_key=key, now=now())
    flash_message(_("The link is on its way once more."))
    return see_other(f"/e/{edition.slug}/apply/sent/{key}")


@blueprint.get(PROOF.rule)
@public
def show_proof(token: str) -> str | tuple[str, int]:
    """Show what the link is for, with a button: programs that open every link in a mail prove nothing."""
    with tools().database.at_once() as session:
        waiting = waiting_proof(session, application_id=_proof(token))
    if waiting is None:
        raise ProofWorthless
    if waiting.state != "draft":
        return render_template("registration/proof_spent.html"), 410
    return render_template(
        "registration/proof.html",
        waiting=waiting,
        edition=shown_edition(waiting.edition_slug),
        elsewhere=waiting.has_account and cookie.get(_SENT_HERE) != str(waiting.submission_key),
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
    except NotEditable:
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


def _open_edition(slug: str) -> EditionView:
    edition = shown_edition(slug)
    if edition.phase != "open":
        raise ApplicationsClosed
    return edition


def _form(edition: EditionView, form: Form, *, key: UUID | str, meant: str | None = None) -> str:
    return render_template(
        "registration/apply.html",
        edition=edition,
        form=form,
        key=key,
        meant=meant,
        consent=CONSENT,
        fellowship=FELLOWSHIP,
        language_options=own_names(edition.languages),
    )


def _key(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()


def _proof(token: str) -> UUID:
    application_id = tools().signer.unsign(PROOF, token)
    if application_id is None:
        raise ProofWorthless
    return application_id
