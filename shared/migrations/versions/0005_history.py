"""One row for a change of a state and the fact that tells of it; room for releases that go on in parts.

The old changes become facts, and their table goes at once: nothing has been released that would still write it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migrations.grants import SERVICES, role_of

revision = "0005_history"
down_revision = "0004_notifications"
branch_labels = None
depends_on = None

accepted = {
    "adding-not-nullable-field": "the moment of every fact is filled in the statement before",
    "ban-drop-constraint": "the constraint that replaces it allows more",
    "ban-drop-table": "its rows are facts now, and no released code writes it",
    "constraint-missing-not-valid": "decisions are some tens of thousands of rows, looked through in a blink",
    "require-concurrent-index-creation": "all migrations of an upgrade are one transaction; facts wait for seconds",
    "require-concurrent-index-deletion": "the index is made anew in the same transaction, by the moment it happened",
}

TOLD = {
    "ApplicationSubmitted": ("application", "submitted"),
    "ApplicationWithdrawn": ("application", "withdrawn"),
    "DecisionReleased": ("decision", "released"),
    "OfferMade": ("offer", "offered"),
    "OfferAccepted": ("offer", "accepted"),
    "OfferDeclined": ("offer", "declined"),
    "OfferExpired": ("offer", "expired"),
    "EnrolmentWithdrawn": ("enrolment", "withdrawn"),
}
"""Facts that were recorded beside a change: what changed, and to which state."""
ABOUT = {
    **{name: noun for name, (noun, _after) in TOLD.items()},
    "AddressProofRequested": "application",
    "ShelfOpened": "shelf",
    "DownloadStarted": "rendition",
    "CampaignLaunched": "campaign",
    "OptedOut": "topic",
    "SignInLinkRequested": "link",
    "StrangerAskedForLink": "link",
    "StaffInvited": "invitation",
}


def upgrade() -> None:
    widen_facts()
    move_changes()
    op.execute("DROP TABLE registration.change")
    op.execute("CREATE INDEX ix_fact_subject_id ON outbox.fact (subject_id, at)")
    for name in ("person_id", "edition_id"):
        op.execute(f"DROP INDEX outbox.ix_fact_{name}")
        op.execute(f"CREATE INDEX ix_fact_{name} ON outbox.fact ({name}, at) WHERE {name} IS NOT NULL")
    op.execute("CREATE INDEX ix_entry_done ON outbox.entry (done_at) WHERE state = 'done'")
    services = ", ".join(role_of(service) for service in SERVICES)
    op.execute(f"GRANT UPDATE (why, details), DELETE ON outbox.fact TO {services}")
    op.execute(f"GRANT DELETE ON outbox.entry TO {services}")
    release_in_parts()


def widen_facts() -> None:
    for column in (
        sa.Column("noun", sa.String(), nullable=False, server_default=""),
        sa.Column("subject_id", sa.Uuid()),
        sa.Column("before", sa.String()),
        sa.Column("after", sa.String()),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column("why", sa.String(), nullable=False, server_default=""),
        sa.Column("details", JSONB(), nullable=False, server_default="{}"),
    ):
        op.add_column("fact", column, schema="outbox")
    op.alter_column("fact", "name", server_default="", schema="outbox")
    op.alter_column("fact", "payload", server_default="{}", schema="outbox")
    for name, noun in ABOUT.items():
        op.execute(
            f"UPDATE outbox.fact SET noun = '{noun}', subject_id = CAST(payload->>'{noun}_id' AS uuid)"  # noqa: S608 - our own constants
            f" WHERE name = '{name}'"
        )
    op.execute("UPDATE outbox.fact SET at = recorded_at")
    moment = sa.text("clock_timestamp()")
    op.alter_column("fact", "at", nullable=False, server_default=moment, schema="outbox")


def move_changes() -> None:
    """Give each fact the change it was recorded beside; every other change becomes a row of its own."""
    told = ", ".join(f"('{name}', '{noun}', '{after}')" for name, (noun, after) in TOLD.items())
    op.execute(
        f"""
        WITH paired AS (
            SELECT DISTINCT ON (change.id) change.*, fact.id AS fact_id
            FROM registration.change
            JOIN (VALUES {told}) AS told (name, noun, after)
              ON told.noun = change.subject AND told.after = change.after
            JOIN outbox.fact ON fact.name = told.name AND fact.subject_id = change.subject_id
            WHERE change.before IS DISTINCT FROM change.after
            ORDER BY change.id, fact.id
        ), widened AS (
            UPDATE outbox.fact SET before = paired.before, after = paired.after, at = paired.changed_at,
                actor_id = paired.changed_by, why = paired.why, details = paired.fields
            FROM paired WHERE fact.id = paired.fact_id
        )
        INSERT INTO outbox.fact (id, noun, subject_id, edition_id, person_id, before, after, at, actor_id, why,
            details, recorded_at)
        SELECT change.id, change.subject, change.subject_id, application.edition_id, application.person_id,
            CASE WHEN change.fields = jsonb_build_object() THEN change.before ELSE 'edited' END,
            CASE WHEN change.fields = jsonb_build_object() THEN change.after ELSE 'edited' END,
            change.changed_at, change.changed_by, change.why, change.fields, change.changed_at
        FROM registration.change JOIN registration.application ON application.id = change.application_id
        WHERE change.id NOT IN (SELECT id FROM paired)
        """  # noqa: S608 - our own constants
    )


def release_in_parts() -> None:
    """Bind decisions to their batch before they are released, and let a batch be unfinished."""
    op.execute("ALTER TABLE registration.decision DROP CONSTRAINT ck_decision_released_in_batch")
    op.execute(
        "ALTER TABLE registration.decision ADD CONSTRAINT ck_decision_released_in_batch"
        " CHECK (released_at is null or batch_id is not null)"
    )
    op.execute(
        "CREATE INDEX ix_decision_bound ON registration.decision (batch_id, id)"
        " WHERE state = 'proposed' AND batch_id IS NOT NULL"
    )
    op.execute("CREATE INDEX ix_decision_batch_id ON registration.decision (batch_id)")
    op.add_column("decision_batch", sa.Column("finished_at", sa.DateTime(timezone=True)), schema="registration")
    op.execute("UPDATE registration.decision_batch SET finished_at = released_at")
    op.execute("CREATE INDEX ix_decision_batch_edition_id ON registration.decision_batch (edition_id, released_at)")
