"""The API of a campaign's reconciliation: how many, of which kind, and once more to all of one kind."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from services.notifications.actions.resending import send_again_to_all
from services.notifications.errors import CampaignNotSending, CampaignUnknown, LedgerChanged
from services.notifications.queries.campaigns import campaign_of, tally
from services.notifications.queries.reconciliation import (
    Share,
    by_answer,
    by_domain,
    by_language,
    by_relay,
    since_launch,
)
from services.notifications.routes.api.campaigns import CAMPAIGN, api
from services.notifications.routes.api.payloads import AgainAnswer
from shared.deeds import Deed
from shared.editions import KnownEdition
from shared.web.door.identity import SignedIn

blueprint = api.blueprint


class Part(BaseModel):
    """A part of the audience by state. ``key`` is a language, a domain or a reply code; empty for all others."""

    key: str
    total: int
    states: dict[str, int]

    @staticmethod
    def of(share: Share) -> Part:
        """Return how the API shows ``share``."""
        return Part(key=share.key, total=share.total, states=dict(share.counts))


class SinceAnswer(BaseModel):
    """What people did since the launch: of those who ``got`` it, how many did each."""

    model_config = ConfigDict(from_attributes=True)

    got: int
    fetched: int
    answered: int
    opted_out: int


class Reconciliation(BaseModel):
    """The audience at launch and what became of it: ``states`` add up to ``audience_size``, or something is wrong."""

    audience_size: int
    states: dict[str, int]
    adds_up: bool
    by_language: list[Part]
    by_domain: list[Part]
    by_relay: list[Part]
    by_answer: list[Part]
    since: SinceAnswer


class AllAgainWanted(BaseModel):
    """Whom to send to once more; ``confirmed`` is how many they were seen to be."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["failed", "uncertain", "bounced"]
    confirmed: Annotated[int, Field(ge=1, le=10_000_000)]


@api.get(f"{CAMPAIGN}/reconciliation", scope="campaigns:read", refuses=(CampaignUnknown,))
def read_reconciliation(session: Session, edition: KnownEdition, campaign_id: UUID) -> Reconciliation:
    """Read what became of a campaign's audience, by language, by domain and by the mail servers' answers."""
    campaign = campaign_of(session, campaign_id=campaign_id, edition_id=edition.id)
    states = tally(session, campaign_id=campaign_id)
    return Reconciliation(
        audience_size=campaign.audience_size,
        states=states,
        adds_up=sum(states.values()) == campaign.audience_size,
        by_language=[Part.of(share) for share in by_language(session, campaign_id=campaign_id)],
        by_domain=[Part.of(share) for share in by_domain(session, campaign_id=campaign_id)],
        by_relay=[Part.of(share) for share in by_relay(session, campaign_id=campaign_id)],
        by_answer=[Part.of(share) for share in by_answer(session, campaign_id=campaign_id)],
        since=SinceAnswer.model_validate(since_launch(session, campaign=campaign)),
    )


@api.post(
    f"{CAMPAIGN}/reconciliation/again",
    scope="campaigns:launch",
    status=200,
    refuses=(CampaignUnknown, CampaignNotSending, LedgerChanged),
)
def send_all_again(
    session: Session, edition: KnownEdition, *, campaign_id: UUID, wanted: AllAgainWanted, by: SignedIn, now: datetime
) -> AgainAnswer:
    """Send once more to everybody in one state."""
    count = send_again_to_all(
        session,
        campaign_id=campaign_id,
        edition_id=edition.id,
        state=wanted.state,
        confirmed=wanted.confirmed,
        deed=Deed(by.person_id, now),
    )
    return AgainAnswer(sent_again=count)
