"""Applications on their way: saved with each step, sent as a whole, or left and forgotten after a while."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registration.actions.files import see_files
from services.registration.actions.submissions import require_open
from shared.facts.registration import SavedFormLinkRequested
from shared.history import Deed
from shared.outbox import record
from shared.retention import delete_with_facts
from shared.schema.base import new_id
from shared.schema.registration import FormDraft

HALF_LASTS: Final = timedelta(days=30)
"""After so many days without a change a half-filled form is given up."""
MOST_TYPED: Final = 400_000
"""Characters of a half-filled form."""


def keep_step(
    session: Session,
    *,
    draft_id: UUID,
    edition_id: UUID,
    version: int,
    typed: Mapping[str, list[str]],
    locale: str,
    person_id: UUID | None,
    now: datetime,
    files: Collection[UUID] = (),
) -> UUID:
    """Keep what was typed so far under ``draft_id``; return the id, which for a person is that of their draft.

    ``files`` are those that it names.

    Refuses with :class:`ApplicationsClosed`.
    """
    require_open(session, edition_id=edition_id, now=now)
    values = {"form_version": version, "typed": dict(typed), "locale": locale, "updated_at": now}
    row = {
        "id": draft_id,
        "edition_id": edition_id,
        "person_id": person_id,
        "submission_key": new_id(),
        "email": "",
        "created_at": now,
        **values,
    }
    statement = insert(FormDraft).values(row)
    if person_id is None:
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=values)
    else:
        statement = statement.on_conflict_do_update(
            index_elements=["edition_id", "person_id"], index_where=FormDraft.person_id.is_not(None), set_=values
        )
    if files:
        see_files(session, ids=files, now=now)
    kept: UUID = session.execute(statement.returning(FormDraft.id)).scalar_one()
    return kept


def mail_saved_form(session: Session, *, draft_id: UUID, email: str, now: datetime) -> None:
    """Have the link to a half-filled form mailed to ``email``; what does not exist any more is passed over."""
    edition_id = session.execute(
        update(FormDraft)
        .where(FormDraft.id == draft_id)
        .values(email=email)
        .returning(FormDraft.edition_id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if edition_id is not None:
        record(session, SavedFormLinkRequested(form_draft_id=draft_id, edition_id=edition_id), Deed(None, now))


def drop_form_draft(session: Session, draft_id: UUID) -> None:
    """Forget a half-filled form, once it is sent."""
    session.execute(delete(FormDraft).where(FormDraft.id == draft_id).execution_options(synchronize_session=False))


def prune_form_drafts(session: Session, *, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` forms that were left half filled, and what is told of them; return how many."""
    return delete_with_facts(session, FormDraft, FormDraft.updated_at < now - HALF_LASTS, limit=limit)
