"""Files in answer to questions."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import publish

revision = "0039_answer_files"
down_revision = "0038_limits"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE registration.answer_file (
        id UUID CONSTRAINT pk_answer_file PRIMARY KEY,
        edition_id UUID NOT NULL CONSTRAINT fk_answer_file_edition_id REFERENCES registration.edition (id),
        form_id UUID NOT NULL CONSTRAINT fk_answer_file_form_id REFERENCES registration.form (id),
        field VARCHAR NOT NULL,
        application_id UUID CONSTRAINT fk_answer_file_application_id
            REFERENCES registration.application (id) ON DELETE SET NULL,
        name VARCHAR NOT NULL,
        sha256 VARCHAR NOT NULL,
        size BIGINT NOT NULL,
        media_type VARCHAR NOT NULL,
        came_at TIMESTAMPTZ NOT NULL,
        seen_at TIMESTAMPTZ NOT NULL,
        replaced_at TIMESTAMPTZ,
        CONSTRAINT ck_answer_file_sha256_form CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_answer_file_size_counts CHECK (size > 0)
    );
    CREATE INDEX ix_answer_file_application_id ON registration.answer_file (application_id);
    CREATE INDEX ix_answer_file_edition_id ON registration.answer_file (edition_id);
    CREATE INDEX ix_answer_file_form_id ON registration.answer_file (form_id);
    CREATE INDEX ix_answer_file_sha256 ON registration.answer_file (sha256);
"""


def upgrade() -> None:
    op.execute(TABLE)
    publish(op, "registration.answer_file")
