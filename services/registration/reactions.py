"""What registration does about the facts it hears: it goes on with its own large deeds."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.registration.actions.bulks import go_on_with_bulk
from services.registration.actions.releases import release_part
from services.registration.actions.reserves import promote_in_turn
from shared.facts.registration import (
    BulkProposalBegun,
    BulkProposalContinued,
    BulkUndoBegun,
    EnrolmentWithdrawn,
    OfferDeclined,
    OfferExpired,
    PlacesChanged,
    ReleaseBegun,
    ReleaseContinued,
    ReleaseFinished,
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


@reactions.hear(OfferDeclined)
def give_declined_place(session: Session, fact: OfferDeclined, heard: Heard) -> None:
    """Offer the place that was given back to the reserve list."""
    promote_in_turn(session, edition_id=fact.edition_id, now=heard.now)


@reactions.hear(OfferExpired)
def give_expired_place(session: Session, fact: OfferExpired, heard: Heard) -> None:
    """Offer the place that nobody answered for to the reserve list."""
    promote_in_turn(session, edition_id=fact.edition_id, now=heard.now)


@reactions.hear(EnrolmentWithdrawn)
def give_place_given_up(session: Session, fact: EnrolmentWithdrawn, heard: Heard) -> None:
    """Offer the place that was given up to the reserve list."""
    promote_in_turn(session, edition_id=fact.edition_id, now=heard.now)


@reactions.hear(PlacesChanged)
def give_new_places(session: Session, fact: PlacesChanged, heard: Heard) -> None:
    """Offer the places that are new to the reserve list."""
    promote_in_turn(session, edition_id=fact.edition_id, now=heard.now)


@reactions.hear(ReleaseFinished)
def give_places_left(session: Session, fact: ReleaseFinished, heard: Heard) -> None:
    """Offer what a release left over to those it put on the reserve list, and to those who stood there before."""
    promote_in_turn(session, edition_id=fact.edition_id, now=heard.now)
