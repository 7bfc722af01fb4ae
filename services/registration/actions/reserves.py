"""The reserve list moves: by a click that proposes a free place, or by itself where the edition says so."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.actions.decisions import propose_decision, propose_decisions
from services.registration.actions.releases import release_these
from services.registration.errors import NotEnoughPlaces, NotProposable
from services.registration.queries.applications import application_of
from services.registration.queries.places import Pool, TakePool, locked_pool
from services.registration.queries.pools import needs_of_applications
from services.registration.queries.reserves import (
    held_reserve_list,
    left_beside_proposals,
    reserve_list,
    turns_now,
)
from services.registration.rules.editions import has_begun, wording
from services.registration.rules.reserves import Turn
from shared.deeds import Deed
from shared.errors import Invalid
from shared.schema.registration import Edition
from shared.words.formats import format_list
from shared.words.languages import current_locale
from shared.words.numbers import format_number
from shared.words.sentences import _, _l


class ReasonNeeded(Invalid):
    """Somebody is to go before others on the list, and nobody says why."""

    title = _l("Say why this person goes before the others")


def promote_reserve(session: Session, *, edition_id: UUID, application_id: UUID, deed: Deed) -> None:
    """Propose *accept* for a reserve, explained by her place on the list; releasing it makes the offer.

    ``deed.why`` says why she goes before others who wait and for whom there is a place. Refuses with
    :class:`NotEnoughPlaces` when no place is free, in the edition or in a pool she needs, beside the accepts proposed
    already, with :class:`ApplicationUnknown` and :class:`NotProposable` for who does not wait, and with
    :class:`ReasonNeeded`.
    """
    application_of(session, edition_id=edition_id, application_id=application_id)
    places = locked_pool(session, edition_id)
    left = left_beside_proposals(session, places=places)
    _refuse_without_place(session, places, left, application_id)
    lines = reserve_list(session, edition_id=edition_id)
    if application_id not in [one.application_id for one in lines if one.decision_state != "proposed"]:
        raise NotProposable
    everybody = [one.application_id for one in lines]
    found = turns_now(session, places=places, lines=lines, left=left)
    in_turn = bool(found) and found[0].application_id == application_id
    if not in_turn and not deed.why:
        raise ReasonNeeded
    turn = found[0] if in_turn else Turn(application_id, everybody.index(application_id) + 1)
    propose_decision(
        session,
        edition_id=edition_id,
        application_id=application_id,
        outcome="accept",
        note=f"{explained(turn, of=len(everybody), places=places)} {deed.why}".strip(),
        deed=deed,
    )


def promote_in_turn(session: Session, *, edition_id: UUID, now: datetime, take_pool: TakePool = locked_pool) -> int:
    """Offer every free place to the reserve list, in its order, where the edition says so; return how many.

    Accepts that are proposed and wait for their release keep their places: somebody at the desk has decided so.

    Nobody clicks and nobody releases: each promotion is a decision of a release of its own, with the place on the list
    as its note, and known at once. It ends with the event's first day. Hearing of a free place twice changes nothing.
    """
    edition = session.execute(select(Edition).where(Edition.id == edition_id)).scalar()
    if edition is None or not edition.promotes_itself:
        return 0
    if has_begun(starts_on=edition.starts_on, time_zone=edition.time_zone, now=now):
        return 0
    places = take_pool(session, edition_id, None)
    if not places.left or places.enrolled >= places.capacity:  # offers beyond the places end with the last place
        return 0
    lines = held_reserve_list(session, edition_id=edition_id)
    deed = Deed(None, now)
    promoted: list[UUID] = []
    left = left_beside_proposals(session, places=places)
    for turn in turns_now(session, places=places, lines=lines, left=left):
        done = propose_decisions(
            session,
            edition_id=edition_id,
            application_ids=[turn.application_id],
            outcome="accept",
            note=explained(turn, of=len(lines), places=places),
            deed=deed,
        )
        promoted += done.decision_ids
    release_these(session, edition_id=edition_id, decision_ids=promoted, places=places, deed=deed)
    return len(promoted)


def explained(turn: Turn, *, of: int, places: Pool) -> str:
    """Return why it is this person's turn, in the language of whoever reads now."""
    told = _("From the reserve list, number %(place)s of %(of)s.", place=turn.place, of=of)
    if not turn.passed:
        return told
    names = [wording(one.name, current_locale()).text for one in places.named if one.id in turn.full]
    passed = _(
        "There is no place in %(pools)s for those before, who are %(numbers)s.",
        numbers=format_list([format_number(one) for one in turn.passed]),
        pools=format_list([f"“{name}”" for name in names]),
    )
    return f"{told} {passed}"


def _refuse_without_place(session: Session, places: Pool, left: dict[UUID, int], application_id: UUID) -> None:
    needs = needs_of_applications(
        session, edition_id=places.edition_id, pools=places.named, application_ids=[application_id]
    )
    if left[places.edition_id] <= 0:
        accepts = places.left - left[places.edition_id] + 1
        raise NotEnoughPlaces(_l("%(accepts)s accepts, %(left)s places left.", accepts=accepts, left=places.left))
    for one in places.among(needs.get(application_id, frozenset())):
        if left[one.id] <= 0:
            raise NotEnoughPlaces(
                _l(
                    "“%(pool)s”: %(accepts)s accepts, %(left)s places left.",
                    pool=wording(one.name, current_locale()).text,
                    accepts=one.left - left[one.id] + 1,
                    left=one.left,
                )
            )
