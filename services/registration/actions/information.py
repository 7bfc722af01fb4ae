"""Needs information: an organiser asks for named fields, the applicant answers just these, the desk goes on."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.actions.applications import edit_application
from services.registration.errors import ApplicationUnknown, NotAsked, NothingAsked
from services.registration.queries.applications import application_of
from services.registration.queries.forms import application_form
from services.registration.rules.applications import APPLICATION
from services.registration.rules.forms.compiled import Answers
from shared.history import Deed, move
from shared.schema.registration import Application


def ask_for_information(
    session: Session, *, edition_id: UUID, application_id: UUID, fields: Sequence[str], message: str, deed: Deed
) -> None:
    """Ask the applicant to answer ``fields`` again, with a ``message`` that they read; a mail goes out.

    Refuses with :class:`NothingAsked` when no field of the form is named, with :class:`StateChanged` in a state in
    which nothing is asked.
    """
    application = application_of(session, edition_id=edition_id, application_id=application_id)
    form = application_form(session, edition_id, number=application.form_version).form
    wanted = [key for key, field in form.by_key.items() if key in fields and field.means not in {"email", "consent"}]
    if not wanted:
        raise NothingAsked(errors={"fields": NothingAsked.title})
    asked = {"fields": wanted, "message": message}
    move(session, APPLICATION, [application_id], "needs_information", deed, asked=asked, updated_at=deed.at)


def give_information(session: Session, *, application_id: UUID, answers: Answers, deed: Deed) -> None:
    """Keep what was asked for and hand the application back to the desk.

    ``answers`` are whole: those that were not asked for stay as they are. Refuses with :class:`NotAsked`, and as
    :func:`edit_application` does.
    """
    state = session.execute(
        select(Application.state)
        .where(Application.id == application_id, Application.person_id == deed.doer)
        .with_for_update()
    ).scalar()
    if state is None:
        raise ApplicationUnknown
    if state != "needs_information":
        raise NotAsked
    edit_application(session, application_id=application_id, answers=answers, deed=deed)
    move(session, APPLICATION, [application_id], "submitted", deed, leaving="needs_information", asked=None)
