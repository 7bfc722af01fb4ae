"""A release can be taken back before it is known, and an edition can ask for a second person to release."""

from __future__ import annotations

from alembic import op

revision = "0016_recall"
down_revision = "0015_desk_places"
branch_labels = None
depends_on = None
accepted = {
    "constraint-missing-not-valid": "there are a few releases for each edition, read within a millisecond",
}


def upgrade() -> None:
    op.execute("ALTER TABLE registration.decision_batch ADD COLUMN known_from timestamptz NOT NULL DEFAULT now()")
    op.execute("ALTER TABLE registration.decision_batch ADD COLUMN state varchar NOT NULL DEFAULT 'frozen'")
    op.execute(
        "UPDATE registration.decision_batch SET known_from = released_at,"
        " state = CASE WHEN finished_at IS NULL THEN 'frozen' ELSE 'finished' END"
    )
    op.execute(
        "ALTER TABLE registration.decision_batch ADD CONSTRAINT ck_decision_batch_state_known"
        " CHECK (state IN ('frozen', 'finished')) NOT VALID"
    )
    op.execute("ALTER TABLE registration.decision_batch VALIDATE CONSTRAINT ck_decision_batch_state_known")
    op.execute("ALTER TABLE registration.edition ADD COLUMN second_releaser boolean NOT NULL DEFAULT false")
