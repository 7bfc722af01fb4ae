from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.alphabet import SortKey
from shared.schema.base import Base, Key


class Delivery(Base):
    """One person's copy of one notice or campaign, with its whole history.

    Its id is the left side of the mail's Message-ID, the same for every try, so that a doubled mail can be known.

    ``sending`` is committed before SMTP begins, under the id of its ``Sender`` as a claim token: only the holder of
    the token may write the result. Once ``sent``, ``failed``, ``suppressed`` or ``uncertain`` a row has come to rest;
    what comes back makes it ``bounced`` or ``complained``.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'suppressed', 'uncertain', 'bounced',"
            " 'complained')",
            name="state_known",
        ),
        CheckConstraint("(campaign_id IS NOT NULL) = (kind = 'campaign')", name="campaign_has_kind"),
        CheckConstraint("campaign_id IS NULL OR person_id IS NOT NULL", name="campaign_has_person"),
        CheckConstraint("campaign_id IS NOT NULL OR idempotency_key IS NOT NULL", name="notice_has_key"),
        CheckConstraint("(state = 'sending') = (claim_token IS NOT NULL)", name="sending_is_claimed"),
        UniqueConstraint("campaign_id", "person_id", name="uq_delivery_campaign_id_person_id"),
        UniqueConstraint("idempotency_key", name="uq_delivery_idempotency_key"),
        Index(
            "ix_delivery_notices_due",
            "not_before",
            "id",
            postgresql_where=text("campaign_id IS NULL AND state IN ('queued', 'deferred')"),
        ),
        Index(
            "ix_delivery_campaign_due",
            "campaign_id",
            "not_before",
            "id",
            postgresql_where=text("campaign_id IS NOT NULL AND state IN ('queued', 'deferred')"),
        ),
        Index("ix_delivery_sending", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("ix_delivery_settled_at", "settled_at", postgresql_where=text("settled_at IS NOT NULL")),
        Index("ix_delivery_uncertain", "id", postgresql_where=text("state = 'uncertain'")),
        Index("ix_delivery_campaign_id_state", "campaign_id", "state"),
        Index("ix_delivery_person_id", "person_id", "created_at"),
        Index("ix_delivery_written", "edition_id", "created_at", postgresql_where=text("kind = 'written'")),
        Index("ix_delivery_unproved", "address", postgresql_where=text("person_id IS NULL")),
        {"schema": "notifications"},
    )

    id: Mapped[Key]
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("notifications.campaign.id"))
    person_id: Mapped[UUID | None]
    """Empty only for a notice to an address that is not proved yet. No foreign key: the ledger outlives the person,
    and a million checks would make a launch slow."""
    edition_id: Mapped[UUID | None]
    kind: Mapped[str]
    """The kind of notice, or ``campaign``."""
    idempotency_key: Mapped[str | None]
    about_id: Mapped[UUID | None]
    """What the notice is about; links in it are signed with this id when it is sent."""
    address: Mapped[str]
    addressee: Mapped[str]
    """The person as the To field names her."""
    locale: Mapped[str]
    """The language of the text that is sent."""
    fields: Mapped[dict[str, Any]]
    """The values for the text's slots, frozen with the row."""
    words: Mapped[SortKey] = mapped_column(server_default="", deferred=True)
    """For a campaign: name and address folded, a line each. The ledger is searched and sorted by it."""
    words_es: Mapped[SortKey | None] = mapped_column(deferred=True)
    """What it is sorted by for a Spanish reader, where that differs."""
    state: Mapped[str] = mapped_column(server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default="0")
    resent: Mapped[bool] = mapped_column(server_default=text("false"))
    """Sent once more after a doubt."""
    not_before: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    useless_after: Mapped[datetime | None]
    """A link that is asked for anew every time is not mailed hours late."""
    lease_until: Mapped[datetime | None]
    """Written by earlier versions only: what they claimed is left alone until then."""
    claim_token: Mapped[UUID | None]
    """The id of the sender that holds it."""
    words_version: Mapped[int | None]
    """Which agreed text of its campaign the last try was made of."""
    relay: Mapped[str | None]
    """The mail server that was asked last."""
    reply_code: Mapped[int | None]
    reply_text: Mapped[str | None]
    """The relay's last answer, at most 500 characters."""
    reason: Mapped[str | None]
    """Why it was suppressed or is uncertain, in one word of ours."""
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    first_tried_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
