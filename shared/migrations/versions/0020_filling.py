"""Half-filled applications, saved with each step, and the answers to an edition's other forms."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import publish

revision = "0020_filling"
down_revision = "0019_forms"
branch_labels = None
depends_on = None

TABLES = """
    CREATE TABLE registration.form_draft (
        id UUID CONSTRAINT pk_form_draft PRIMARY KEY,
        edition_id UUID NOT NULL CONSTRAINT fk_form_draft_edition_id REFERENCES registration.edition (id),
        person_id UUID CONSTRAINT fk_form_draft_person_id REFERENCES people.person (id),
        submission_key UUID NOT NULL,
        form_version INTEGER NOT NULL,
        typed JSONB NOT NULL,
        email VARCHAR NOT NULL,
        locale VARCHAR NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        updated_at TIMESTAMPTZ NOT NULL
    );
    CREATE INDEX ix_form_draft_edition_id ON registration.form_draft (edition_id);
    CREATE INDEX ix_form_draft_person_id ON registration.form_draft (person_id);
    CREATE INDEX ix_form_draft_updated_at ON registration.form_draft (updated_at);
    CREATE UNIQUE INDEX uq_form_draft_person ON registration.form_draft (edition_id, person_id)
        WHERE person_id IS NOT NULL;
    CREATE TABLE registration.form_response (
        id UUID CONSTRAINT pk_form_response PRIMARY KEY,
        form_id UUID NOT NULL CONSTRAINT fk_form_response_form_id REFERENCES registration.form (id),
        form_version INTEGER NOT NULL,
        edition_id UUID NOT NULL CONSTRAINT fk_form_response_edition_id REFERENCES registration.edition (id),
        application_id UUID NOT NULL CONSTRAINT fk_form_response_application_id
            REFERENCES registration.application (id),
        person_id UUID NOT NULL CONSTRAINT fk_form_response_person_id REFERENCES people.person (id),
        answers JSONB NOT NULL,
        submitted_at TIMESTAMPTZ NOT NULL,
        updated_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT uq_form_response_application UNIQUE (form_id, application_id)
    );
    CREATE INDEX ix_form_response_edition_id ON registration.form_response (edition_id);
    CREATE INDEX ix_form_response_person_id ON registration.form_response (person_id);
    CREATE INDEX ix_form_response_application_id ON registration.form_response (application_id);
    CREATE OR REPLACE VIEW registration.unproved_applicant AS
    SELECT id AS application_id, email, name, called, locale FROM registration.application WHERE person_id IS NULL
    UNION ALL
    SELECT id, email, '', '', locale FROM registration.form_draft WHERE email <> '';
"""


def upgrade() -> None:
    op.execute(TABLES)
    publish(op, "registration.form_draft")
    publish(op, "registration.form_response")
