"""Places of groups: made, changed, taken away; and held by decisions that a release makes known."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select
from sqlalchemy.orm import Session

from services.registration.queries.places import locked_pool
from services.registration.queries.pools import Needs, groupings, named_pools, needs_of_accepts, pool_of
from services.registration.rules.editions import EDITION
from services.registration.rules.selection.traits import ANSWER, TRAITS
from shared.errors import Conflict, Invalid
from shared.facts.registration import PlacesChanged
from shared.history import Deed, note
from shared.outbox import record
from shared.schema.base import new_id
from shared.schema.registration import Decision, Enrolment, Offer, PlacePool, PoolPlace
from shared.words.sentences import _l


class PoolTaken(Conflict):
    """The group has a pool already."""

    title = _l("This group has places of its own already")


class GroupUnknown(Invalid):
    """Nobody can belong to such a group."""

    title = _l("Choose a group from the list")


def make_pool(
    session: Session,
    *,
    edition_id: UUID,
    name: Mapping[str, str],
    trait: str,
    value: str,
    capacity: int,
    deed: Deed,
) -> UUID:
    """Give a group places of its own, which whoever belongs to it needs beside one of the edition; return the id.

    Offers and places of the group that are there already count. Refuses with :class:`PoolTaken` and
    :class:`GroupUnknown`.
    """
    asked = {ANSWER + field.key: field for field in groupings(session, edition_id=edition_id)}
    if not value or (trait not in TRAITS and (trait not in asked or value not in asked[trait].choices())):
        raise GroupUnknown
    known = locked_pool(session, edition_id).named  # nobody takes a place meanwhile
    if any((one.trait, one.value) == (trait, value) for one in known):
        raise PoolTaken
    made = PlacePool(
        id=new_id(), edition_id=edition_id, name=dict(name), trait=trait, value=value, capacity=capacity,
        made_at=deed.at,
    )  # fmt: skip
    session.add(made)
    session.flush()  # what is held points to it
    mine = [one for one in named_pools(session, edition_id=edition_id) if one.id == made.id]
    live = exists().where(
        Offer.decision_id == Decision.id,
        or_(Offer.state == "offered", exists().where(Enrolment.offer_id == Offer.id, Enrolment.holds_place)),
    )
    frozen = and_(Decision.state == "proposed", Decision.batch_id.is_not(None))
    which = [Decision.edition_id == edition_id, or_(live, frozen)]
    hold_pool_places(session, needs=needs_of_accepts(session, edition_id=edition_id, pools=mine, which=which))
    note(session, EDITION.noun, edition_id, deed, what="pool_made", edition_id=edition_id)
    return made.id


def change_pool(
    session: Session, *, edition_id: UUID, pool_id: UUID, name: Mapping[str, str], capacity: int, deed: Deed
) -> None:
    """Change what a pool is called and how many places it has; its group stays. Nobody loses a place.

    Without a name it keeps the one it has.
    """
    found = pool_of(session, edition_id=edition_id, pool_id=pool_id)
    found.name, found.capacity = dict(name) or found.name, capacity
    _changed(session, edition_id, deed, "pool_changed")


def remove_pool(session: Session, *, edition_id: UUID, pool_id: UUID, deed: Deed) -> None:
    """Let the group need no places of its own any more; every offer and place stays."""
    found = pool_of(session, edition_id=edition_id, pool_id=pool_id)
    session.execute(delete(PlacePool).where(PlacePool.id == found.id))
    _changed(session, edition_id, deed, "pool_removed")


def hold_pool_places(session: Session, *, needs: Needs) -> None:
    """Write down in which pools each decision holds a place from now on."""
    rows = [{"decision_id": decision_id, "pool_id": one} for decision_id, needed in needs.items() for one in needed]
    if rows:
        session.execute(insert(PoolPlace), rows)


def free_pool_places(session: Session, *which: ColumnElement[bool]) -> None:
    """Let decisions that are taken out of a release hold no place of a pool any more."""
    session.execute(
        delete(PoolPlace)
        .where(PoolPlace.decision_id.in_(select(Decision.id).where(*which)))
        .execution_options(synchronize_session=False)
    )


def _changed(session: Session, edition_id: UUID, deed: Deed, what: str) -> None:
    note(session, EDITION.noun, edition_id, deed, what=what, edition_id=edition_id)
    record(session, PlacesChanged(edition_id=edition_id), deed)
