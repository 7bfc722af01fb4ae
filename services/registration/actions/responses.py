from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registration.errors import FormChanged, FormClosed
from services.registration.queries.responses import form_asked_of
from services.registration.rules.applications import changed_fields
from services.registration.rules.forms.compiled import Answers
from shared.history import Deed, note
from shared.schema.base import new_id
from shared.schema.registration import FormResponse


def answer_form(session: Session, *, form_id: UUID, answers: Answers, deed: Deed) -> bool:
    """Keep somebody's answers to a form that they are asked to fill in, in place of earlier ones; say if any changed.

    What was there before is kept with the change. Refuses with :class:`FormUnknown` whoever is not asked, with
    :class:`FormClosed` out of time, with :class:`FormChanged` when another version is published.
    """
    asked, form = form_asked_of(session, person_id=deed.doer, form_id=form_id)
    require_open_form(asked.form.opens_at, asked.form.closes_at, now=deed.at)
    if answers.version != form.version:
        raise FormChanged
    before = session.execute(
        select(FormResponse.answers)
        .where(FormResponse.form_id == form_id, FormResponse.application_id == asked.application.id)
        .with_for_update()
    ).scalar()
    after = {**answers.known, **answers.answers()}
    changed = changed_fields(before or {}, after)
    if before is not None and not changed:
        return False
    values = {"answers": after, "form_version": answers.version, "updated_at": deed.at}
    session.execute(
        insert(FormResponse)
        .values(
            id=new_id(),
            form_id=form_id,
            edition_id=asked.edition.id,
            application_id=asked.application.id,
            person_id=deed.doer,
            submitted_at=deed.at,
            **values,
        )
        .on_conflict_do_update(constraint="uq_form_response_application", set_=values)
    )
    note(
        session,
        "application",
        asked.application.id,
        deed,
        what="answered",
        edition_id=asked.edition.id,
        person_id=deed.doer,
        details={} if before is None else changed,
    )
    return True


def require_open_form(opens_at: datetime | None, closes_at: datetime | None, *, now: datetime) -> None:
    """Refuse with :class:`FormClosed` before the opening and after the end."""
    if (opens_at is not None and now < opens_at) or (closes_at is not None and now >= closes_at):
        raise FormClosed
