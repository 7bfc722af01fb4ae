"""The reserve list moves: a free place is proposed to who stands first, or, for a reason, to somebody else."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from services.registration.actions.decisions import propose_decision
from services.registration.errors import NotEnoughPlaces, NotProposable
from services.registration.queries.places import locked_pool
from services.registration.queries.reserves import accepts_proposed, reserve_list
from shared.deeds import Deed
from shared.errors import Invalid
from shared.words.sentences import _, _l


class ReasonNeeded(Invalid):
    """Somebody is to go before others on the list, and nobody says why."""

    title = _l("Say why this person goes before the others")


def promote_reserve(session: Session, *, edition_id: UUID, application_id: UUID, deed: Deed) -> None:
    """Propose *accept* for a reserve, explained by her place on the list; releasing it makes the offer.

    ``deed.why`` says why she goes before others who wait. Refuses with :class:`NotEnoughPlaces` when no place is free
    beside the accepts proposed already, :class:`NotProposable` for who does not wait, and :class:`ReasonNeeded`.
    """
    left = locked_pool(session, edition_id).left
    proposed = accepts_proposed(session, edition_id=edition_id)
    if proposed >= left:
        raise NotEnoughPlaces(_l("%(accepts)s accepts, %(left)s places left.", accepts=proposed + 1, left=left))
    lines = reserve_list(session, edition_id=edition_id)
    everybody = [one.application_id for one in lines]
    waiting = [one.application_id for one in lines if one.decision_state != "proposed"]
    if application_id not in waiting:
        raise NotProposable
    if application_id != waiting[0] and not deed.why:
        raise ReasonNeeded
    place = everybody.index(application_id) + 1
    told = _("From the reserve list, number %(place)s of %(of)s.", place=place, of=len(everybody))
    propose_decision(
        session,
        edition_id=edition_id,
        application_id=application_id,
        outcome="accept",
        note=f"{told} {deed.why}".strip(),
        deed=deed,
    )
