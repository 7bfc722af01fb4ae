"""A long form section by section: each step is saved, the last page shows everything before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, render_template, request, session as cookie
from werkzeug.wrappers import Response

from services.registration.actions.form_drafts import drop_form_draft, mail_saved_form
from services.registration.errors import AlreadyApplied, FormChanged, OptionFull, ProofWorthless
from services.registration.queries.form_drafts import edition_of_half_filled
from services.registration.routes.attachments import LARGEST_FORM, sent_with_files
from services.registration.routes.public.applications import (
    SENT_HERE,
    by_addressee,
    handed_in,
    open_edition,
)
from services.registration.routes.public.editions import showcase
from services.registration.routes.public.filling import minutes_for, questions_html
from services.registration.routes.public.half_filled import HALF_HERE, Filling, changes_seen, filling_of, saved
from services.registration.rules.forms.file_kinds import FileGone
from services.registration.views.answers import shown
from services.registration.views.questions import said
from services.registration.views.wording import sentences
from shared.clock import now
from shared.links import SAVED_FORM
from shared.people.rules.emails import is_email, normal_email, suggested_email
from shared.web.door.identity import signed_in
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import larger_body, public
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, fill
from shared.words.sentences import _, _l

blueprint = Blueprint("application_steps", __name__)


@blueprint.get("/e/<edition_slug>/apply/steps/<int:number>")
@public
def show_step(edition_slug: str, number: int) -> str | Response:
    """Show one section of the form, filled with what was saved."""
    filling = filling_of(edition_slug)
    sections = filling.sections()
    if not 1 <= number <= len(sections):
        return see_other(filling.step(1) if number < 1 else f"{filling.url}/review")
    return _page(filling, number, fill(filling.known()))


@blueprint.post("/e/<edition_slug>/apply/steps/<int:number>")
@public
@limited("600 per hour", by=by_caller)
@larger_body(LARGEST_FORM)
def save_step(edition_slug: str, number: int) -> Response | str | tuple[str, int]:
    """Save the section, whatever it holds; go on when it is filled in, back or away without looking."""
    filling = filling_of(edition_slug)
    sections = filling.sections()
    if not 1 <= number <= len(sections):
        return see_other(f"{filling.url}/review")
    section = sections[number - 1]
    sent = sent_with_files(filling.asks.form, form_id=filling.asks.form_id, edition_id=filling.edition.id)
    filling = saved(filling, section, sent.form)
    go = request.form.get("go", "on")
    if go == "typing":
        return Response(status=204)
    if go == "later":
        return see_other(f"{filling.url}/later")
    if go == "back":
        return see_other(filling.step(max(1, number - 1)))
    within = frozenset(field.key for field in section.fields)
    read = filling.read(filling.raw(), within=within)
    if read.problems or sent.errors:
        wrong = {**sentences(read.problems, filling.asks.form), **sent.errors}
        return _page(filling, number, Form(filling.known(), wrong)), 422
    after = filling.sections()
    place = next((at for at, one in enumerate(after, 1) if one.key == section.key), number)
    return see_other(filling.step(place + 1) if place < len(after) else f"{filling.url}/review")


@blueprint.get("/e/<edition_slug>/apply/review")
@public
def review(edition_slug: str) -> str:
    """Show everything on one page before it is sent."""
    return _review(filling_of(edition_slug))


@blueprint.post("/e/<edition_slug>/apply/review")
@public
@limited("120 per hour", by=by_caller)
def send(edition_slug: str) -> Response | str | tuple[str, int]:  # noqa: PLR0911 - each way it comes back
    """Send the whole form."""
    filling = filling_of(edition_slug)
    if filling.draft is None:
        sent = cookie.get(SENT_HERE)  # pressed twice: the first press sent it
        return see_other(f"{filling.url}/sent/{sent}" if sent else filling.step(1))
    form = filling.asks.form
    raw = filling.raw()
    if request.form.get("use_email") and (field := form.definition.meaning("email")) is not None:
        raw[field.key] = request.form["use_email"]
    answers, problems = filling.read(raw)
    if answers is None:
        return _review(filling, sentences(problems, form)), 422
    meant = suggested_email(answers.email) if signed_in() is None else None
    if meant and request.form.get("email_kept") != answers.email:
        return _review(filling, meant=meant, written=answers.email), 422
    try:
        answer = handed_in(filling.edition, answers, key=filling.draft.submission_key, person=signed_in())
    except (OptionFull, FileGone) as refusal:
        return _review(filling, refusal.errors), 422
    except FormChanged:
        showcase().look_again()
        return _review(filling_of(edition_slug)), 409
    except AlreadyApplied as refusal:
        flash_message(_("You have already applied to this edition. This is what you sent."), "information")
        return see_other(f"/me/applications/{refusal.application_id}")
    with tools().database.transaction() as session:
        drop_form_draft(session, filling.draft.id)
    cookie.pop(HALF_HERE, None)
    return answer


@blueprint.get("/e/<edition_slug>/apply/later")
@public
def show_later(edition_slug: str) -> str:
    """Ask where the link should go that leads back to the form."""
    filling = filling_of(edition_slug)
    field = filling.asks.form.definition.meaning("email")
    typed = filling.typed.get(field.key, [""])[0] if field is not None else ""
    return _later(filling, fill({"email": typed}))


@blueprint.post("/e/<edition_slug>/apply/later")
@public
@limited("60 per hour", by=by_caller)
@limited("5 per hour", by=by_addressee)
def send_later(edition_slug: str) -> Response | tuple[str, int]:
    """Mail the link that leads back."""
    filling = filling_of(edition_slug)
    email = normal_email(request.form.get("email", ""))
    if not is_email(email):
        wrong = {"email": _l("Write an e-mail address, such as name@example.org")}
        return _later(filling, Form({"email": request.form.get("email", "")}, wrong)), 422
    if filling.draft is not None:
        with tools().database.transaction() as session:
            mail_saved_form(session, draft_id=filling.draft.id, email=email, now=now())
    flash_message(_("The link is on its way. It works for thirty days, on any device."))
    return see_other(f"/e/{edition_slug}")


@blueprint.get(SAVED_FORM.rule)
@public
def show_saved(token: str) -> str:
    """Show what the link is for, with a button: programs that open every link in a mail take nothing over."""
    with tools().database.reading() as session:
        slug = edition_of_half_filled(session, _draft_id(token))
    if slug is None:
        raise ProofWorthless
    return render_template("registration/form/continue.html", edition=open_edition(slug))


@blueprint.post(SAVED_FORM.rule)
@public
def take_saved(token: str) -> Response:
    """Go on with the half-filled form in this browser."""
    draft_id = _draft_id(token)
    with tools().database.reading() as session:
        slug = edition_of_half_filled(session, draft_id)
    if slug is None:
        raise ProofWorthless
    cookie[HALF_HERE] = str(draft_id)
    return see_other(f"/e/{slug}/apply/review")


def _page(filling: Filling, number: int, form: Form) -> str:
    sections = filling.sections()
    section = sections[number - 1]
    return render_template(
        "registration/form/step.html",
        edition=filling.edition,
        form=form,
        number=number,
        count=len(sections),
        title=said(section.title),
        minutes=minutes_for(sections[number - 1 :]),
        changes=changes_seen(filling),
        said=said,
        conditional=filling.asks.form.is_conditional,
        has_files=any(field.key in filling.asks.form.file_fields for field in section.fields),
        url=filling.url,
        questions=questions_html(
            filling.asks.form,
            form,
            languages=filling.edition.languages,
            sections=[section],
            fixed=frozenset({"email"}) if filling.proved else frozenset(),
            titled=False,
            form_id=filling.asks.form_id,
        ),
    )


def _review(filling: Filling, errors: Mapping[str, object] | None = None, *, meant: str = "", written: str = "") -> str:
    form = filling.asks.form
    read = filling.read(filling.raw())
    found = dict(errors if errors is not None else sentences(read.problems, form))
    so_far = filling.so_far()
    parts = []
    for number, section in enumerate(filling.sections(), 1):
        lines = [
            (said(field.label), shown(field, so_far.get(field.key)), field.key, found.get(field.key, ""))
            for field in section.fields
            if field.asks and (field.key in so_far or field.key in found or field.when is None)
        ]
        parts.append((number, said(section.title), lines))
    return render_template(
        "registration/form/review.html",
        edition=filling.edition,
        parts=parts,
        wrong=len(found),
        url=filling.url,
        meant=meant,
        written=written,
        changes=changes_seen(filling),
        said=said,
        form=Form(),
    )


def _later(filling: Filling, form: Form) -> str:
    return render_template("registration/form/later.html", edition=filling.edition, form=form, url=filling.url)


def _draft_id(token: str) -> UUID:
    draft_id = tools().signer.unsign(SAVED_FORM, token)
    if draft_id is None:
        raise ProofWorthless
    return draft_id
