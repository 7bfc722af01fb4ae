from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from services.registration.queries.applications import application_of
from services.registration.rules.applications import APPLICATION
from shared.history import Deed, note


def write_note(session: Session, *, edition_id: UUID, application_id: UUID, words: str, deed: Deed) -> None:
    """Keep a note on an application for the desk; the applicant never sees it.

    It stands in the application's story, and goes with it. Refuses with :class:`ApplicationUnknown`.
    """
    application = application_of(session, edition_id=edition_id, application_id=application_id)
    note(
        session,
        APPLICATION.noun,
        application_id,
        replace(deed, why=words),
        what="noted",
        edition_id=edition_id,
        person_id=application.person_id,
    )
