"""What registration does about the facts it hears: it goes on with its own large deeds."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.registration.actions.bulks import go_on_with_bulk
from services.registration.actions.releases import release_part
from shared.facts.registration import (
    BulkProposalBegun,
    BulkProposalContinued,
    BulkUndoBegun,
    ReleaseBegun,
    ReleaseContinued,
)
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


@reactions.hear(BulkProposalBegun)
def begin_to_propose(session: Session, fact: BulkProposalBegun, heard: Heard) -> None:
    """Propose for the first part."""
    go_on_with_bulk(session, bulk_id=fact.bulk_proposal_id, now=heard.now)


@reactions.hear(BulkProposalContinued)
def go_on_proposing(session: Session, fact: BulkProposalContinued, heard: Heard) -> None:
    """Propose for the next part, or undo it."""
    go_on_with_bulk(session, bulk_id=fact.bulk_proposal_id, now=heard.now)


@reactions.hear(BulkUndoBegun)
def begin_to_undo(session: Session, fact: BulkUndoBegun, heard: Heard) -> None:
    """Undo the first part."""
    go_on_with_bulk(session, bulk_id=fact.bulk_proposal_id, now=heard.now)
