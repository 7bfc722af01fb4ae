"""What became of a campaign, taken apart: by language, by the recipients' domains, by what mail servers answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import Session

from services.notifications.queries.campaigns import STATES
from shared.schema.materials.published import Downloaded
from shared.schema.notifications.campaigns import Campaign
from shared.schema.notifications.deliveries import Delivery
from shared.schema.notifications.returns import ReturnedMail
from shared.schema.notifications.topics import OptOut

DOMAINS_SHOWN: Final = 30


@dataclass(frozen=True)
class Share:
    """A part of a campaign's deliveries. ``key`` is empty for those that have none, such as no answer yet."""

    key: str
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many deliveries that are."""
        return sum(self.counts.values())


def by_language(session: Session, *, campaign_id: UUID) -> list[Share]:
    """Return a campaign's deliveries by the language they are written in, the largest part first."""
    return _shares(session, campaign_id, Delivery.locale.expression)


def by_domain(session: Session, *, campaign_id: UUID, most: int = DOMAINS_SHOWN) -> list[Share]:
    """Return them by the domain of the address, the ``most`` largest parts; the others together, without a key."""
    shares = _shares(session, campaign_id, func.lower(func.split_part(Delivery.address, "@", 2)))
    rest: dict[str, int] = dict.fromkeys(STATES, 0)
    for share in shares[most:]:
        for state, count in share.counts.items():
            rest[state] += count
    return [*shares[:most], *([Share("", rest)] if shares[most:] else [])]


def by_relay(session: Session, *, campaign_id: UUID) -> list[Share]:
    """Return them by the mail server that was asked last."""
    return _shares(session, campaign_id, func.coalesce(Delivery.relay, ""))


def by_answer(session: Session, *, campaign_id: UUID) -> list[Share]:
    """Return them by the reply code of the mail server that was asked last."""
    return _shares(session, campaign_id, func.coalesce(cast(Delivery.reply_code, String), ""))


def _shares(session: Session, campaign_id: UUID, key: ColumnElement[Any]) -> list[Share]:
    rows = session.execute(
        select(key.label("key"), Delivery.state, func.count())
        .where(Delivery.campaign_id == campaign_id)
        .group_by("key", Delivery.state)
    )
    found: dict[str, dict[str, int]] = {}
    for value, state, count in rows:
        found.setdefault(value, dict.fromkeys(STATES, 0))[state] = count
    return sorted((Share(*one) for one in found.items()), key=lambda share: (-share.total, share.key))


@dataclass(frozen=True)
class Since:
    """What the people did who got a campaign, from its launch on: how many of ``got`` did each."""

    got: int
    fetched: int
    answered: int
    opted_out: int


def since_launch(session: Session, *, campaign: Campaign) -> Since:
    """Return how many who got the campaign have fetched something, written back, or opted out of its topic since.

    Of what is fetched only the last time is known, so that whoever had it before and fetched it again counts as well.
    """
    got = select(Delivery.person_id).where(Delivery.campaign_id == campaign.id, Delivery.state == "sent")
    if campaign.launched_at is None:
        return Since(0, 0, 0, 0)
    publication_id = campaign.audience.get("publication_id")
    fetched = [Downloaded.last_at >= campaign.launched_at, Downloaded.person_id.in_(got)]
    if publication_id:
        fetched.append(Downloaded.publication_id == UUID(publication_id))
    counted = (
        select(func.count()).select_from(got.subquery()),
        select(func.count(func.distinct(Downloaded.person_id))).where(*fetched),
        select(func.count(func.distinct(ReturnedMail.delivery_id)))
        .join(Delivery, Delivery.id == ReturnedMail.delivery_id)
        .where(Delivery.campaign_id == campaign.id, Delivery.state == "sent", ReturnedMail.kind == "reply"),
        select(func.count()).where(
            OptOut.topic_id == campaign.topic_id,
            OptOut.opted_out_at >= campaign.launched_at,
            OptOut.person_id.in_(got),
        ),
    )
    return Since(*session.execute(select(*(one.scalar_subquery() for one in counted))).one())


def ids_in(session: Session, *, campaign_id: UUID, states: Sequence[str]) -> list[UUID]:
    """Return the deliveries of a campaign that are in one of ``states``."""
    wanted = select(Delivery.id).where(Delivery.campaign_id == campaign_id, Delivery.state.in_(states))
    return list(session.execute(wanted.order_by(Delivery.id)).scalars())


EXPORTED: Final = (
    "id", "person_id", "addressee", "address", "locale", "state", "attempts", "reply_code", "reply_text", "reason",
    "created_at", "settled_at",
)  # fmt: skip
_AT_ONCE: Final = 2000


def exported(session: Session, *, campaign_id: UUID, states: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Yield every delivery of a campaign, or those in ``states``, as rows of :data:`EXPORTED`, in the order of ids."""
    after = UUID(int=0)
    wanted = select(*(getattr(Delivery, name) for name in EXPORTED)).where(Delivery.campaign_id == campaign_id)
    if states:
        wanted = wanted.where(Delivery.state.in_(states))
    while True:
        rows = session.execute(wanted.where(Delivery.id > after).order_by(Delivery.id).limit(_AT_ONCE)).all()
        yield from rows
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].id
