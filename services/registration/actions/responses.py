from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registration.actions.files import claim_files
from services.registration.errors import FormChanged, FormClosed
from services.registration.queries.responses import form_asked_of
from services.registration.rules.applications import changed_fields
from services.registration.rules.forms.compiled import Answers
from services.registration.rules.forms.special import (
    NoKeyForAnswers,
    open_special,
    resealed,
    seal_special,
    special_fields,
)
from shared.history import Deed, note
from shared.keyring import KeyRing
from shared.schema.base import new_id
from shared.schema.registration import FormResponse


def answer_form(session: Session, *, form_id: UUID, answers: Answers, deed: Deed, ring: KeyRing) -> bool:
    """Keep somebody's answers to a form that they are asked to fill in, in place of earlier ones; say if any changed.

    What was there before is kept with the change, but for what is special: that is kept sealed by ``ring``, and of its
    changes nothing is told. Refuses with :class:`FormUnknown` whoever is not asked, with :class:`FormClosed` out of
    time, with :class:`FormChanged` when another version is published, with :class:`NoKeyForAnswers` without a key,
    with :class:`FileGone` when a file is not there any more.
    """
    asked, form = form_asked_of(session, person_id=deed.doer, form_id=form_id)
    require_open_form(asked.form.opens_at, asked.form.closes_at, now=deed.at)
    if answers.version != form.version:
        raise FormChanged
    kept = session.execute(
        select(FormResponse.answers)
        .where(FormResponse.form_id == form_id, FormResponse.application_id == asked.application.id)
        .with_for_update()
    ).scalar()
    application_id = asked.application.id
    before = open_special(kept or {}, ring, application_id=application_id).answers
    after = {**answers.known, **answers.answers()}
    changed = changed_fields(before, after)
    if kept is not None and not changed:
        return False
    try:
        sealed = seal_special(after, form, ring, application_id=application_id)
    except LookupError as error:
        raise NoKeyForAnswers from error
    claim_files(session, form_id=form_id, application_id=application_id, files=answers.files, now=deed.at)
    values = {"answers": sealed, "form_version": answers.version, "updated_at": deed.at}
    session.execute(
        insert(FormResponse)
        .values(
            id=new_id(),
            form_id=form_id,
            edition_id=asked.edition.id,
            application_id=application_id,
            person_id=deed.doer,
            submitted_at=deed.at,
            **values,
        )
        .on_conflict_do_update(constraint="uq_form_response_application", set_=values)
    )
    note(
        session,
        "application",
        application_id,
        deed,
        what="answered",
        edition_id=asked.edition.id,
        person_id=deed.doer,
        details={} if kept is None else {key: pair for key, pair in changed.items() if key not in special_fields(form)},
    )
    return True


def require_open_form(opens_at: datetime | None, closes_at: datetime | None, *, now: datetime) -> None:
    """Refuse with :class:`FormClosed` before the opening and after the end."""
    if (opens_at is not None and now < opens_at) or (closes_at is not None and now >= closes_at):
        raise FormClosed


def reseal_answers(
    session: Session, *, ring: KeyRing, limit: int, after: UUID | None = None
) -> tuple[int, UUID | None]:
    """Seal up to ``limit`` responses anew where another key than today's sealed them.

    Return how many changed, and the id to go on after: None at the end.
    """
    wanted = select(FormResponse.id, FormResponse.application_id, FormResponse.answers).order_by(FormResponse.id)
    if after is not None:
        wanted = wanted.where(FormResponse.id > after)
    rows = session.execute(wanted.limit(limit).with_for_update()).all()
    changed = 0
    for response_id, application_id, answers in rows:
        anew = resealed(answers, ring, application_id=application_id)
        if anew is not None:
            session.execute(update(FormResponse).where(FormResponse.id == response_id).values(answers=anew))
            changed += 1
    return changed, rows[-1][0] if len(rows) == limit else None
