from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.registration.actions.files import claim_for_application
from services.registration.actions.option_places import give_options_back, take_options
from services.registration.errors import ApplicationUnknown, NotEditable, NotWithdrawable
from services.registration.queries.decisions import proposal_of
from services.registration.queries.offers import has_live_offer
from services.registration.rules import applications as rules
from services.registration.rules.decisions import DECISION
from services.registration.rules.forms.compiled import Answers
from shared.history import Deed, move, note
from shared.people.actions.people import correct_name
from shared.schema.registration import Application, Edition
from shared.versions import require_version, version_of


def edit_application(
    session: Session,
    *,
    application_id: UUID,
    answers: Answers,
    deed: Deed,
    written_at: datetime | None = None,
    seen: str = "",
) -> list[str]:
    """Replace the answers of the doer's application until the deadline; return the names of the fields that changed.

    What was there before is kept with the change and shown to reviewers. The address stays the proved one. What was
    ``written_at`` an earlier moment counts as in time when it was then. Refuses with :class:`ChangedMeanwhile` when the
    application is not the version ``seen`` any more and holds other answers, with :class:`OptionFull` when a place of
    an option is gone, with :class:`FileGone` when a file is.
    A corrected name is the one that mails and pages use from now on.
    """
    application, edition = _own(session, application_id=application_id, person_id=deed.doer)
    if not rules.is_editable(state=application.state, closes_at=edition.closes_at, now=written_at or deed.at):
        raise NotEditable
    after = {**answers.columns(), "email": application.email, **answers.answers()}
    before = {name: getattr(application, name) for name in answers.columns()} | application.answers
    fields = rules.changed_fields(before, after)
    if not fields:
        return []
    require_version(seen, version_of(application.updated_at))
    give_options_back(session, application_id)
    take_options(session, edition_id=edition.id, application_id=application_id, answers=answers)
    claim_for_application(
        session, edition_id=edition.id, application_id=application_id, files=answers.files, now=deed.at
    )
    session.execute(
        update(Application)
        .where(Application.id == application_id)
        .values(
            {
                **answers.columns(),
                "email": application.email,
                "answers": answers.answers(),
                "form_version": answers.version,
                "updated_at": deed.at,
            }
        )
        .execution_options(synchronize_session=False)
    )
    correct_name(session, person_id=deed.doer, before=before, after=after)
    note(
        session,
        rules.APPLICATION.noun,
        application_id,
        deed,
        what="edited",
        edition_id=edition.id,
        person_id=deed.doer,
        details=fields,
    )
    return list(fields)


def withdraw_application(session: Session, *, application_id: UUID, deed: Deed) -> None:
    """Take the doer's own application back; done twice it is done once.

    Whoever holds an offer or a place gives that back first, by an act of its own.
    """
    application, _edition = _own(session, application_id=application_id, person_id=deed.doer)
    if application.state == "withdrawn":
        return
    allowed = rules.APPLICATION.allows(application.state, "withdrawn")
    if not allowed or has_live_offer(session, application_id=application_id):
        raise NotWithdrawable
    move(session, rules.APPLICATION, [application_id], "withdrawn", deed, updated_at=deed.at)
    proposed = proposal_of(session, application_id=application_id)
    if proposed is not None:
        dropped = {proposed: {"person_id": deed.by}}
        follows = Deed(None, deed.at, "withdrawn by the applicant")
        move(session, DECISION, dropped, "replaced", follows, leaving="proposed", more=dropped)


class _Own(NamedTuple):
    application: Application
    edition: Edition


def _own(session: Session, *, application_id: UUID, person_id: UUID) -> _Own:
    found = session.execute(
        select(Application, Edition)
        .join(Edition, Edition.id == Application.edition_id)
        .where(Application.id == application_id, Application.person_id == person_id)
        .with_for_update(of=Application)
    ).first()
    if found is None:
        raise ApplicationUnknown
    return _Own(found.Application, found.Edition)
