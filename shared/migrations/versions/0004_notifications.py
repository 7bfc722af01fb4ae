"""The tables of notifications: topics and opt-outs, campaigns, and the ledger of deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.grants import make_schema, publish

revision = "0004_notifications"
down_revision = "0003_materials"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")
LOCALES = "locale IN ('en', 'fr', 'es', 'pt', 'ar')"


def upgrade() -> None:
    make_schema(op, "notifications")
    make_topics()
    make_campaigns()
    make_deliveries()
    for table in ("topic", "suppression", "campaign_text"):
        publish(op, f"notifications.{table}")
    for table in ("opt_out", "campaign", "delivery"):
        publish(op, f"notifications.{table}", readers=("registration",))


def make_topics() -> None:
    op.create_table(
        "topic",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", JSONB(), nullable=False),
        sa.Column("description", JSONB(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.UniqueConstraint("slug", name="uq_topic_slug"),
        schema="notifications",
    )
    person = sa.ForeignKey("people.person.id", ondelete="CASCADE")
    op.create_table(
        "opt_out",
        sa.Column("person_id", sa.Uuid(), person, primary_key=True),
        sa.Column("topic_id", sa.Uuid(), sa.ForeignKey("notifications.topic.id"), primary_key=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("opted_out_at", MOMENT, nullable=False),
        sa.CheckConstraint("source IN ('one_click', 'page', 'desk')", name="source_known"),
        schema="notifications",
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("covers", sa.String(), nullable=False, server_default="everything"),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False, server_default=""),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.UniqueConstraint("address", name="uq_suppression_address"),
        sa.CheckConstraint("address = lower(address)", name="address_lower"),
        sa.CheckConstraint("covers IN ('everything', 'campaigns')", name="covers_known"),
        sa.CheckConstraint("reason IN ('bounced', 'complained', 'asked')", name="reason_known"),
        schema="notifications",
    )


def make_campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("edition_id", sa.Uuid(), sa.ForeignKey("registration.edition.id"), nullable=False),
        sa.Column("topic_id", sa.Uuid(), sa.ForeignKey("notifications.topic.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("audience", JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, server_default="draft"),
        sa.Column("audience_size", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_by", sa.Uuid()),
        sa.Column("submitted_at", MOMENT),
        sa.Column("launched_by", sa.Uuid()),
        sa.Column("launched_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'awaiting_approval', 'sending', 'paused', 'cancelled', 'finished')",
            name="state_known",
        ),
        sa.CheckConstraint(
            "(launched_at IS NOT NULL) = (state IN ('sending', 'paused', 'cancelled', 'finished'))",
            name="launched_has_time",
        ),
        schema="notifications",
    )
    op.create_index("ix_campaign_edition_id", "campaign", ["edition_id", "created_at"], schema="notifications")
    partial_index("ix_campaign_sending", "campaign", ["launched_at"], where="state = 'sending'")
    op.create_table(
        "campaign_text",
        sa.Column("campaign_id", sa.Uuid(), sa.ForeignKey("notifications.campaign.id"), primary_key=True),
        sa.Column("locale", sa.String(), primary_key=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("preheader", sa.String(), nullable=False, server_default=""),
        sa.Column("body", sa.String(), nullable=False),
        sa.CheckConstraint(LOCALES, name="locale_known"),
        schema="notifications",
    )


def make_deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("campaign_id", sa.Uuid(), sa.ForeignKey("notifications.campaign.id")),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("edition_id", sa.Uuid()),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String()),
        sa.Column("about_id", sa.Uuid()),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("addressee", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, server_default="queued"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("resent", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("not_before", MOMENT, nullable=False, server_default=NOW),
        sa.Column("useless_after", MOMENT),
        sa.Column("lease_until", MOMENT),
        sa.Column("claim_token", sa.Uuid()),
        sa.Column("reply_code", sa.Integer()),
        sa.Column("reply_text", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("first_tried_at", MOMENT),
        sa.Column("settled_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'suppressed', 'uncertain')",
            name="state_known",
        ),
        sa.CheckConstraint("(campaign_id IS NOT NULL) = (kind = 'campaign')", name="campaign_has_kind"),
        sa.CheckConstraint("campaign_id IS NULL OR person_id IS NOT NULL", name="campaign_has_person"),
        sa.CheckConstraint("campaign_id IS NOT NULL OR idempotency_key IS NOT NULL", name="notice_has_key"),
        sa.CheckConstraint("(state = 'sending') = (claim_token IS NOT NULL)", name="sending_is_claimed"),
        sa.CheckConstraint("(claim_token IS NULL) = (lease_until IS NULL)", name="claim_has_lease"),
        sa.UniqueConstraint("campaign_id", "person_id", name="uq_delivery_campaign_id_person_id"),
        sa.UniqueConstraint("idempotency_key", name="uq_delivery_idempotency_key"),
        schema="notifications",
    )
    due = "state IN ('queued', 'deferred')"
    partial_index("ix_delivery_notices_due", "delivery", ["not_before", "id"], where=f"campaign_id IS NULL AND {due}")
    partial_index(
        "ix_delivery_campaign_due",
        "delivery",
        ["campaign_id", "not_before", "id"],
        where=f"campaign_id IS NOT NULL AND {due}",
    )
    partial_index("ix_delivery_sending", "delivery", ["lease_until"], where="state = 'sending'")
    op.create_index("ix_delivery_campaign_id_state", "delivery", ["campaign_id", "state"], schema="notifications")
    op.create_index("ix_delivery_person_id", "delivery", ["person_id", "created_at"], schema="notifications")
    partial_index("ix_delivery_unproved", "delivery", ["address"], where="person_id IS NULL")


def partial_index(name: str, table: str, columns: list[str], *, where: str) -> None:
    op.create_index(name, table, columns, schema="notifications", postgresql_where=sa.text(where))
