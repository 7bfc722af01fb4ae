"""Named pools of an edition: how many places each has, who holds them, and who needs one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from services.registration.queries.forms import application_form
from services.registration.rules import offers as rules
from services.registration.rules.decisions import Demand
from services.registration.rules.forms.fields.base import Question
from services.registration.rules.selection.traits import ANSWER, contains, traits_of
from shared.errors import NotFound
from shared.schema.registration import Application, Decision, Enrolment, Offer, PlacePool, PoolPlace
from shared.words.sentences import _l


class PoolUnknown(NotFound):
    """No such pool of places, or it is gone."""

    title = _l("We do not know these places")


Needs = Mapping[UUID, frozenset[UUID]]
"""Of decisions or applications the pools in which each needs a place; who needs none is there with none."""


@dataclass(frozen=True)
class NamedPool:
    """The places of one group at one moment."""

    id: UUID
    name: Mapping[str, str]
    trait: str
    value: str
    capacity: int
    offered: int
    enrolled: int

    @property
    def left(self) -> int:
        """How many more offers may be made to the group."""
        return rules.places_left(capacity=self.capacity, over_offer=0, offered=self.offered, enrolled=self.enrolled)

    @property
    def hold(self) -> rules.Hold:
        """What an open offer to somebody of the group is worth, as far as this pool goes."""
        return rules.hold(capacity=self.capacity, offered=self.offered, enrolled=self.enrolled)


_OFFERED = or_(Offer.state == "offered", and_(Decision.state == "proposed", Decision.batch_id.is_not(None)))


def named_pools(session: Session, *, edition_id: UUID) -> list[NamedPool]:
    """Return the named pools of an edition, in the order in which they are locked: that of their ids."""
    rows = session.execute(
        select(
            PlacePool,
            func.count(Decision.id).filter(_OFFERED),
            func.count(Enrolment.id),
        )
        .outerjoin(PoolPlace, PoolPlace.pool_id == PlacePool.id)
        .outerjoin(Decision, Decision.id == PoolPlace.decision_id)
        .outerjoin(Offer, Offer.decision_id == Decision.id)
        .outerjoin(Enrolment, and_(Enrolment.offer_id == Offer.id, Enrolment.holds_place))
        .where(PlacePool.edition_id == edition_id)
        .group_by(PlacePool.id)
        .order_by(PlacePool.id)
    )
    return [
        NamedPool(one.id, one.name, one.trait, one.value, one.capacity, offered, enrolled)
        for one, offered, enrolled in rows
    ]


def pool_of(session: Session, *, edition_id: UUID, pool_id: UUID) -> PlacePool:
    """Return one pool and hold its row, or refuse with :class:`PoolUnknown`."""
    found = session.scalar(
        select(PlacePool).where(PlacePool.id == pool_id, PlacePool.edition_id == edition_id).with_for_update()
    )
    if found is None:
        raise PoolUnknown
    return found


def pools_held_by(session: Session, *, decision_id: UUID) -> list[UUID]:
    """Return the pools in which a decision holds a place while it holds one of the edition."""
    return list(session.scalars(select(PoolPlace.pool_id).where(PoolPlace.decision_id == decision_id)))


def groupings(session: Session, *, edition_id: UUID) -> Sequence[Question]:
    """Return the listed questions of the application form whose answers make groups."""
    return [field for field in application_form(session, edition_id).form.listed if field.choices()]


def needs_of_accepts(
    session: Session, *, edition_id: UUID, pools: Collection[NamedPool], which: Sequence[ColumnElement[bool]]
) -> Needs:
    """Return what each decision to accept among ``which`` needs, by its id."""
    if not pools:
        return {}
    rows = select(Decision.id, Application.country, Application.language, Application.answers)
    rows = rows.join_from(Decision, Application, Application.id == Decision.application_id)
    return _needs(session, edition_id, pools, rows.where(Decision.outcome == "accept", *which))


def demands(named: Sequence[NamedPool], needs: Needs) -> list[Demand]:
    """Return what accepts with these needs want of each pool."""
    wanted = Counter(one for needed in needs.values() for one in needed)
    return [Demand(one.name, wanted[one.id], one.left) for one in named]


def needs_of_applications(
    session: Session, *, edition_id: UUID, pools: Collection[NamedPool], application_ids: Collection[UUID]
) -> Needs:
    """Return what each of these applications would need, by its id."""
    if not pools:
        return {}
    rows = select(Application.id, Application.country, Application.language, Application.answers)
    return _needs(session, edition_id, pools, rows.where(Application.id.in_(application_ids)))


def _needs(session: Session, edition_id: UUID, pools: Collection[NamedPool], rows: Any) -> Needs:
    asked = {ANSWER + field.key: field for field in groupings(session, edition_id=edition_id)}
    belongs = {one.id: _membership(one, asked) for one in pools}
    found = {}
    for key, country, language, answers in session.execute(rows):
        traits = traits_of(country=country, language=language, needs_fellowship=bool(answers.get("needs_fellowship")))
        found[key] = frozenset(pool_id for pool_id, test in belongs.items() if test(traits, answers))
    return found


def _membership(
    pool: NamedPool, asked: Mapping[str, Question]
) -> Callable[[Mapping[str, str], Mapping[str, Any]], bool]:
    """Return whether somebody belongs to the group of a pool; a question that is asked no more makes no group."""
    if not pool.trait.startswith(ANSWER):
        return lambda traits, _answers: traits.get(pool.trait) == pool.value
    field = asked.get(pool.trait)
    if field is None:
        return lambda _traits, _answers: False
    held = field.holding(pool.value)
    return lambda _traits, answers: contains(answers.get(field.key), held)
