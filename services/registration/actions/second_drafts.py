"""A second application of the same person, proved after the first: written on another device, or sent once more."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.actions.applications import edit_application
from services.registration.actions.option_places import give_options_back
from services.registration.actions.submissions import drop_draft
from services.registration.errors import NotEditable, OptionFull
from services.registration.queries.drafts import newest_draft_at
from services.registration.queries.forms import application_form
from services.registration.rules.applications import APPLICATION, changed_fields
from services.registration.rules.forms.compiled import COLUMNS, Answers, content_hash
from shared.facts.registration import AddressProofRequested
from shared.history import Deed, note
from shared.outbox import record
from shared.people.actions.sign_in import request_sign_in_link
from shared.schema.registration import Application

Settled = Literal["newer", "older", "late"]
"""Which text of two counts: the newer one; the one that counted, being newer; or that one, as it is fixed."""


def settle_second_draft(session: Session, *, draft_id: UUID, application_id: UUID, deed: Deed) -> Settled:
    """Let the newer text count and put the draft away, so that its link changes nothing any more.

    What counted before is kept with the change. Handed in before the deadline counts, as with every proof. A newer text
    that comes too late, or asks for a place that is gone, is kept with the application, for its author to read.
    """
    draft, standing = (
        session.execute(select(Application).where(Application.id == wanted).with_for_update()).scalar_one()
        for wanted in (draft_id, application_id)
    )
    settled: Settled = "newer" if draft.consented_at > _written_at(standing) else "older"
    if settled == "newer":
        form = application_form(session, draft.edition_id, number=draft.form_version).form
        columns: dict[str, str] = {name: getattr(draft, name) for name in COLUMNS}
        answers = form.again(columns, draft.answers, consent=draft.consent)
        give_options_back(session, draft_id)
        try:
            with session.begin_nested():  # a refusal leaves the text that counts as it was
                edit_application(
                    session,
                    application_id=application_id,
                    answers=answers,
                    deed=deed,
                    written_at=draft.consented_at,
                )
        except (NotEditable, OptionFull):
            settled = "late"
            _keep_beside(session, standing, answers, deed)
    drop_draft(session, application_id=draft_id, why="already applied", now=deed.at)
    return settled


def _keep_beside(session: Session, standing: Application, answers: Answers, deed: Deed) -> None:
    before = {name: getattr(standing, name) for name in COLUMNS} | standing.answers
    after = {**answers.columns(), "email": standing.email, **answers.answers()}
    note(
        session,
        APPLICATION.noun,
        standing.id,
        deed,
        what="came_late",
        edition_id=standing.edition_id,
        person_id=deed.by,
        details=changed_fields(before, after),
    )


def _written_at(application: Application) -> datetime:
    """Return when the text was written; of an application that was changed since, when anything was."""
    columns = {name: getattr(application, name) for name in COLUMNS}
    is_as_sent = content_hash(columns, application.answers) == application.content_hash
    return application.consented_at if is_as_sent else application.updated_at


def ask_for_link_by_address(
    session: Session, *, edition_id: UUID, email: str, browser_hash: str, now: datetime
) -> None:
    """Mail whoever has the address what leads on: the proof of the newest draft, or a link that signs in.

    For an address that nobody has, something is written all the same, so that neither the answer nor its time tells.
    """
    draft_id = newest_draft_at(session, edition_id=edition_id, email=email)
    if draft_id is not None:
        record(session, AddressProofRequested(application_id=draft_id, edition_id=edition_id), Deed(None, now))
    else:
        request_sign_in_link(session, email=email, browser_hash=browser_hash, now=now)
