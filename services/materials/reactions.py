"""What materials does about the facts it hears."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.materials.actions.shelves import close_shelves, copy_shelves, open_shelves
from shared.facts.registration import EditionDuplicated, EnrolmentWithdrawn, OfferAccepted
from shared.outbox import Heard, Reactions

reactions = Reactions("materials")


@reactions.hear(OfferAccepted)
def open_shelves_to_the_accepted(session: Session, fact: OfferAccepted, heard: Heard) -> None:
    """Whoever has a place gets the Reader."""
    open_shelves(session, edition_id=fact.edition_id, enrolment_id=fact.enrolment_id, now=heard.now)


@reactions.hear(EditionDuplicated)
def put_up_the_same_shelves(session: Session, fact: EditionDuplicated, heard: Heard) -> None:
    """Give the next edition the shelves of the one it was made from."""
    copy_shelves(
        session, from_edition_id=fact.from_edition_id, edition_id=fact.edition_id, days=fact.days, now=heard.now
    )


@reactions.hear(EnrolmentWithdrawn)
def close_shelves_to_the_withdrawn(session: Session, fact: EnrolmentWithdrawn, heard: Heard) -> None:
    """Whoever gave up the place keeps nothing open."""
    close_shelves(session, enrolment_id=fact.enrolment_id, now=heard.now)
