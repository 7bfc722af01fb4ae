"""What hangs on a row is found by it: until now all decisions there are were read for the story of one application."""

from __future__ import annotations

from alembic import op

revision = "0013_stories"
down_revision = "0012_retention"
branch_labels = None
depends_on = None
accepted = {"require-concurrent-index-creation": "each is built within a second"}


def upgrade() -> None:
    op.create_index("ix_decision_application_id", "decision", ["application_id"], schema="registration")
    op.create_index("ix_offer_decision_id", "offer", ["decision_id"], schema="registration")
    op.create_index("ix_rendition_chapter_id", "rendition", ["chapter_id"], schema="materials")
    op.create_index("ix_api_token_person_id", "api_token", ["person_id"], schema="people")
