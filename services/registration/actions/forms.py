from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.orm import Session

from services.registration.errors import FormIncomplete, FormRuleBroken, FormSlugTaken, FormUnknown
from services.registration.rules.forms.completeness import faults
from services.registration.rules.forms.definitions import Definition, Purpose, faults_of
from services.registration.rules.forms.library import STANDARD_VERSION, standard_definition
from shared.history import Deed, note
from shared.schema.base import new_id
from shared.schema.registration import Form, FormEdit, FormVersion
from shared.versions import require_version, version_of

MOST_EDITS: Final = 50
"""How many acts of the builder can be undone."""
TICK: Final = timedelta(microseconds=1)
"""Two acts within one tick of the clock are two versions of the draft."""
APPLICATION_SLUG: Final = "application"


def ensure_application_form(session: Session, *, edition_id: UUID, deed: Deed) -> UUID:
    """Return the edition's application form, made of the standard questions where there is none."""
    found = session.execute(
        select(Form.id).where(Form.edition_id == edition_id, Form.purpose == "application")
    ).scalar()
    if found is not None:
        return found
    form_id, definition = new_id(), standard_definition().kept()
    made = session.execute(
        insert_once(Form)
        .values(
            _row(form_id, edition_id, definition, deed.at)
            | {
                "slug": APPLICATION_SLUG,
                "purpose": "application",
                "audience": "applied",
                "published": STANDARD_VERSION,
            }
        )
        .on_conflict_do_nothing()
        .returning(Form.id)
    ).scalar()
    if made is None:  # somebody else was quicker
        return session.execute(
            select(Form.id).where(Form.edition_id == edition_id, Form.purpose == "application")
        ).scalar_one()
    _publish(session, form_id=form_id, number=STANDARD_VERSION, definition=definition, deed=deed)
    return form_id


def create_form(
    session: Session,
    *,
    edition_id: UUID,
    slug: str,
    purpose: Purpose,
    audience: str,
    definition: Definition,
    deed: Deed,
) -> UUID:
    """Make a form that nobody fills in before it is published; return its id. Refuses a slug the edition has."""
    form_id = new_id()
    made = session.execute(
        insert_once(Form)
        .values(
            {
                **_row(form_id, edition_id, definition.kept(), deed.at),
                "slug": slug,
                "purpose": purpose,
                "audience": audience,
            }
        )
        .on_conflict_do_nothing()
        .returning(Form.id)
    ).scalar()
    if made is None:
        raise FormSlugTaken(errors={"slug": FormSlugTaken.title})
    note(session, "form", form_id, deed, what="created", edition_id=edition_id)
    return made


def change_form(
    session: Session, *, form_id: UUID, change: Callable[[Definition], Definition], deed: Deed, seen: str = ""
) -> Definition:
    """Change the draft of a form by one act, which can be undone; return it as it is now.

    Refuses with :class:`FormRuleBroken` what breaks a rule of forms, such as conditions that wait for each other, and
    with :class:`ChangedMeanwhile` when the draft is not the one ``seen`` any more.
    """
    form = locked_form(session, form_id)
    require_version(seen, version_of(form.updated_at))
    before = Definition.model_validate(form.draft)
    try:
        after = change(before)
    except ValidationError as wrong:
        raise FormRuleBroken(faults_of(wrong)) from wrong
    if after == before:
        return before
    session.execute(
        insert(FormEdit).values(id=new_id(), form_id=form_id, before=form.draft, made_by=deed.by, made_at=deed.at)
    )
    _forget_old_edits(session, form_id)
    _keep_draft(session, form_id, after.kept(), deed.at)
    return after


def undo(session: Session, *, form_id: UUID, deed: Deed) -> bool:
    """Put the draft back to what it was before the last act; say whether there was one."""
    locked_form(session, form_id)
    last = session.execute(
        select(FormEdit)
        .where(FormEdit.form_id == form_id)
        .order_by(FormEdit.made_at.desc(), FormEdit.id.desc())
        .limit(1)
    ).scalar()
    if last is None:
        return False
    _keep_draft(session, form_id, last.before, deed.at)
    session.execute(delete(FormEdit).where(FormEdit.id == last.id))
    return True


def publish_form(session: Session, *, form_id: UUID, deed: Deed, seen: str = "") -> int:
    """Make the draft the version that people fill in from now on; return its number.

    A draft without a difference is no new version. Refuses with :class:`FormIncomplete` what cannot be filled in.
    """
    form = locked_form(session, form_id)
    require_version(seen, version_of(form.updated_at))
    definition = Definition.model_validate(form.draft)
    wrong = faults(definition, form.purpose)  # type: ignore[arg-type]
    if wrong:
        raise FormIncomplete(wrong)
    newest = session.execute(
        select(FormVersion).where(FormVersion.form_id == form_id).order_by(FormVersion.number.desc()).limit(1)
    ).scalar()
    if newest is not None and newest.number == form.published and newest.definition == form.draft:
        return newest.number
    number = 1 if newest is None else newest.number + 1
    _publish(session, form_id=form_id, number=number, definition=form.draft, deed=deed)
    session.execute(
        update(Form).where(Form.id == form_id).values(published=number).execution_options(synchronize_session=False)
    )
    note(session, "form", form_id, deed, what="published", edition_id=form.edition_id, details={"version": number})
    return number


def locked_form(session: Session, form_id: UUID) -> Form:
    """Return the form, which nobody else changes before the commit; refuses with :class:`FormUnknown`."""
    found = session.execute(
        select(Form).where(Form.id == form_id).with_for_update().execution_options(populate_existing=True)
    ).scalar()
    if found is None:
        raise FormUnknown
    return found


def _row(form_id: UUID, edition_id: UUID, draft: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {"id": form_id, "edition_id": edition_id, "draft": draft, "created_at": at, "updated_at": at}


def _publish(session: Session, *, form_id: UUID, number: int, definition: dict[str, Any], deed: Deed) -> None:
    session.execute(
        insert(FormVersion).values(
            id=new_id(),
            form_id=form_id,
            number=number,
            definition=definition,
            published_by=deed.by,
            published_at=deed.at,
        )
    )


def _keep_draft(session: Session, form_id: UUID, draft: dict[str, Any], at: datetime) -> None:
    session.execute(
        update(Form)
        .where(Form.id == form_id)
        .values(draft=draft, updated_at=func.greatest(at, Form.updated_at + TICK))
        .execution_options(synchronize_session=False)
    )


def _forget_old_edits(session: Session, form_id: UUID) -> None:
    kept = (
        select(FormEdit.id)
        .where(FormEdit.form_id == form_id)
        .order_by(FormEdit.made_at.desc(), FormEdit.id.desc())
        .limit(MOST_EDITS)
    )
    session.execute(delete(FormEdit).where(FormEdit.form_id == form_id, FormEdit.id.not_in(kept)))
