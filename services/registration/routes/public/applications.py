from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

from flask import Blueprint, render_template, request, session as cookie
from markupsafe import escape
from werkzeug.wrappers import Response

from services.registration.actions.submissions import ask_for_proof_again, start_application, submit_application
from services.registration.errors import AlreadyApplied, ApplicationsClosed, FormChanged, OptionFull
from services.registration.queries.applications import live_application_of, person_of
from services.registration.queries.drafts import draft_waiting, submission_key_of
from services.registration.queries.forms import FormInUse, version_of_form
from services.registration.routes.public.editions import showcase, shown_edition
from services.registration.routes.public.filling import minutes_for, questions_html, typed
from services.registration.rules.forms.changes import Change, changes_between
from services.registration.rules.forms.compiled import Answers
from services.registration.views.editions import EditionView
from services.registration.views.questions import said
from services.registration.views.wording import sentences
from shared.clock import now
from shared.links import PROOF
from shared.people.rules.emails import normal_email, suggested_email
from shared.secrets import hash_of
from shared.web.door.identity import SignedIn, my_deed, signed_in
from shared.web.door.kept import keep_typed, page_that_fills
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import public
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.door.typed import typed_before, typed_now
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, fill
from shared.web.pages.prepared import for_visitors
from shared.words.addresses import readable_email
from shared.words.languages import current_locale
from shared.words.sentences import _

blueprint = Blueprint("applications", __name__)

SENT_HERE: Final = "a"
"""Where the cookie keeps which application was sent with this browser last."""


@blueprint.get("/e/<edition_slug>/apply")
@public
def show_form(edition_slug: str) -> str | Response:
    """Show the empty form, filled with what is known of a signed-in person."""
    edition = open_edition(edition_slug)
    asks = showcase().form(edition.id)
    known: dict[str, str] = {}
    by_steps = asks.form.by_steps and "all" not in request.args and typed_before() is None
    person = signed_in()
    if person is None and not by_steps and typed_before() is None:
        empty = fill(known_values(asks, {}, edition))
        return for_visitors(
            lambda slots: _form(_Page(edition, asks, empty, key=slots["key"])), key=lambda: str(uuid4())
        )
    if person is not None:
        with tools().database.reading() as session:
            standing = live_application_of(session, edition_id=edition.id, person_id=person.person_id)
            row = person_of(session, person.person_id)
        if standing is not None:
            flash_message(_("You have already applied to this edition. This is what you sent."), "information")
            return see_other(f"/me/applications/{standing}")
        known = {"name": row.name, "called": row.called, "email": row.email}
    if by_steps:
        return see_other(f"/e/{edition.slug}/apply/steps/1")
    form = fill(known_values(asks, known, edition))
    return _form(_Page(edition, asks, form, key=str(_key(form.value("key")))))


def known_values(asks: FormInUse, known: dict[str, str], edition: EditionView) -> dict[str, str]:
    """Return what a form is filled with before anybody typed, by the keys of its fields."""
    known = {**known, "language": current_locale() if current_locale() in edition.languages else ""}
    meant = {field.means: field.key for field in asks.form.by_key.values() if field.means}
    return {meant[means]: value for means, value in known.items() if means in meant}


def by_addressee() -> str:
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
@limited("20 per hour", by=by_addressee)
def send_form(edition_slug: str) -> Response | str | tuple[str, int]:  # noqa: PLR0911 - each way a form comes back
    """Take the form. A visitor's address has to be proved first; a signed-in person's is."""
    edition = shown_edition(edition_slug)  # whether it is open says the deed, for the moment of the deed
    asks = showcase().form(edition.id)
    page = _Page(edition, asks, Form(typed(request.form)), key=str(_key(request.form.get("key"))))
    if request.form.get("form_version", str(asks.form.version)) != str(asks.form.version):
        return _changed(page)
    raw = asks.form.collect(request.form)
    person = signed_in()
    address = request.form.get("use_email") or None
    if person is not None:
        with tools().database.at_once() as session:
            address = person_of(session, person.person_id).email
    if address is not None and (field := asks.form.definition.meaning("email")) is not None:
        raw[field.key] = address
        page = replace(page, form=Form({**page.form.values, field.key: address}))
    answers, problems = asks.form.read(raw, languages=edition.languages, locale=current_locale())
    if answers is None:
        return _form(replace(page, form=page.form.with_errors(sentences(problems, asks.form)))), 422
    meant = suggested_email(answers.email) if person is None else None
    if meant and request.form.get("email_kept") != answers.email:
        return _form(replace(page, meant=meant, written=answers.email)), 422
    try:
        return handed_in(edition, answers, key=UUID(page.key), person=person)
    except AlreadyApplied as refusal:
        return _offered_as_change(refusal)
    except OptionFull as refusal:
        return _form(replace(page, form=page.form.with_errors(refusal.errors))), 422
    except FormChanged:
        return _changed(page)


def handed_in(edition: EditionView, answers: Answers, *, key: UUID, person: SignedIn | None) -> Response:
    """Take a form that is filled in; lead to what comes next. Refuses as the deeds do."""
    with tools().database.transaction() as session:
        if person is None:
            draft_id = start_application(
                session,
                edition_id=edition.id,
                submission_key=key,
                answers=answers,
                locale=current_locale(),
                now=now(),
            )
            sent = submission_key_of(session, draft_id) or key
            cookie[SENT_HERE] = str(sent)
            return see_other(f"/e/{edition.slug}/apply/sent/{sent}")
        application_id = submit_application(
            session,
            edition_id=edition.id,
            submission_key=key,
            answers=answers,
            locale=current_locale(),
            deed=my_deed(),
        )
    flash_message(_("Your application is submitted."))
    return see_other(f"/me/applications/{application_id}")


def _offered_as_change(refusal: AlreadyApplied) -> Response:
    """Lead to the application that stands, filled with what was written now: saving it there lets it count."""
    kept, edit = typed_now(), f"/me/applications/{refusal.application_id}/edit"
    if kept is None or not keep_typed(replace(kept, path=edit)):
        raise refusal
    flash_message(
        _("You have already applied to this edition. To let what you wrote now count instead, save it."), "warning"
    )
    return see_other(page_that_fills(edit, opens=True, otherwise="/me"))


@dataclass(frozen=True)
class _Page:
    """The form as it is shown: which version, filled with what, and why it comes back."""

    edition: EditionView
    asks: FormInUse
    form: Form
    key: str
    meant: str = ""
    written: str = ""
    changes: Sequence[Change] = ()


def _changed(page: _Page) -> tuple[str, int]:
    """Show the version that is published now, filled with what was typed into another, and say what differs."""
    showcase().look_again()
    asks = showcase().form(page.edition.id)
    changes: Sequence[Change] = ()
    seen = request.form.get("form_version", "")
    if asks.form_id is not None and seen.isdecimal() and len(seen) < 6:  # noqa: PLR2004 - as many versions as there are
        with tools().database.reading() as session:
            before = version_of_form(session, form_id=asks.form_id, number=int(seen))
        changes = changes_between(before.definition, asks.form.definition)
    return _form(replace(page, asks=asks, changes=changes)), 409


@blueprint.get("/e/<edition_slug>/apply/sent/<uuid:key>")
@public
def show_sent(edition_slug: str, key: UUID) -> str | Response:
    """Say that a link is on its way, and to which address."""
    edition = shown_edition(edition_slug)
    with tools().database.at_once() as session:
        email = draft_waiting(session, edition_id=edition.id, submission_key=key)
    if email is None:
        return _sent(edition, None)
    return for_visitors(
        lambda slots: _sent(edition, slots["email"]),
        at=f"sent {edition.slug}",
        email=lambda: str(escape(readable_email(email))),
    )


def _sent(edition: EditionView, email: str | None) -> str:
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


def open_edition(slug: str) -> EditionView:
    """Return a published edition that takes applications; refuses with :class:`ApplicationsClosed`."""
    edition = shown_edition(slug)
    if edition.phase != "open":
        raise ApplicationsClosed
    return edition


def _form(page: _Page) -> str:
    form = page.asks.form
    fixed = frozenset({"email"}) if signed_in() is not None else frozenset()
    return render_template(
        "registration/apply.html",
        edition=page.edition,
        form=page.form,
        key=page.key,
        version=form.version,
        questions=questions_html(form, page.form, languages=page.edition.languages, fixed=fixed),
        minutes=minutes_for(form.definition.sections),
        meant=page.meant,
        written=page.written,
        changes=page.changes,
        said=said,
        conditional=form.is_conditional,
    )


def _key(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
