"""People, their credentials, and the outbox."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.grants import SERVICES, make_roles, make_schema, publish, role_of

revision = "0001_people_and_outbox"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")
OTHERS = ("materials", "notifications")


def upgrade() -> None:
    make_roles(op)
    services = ", ".join(role_of(service) for service in SERVICES)
    op.execute(f"GRANT SELECT ON public.alembic_version TO {services}")
    make_schema(op, "people")
    make_people()
    make_schema(op, "outbox")
    make_outbox()
    for table in ("fact", "entry", "idempotency_key"):
        op.execute(f"GRANT SELECT, INSERT ON outbox.{table} TO {services}")
    op.execute(f"GRANT UPDATE ON outbox.entry TO {services}")


def person_key(*, primary: bool = False) -> sa.Column[UUID]:
    person = sa.ForeignKey("people.person.id", ondelete="CASCADE")
    return sa.Column("person_id", sa.Uuid(as_uuid=True), person, primary_key=primary, nullable=False)


def make_people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("called", sa.String(), nullable=False, server_default=""),
        sa.Column("locale", sa.String(), nullable=False, server_default="en"),
        sa.Column("time_zone", sa.String(), nullable=False, server_default="UTC"),
        sa.Column("email_proved_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.CheckConstraint("locale IN ('en', 'fr', 'es', 'pt', 'ar')", name="locale"),
        schema="people",
    )
    op.execute("CREATE UNIQUE INDEX uq_person_email ON people.person (lower(email))")
    op.create_table(
        "role",
        sa.Column("id", sa.Uuid(), primary_key=True),
        person_key(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("edition_id", sa.Uuid()),
        sa.Column("granted_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("granted_by", sa.Uuid()),
        sa.CheckConstraint(
            "name IN ('organiser', 'reviewer', 'finance', 'librarian', 'writer', 'approver', 'door', 'viewer')",
            name="name",
        ),
        sa.UniqueConstraint("person_id", "name", "edition_id", postgresql_nulls_not_distinct=True),
        schema="people",
    )
    op.create_table(
        "staff_credential",
        person_key(primary=True),
        sa.Column("passphrase_hash", sa.String(), nullable=False),
        sa.Column("totp_secret", sa.String()),
        sa.Column("totp_last_step", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("changed_at", MOMENT, nullable=False, server_default=NOW),
        schema="people",
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), primary_key=True),
        person_key(),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", MOMENT),
        sa.UniqueConstraint("person_id", "code_hash"),
        schema="people",
    )
    op.create_table(
        "staff_invitation",
        sa.Column("id", sa.Uuid(), primary_key=True),
        person_key(),
        sa.Column("invited_by", sa.Uuid()),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        schema="people",
    )
    op.create_index("ix_staff_invitation_person_id", "staff_invitation", ["person_id"], schema="people")
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.person.id", ondelete="CASCADE")),
        sa.Column("browser_hash", sa.String(), nullable=False, server_default=""),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        schema="people",
    )
    op.create_index("ix_sign_in_link_person_id", "sign_in_link", ["person_id"], schema="people")
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(), primary_key=True),
        person_key(),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("seen_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.CheckConstraint("means IN ('link', 'staff')", name="means"),
        schema="people",
    )
    op.create_index("ix_session_person_id", "session", ["person_id"], schema="people")
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), primary_key=True),
        person_key(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("scopes", JSONB(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("used_at", MOMENT),
        sa.UniqueConstraint("token_hash"),
        schema="people",
    )
    publish(op, "people.person", readers=OTHERS)
    publish(op, "people.role", readers=OTHERS)
    publish(op, "people.session", readers=OTHERS)
    publish(op, "people.api_token", readers=OTHERS)
    publish(op, "people.sign_in_link", readers=("notifications",))
    publish(op, "people.staff_credential")
    publish(op, "people.recovery_code")
    publish(op, "people.staff_invitation", readers=("notifications",))


def make_outbox() -> None:
    op.create_table(
        "fact",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("edition_id", sa.Uuid()),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("request_id", sa.String(), nullable=False, server_default=""),
        sa.Column("recorded_at", MOMENT, nullable=False, server_default=NOW),
        schema="outbox",
    )
    for subject in ("person_id", "edition_id"):
        op.create_index(
            f"ix_fact_{subject}",
            "fact",
            [subject, "recorded_at"],
            schema="outbox",
            postgresql_where=sa.text(f"{subject} IS NOT NULL"),
        )
    op.create_table(
        "entry",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("fact_id", sa.Uuid(), sa.ForeignKey("outbox.fact.id"), nullable=False),
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("not_before", MOMENT, nullable=False, server_default=NOW),
        sa.Column("last_error", sa.String()),
        sa.Column("done_at", MOMENT),
        sa.CheckConstraint("state IN ('waiting', 'done', 'aside')", name="state"),
        schema="outbox",
    )
    for state in ("waiting", "aside"):
        op.create_index(
            f"ix_entry_{state}",
            "entry",
            ["subscriber", "id"],
            schema="outbox",
            postgresql_where=sa.text(f"state = '{state}'"),
        )
    op.create_index("ix_entry_fact_id", "entry", ["fact_id"], schema="outbox")
    op.create_table(
        "idempotency_key",
        sa.Column("scope", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", JSONB(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        schema="outbox",
    )
