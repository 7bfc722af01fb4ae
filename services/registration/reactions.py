"""What registration does about the facts it hears: it goes on with its own large releases."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.registration.actions.releases import release_part
from shared.facts.registration import ReleaseBegun, ReleaseContinued
from shared.outbox import Heard, Reactions

reactions = Reactions("registration")


@reactions.hear(ReleaseBegun)
def begin_to_release(session: Session, fact: ReleaseBegun, heard: Heard) -> None:
    """Make the first part of a frozen batch known."""
    release_part(session, batch_id=fact.decision_batch_id, now=heard.now)


@reactions.hear(ReleaseContinued)
def go_on_releasing(session: Session, fact: ReleaseContinued, heard: Heard) -> None:
    """Make the next part known."""
    release_part(session, batch_id=fact.decision_batch_id, now=heard.now)
