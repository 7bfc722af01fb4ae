"""Forms that organisers build. The ten questions of until now become the first form of each edition.

No answer moves: those questions keep their keys, and version 1 of an edition's application form is what version 1
always was.
"""

from __future__ import annotations

import json
from pathlib import Path

from alembic import op

from shared.migrations.grants import publish

revision = "0019_forms"
down_revision = "0018_leaving"
branch_labels = None
depends_on = None

FIRST_FORM = Path(__file__).parents[1] / "frozen" / "0020_standard_form.json"

TABLES = """
    CREATE TABLE registration.form (
        id UUID CONSTRAINT pk_form PRIMARY KEY,
        edition_id UUID NOT NULL CONSTRAINT fk_form_edition_id REFERENCES registration.edition (id),
        slug VARCHAR NOT NULL,
        purpose VARCHAR NOT NULL,
        audience VARCHAR NOT NULL,
        draft JSONB NOT NULL,
        published INTEGER,
        opens_at TIMESTAMPTZ,
        closes_at TIMESTAMPTZ,
        created_at TIMESTAMPTZ NOT NULL,
        updated_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT uq_form_slug UNIQUE (edition_id, slug),
        CONSTRAINT ck_form_purpose_known CHECK (purpose in ('application', 'acceptance', 'evaluation', 'other')),
        CONSTRAINT ck_form_audience_known CHECK (audience in ('applied', 'offered', 'accepted', 'attended')),
        CONSTRAINT ck_form_slug_form CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
        CONSTRAINT ck_form_deadlines_in_order CHECK (closes_at > opens_at)
    );
    CREATE UNIQUE INDEX uq_form_application ON registration.form (edition_id) WHERE purpose = 'application';
    CREATE TABLE registration.form_version (
        id UUID CONSTRAINT pk_form_version PRIMARY KEY,
        form_id UUID NOT NULL CONSTRAINT fk_form_version_form_id REFERENCES registration.form (id),
        number INTEGER NOT NULL,
        definition JSONB NOT NULL,
        published_by UUID,
        published_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT uq_form_version_number UNIQUE (form_id, number)
    );
    CREATE FUNCTION registration.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a published version of a form never changes';
    END $$;
    CREATE TRIGGER form_version_never_changes BEFORE UPDATE ON registration.form_version
        FOR EACH ROW EXECUTE FUNCTION registration.refuse_change();
    CREATE TABLE registration.form_edit (
        id UUID CONSTRAINT pk_form_edit PRIMARY KEY,
        form_id UUID NOT NULL CONSTRAINT fk_form_edit_form_id REFERENCES registration.form (id),
        before JSONB NOT NULL,
        made_by UUID,
        made_at TIMESTAMPTZ NOT NULL
    );
    CREATE INDEX ix_form_edit_form_id ON registration.form_edit (form_id, made_at);
    CREATE TABLE registration.taken_option (
        application_id UUID NOT NULL CONSTRAINT fk_taken_option_application_id
            REFERENCES registration.application (id) ON DELETE CASCADE,
        form_id UUID NOT NULL CONSTRAINT fk_taken_option_form_id REFERENCES registration.form (id),
        field VARCHAR NOT NULL,
        option VARCHAR NOT NULL,
        CONSTRAINT pk_taken_option PRIMARY KEY (application_id, form_id, field, option)
    );
    CREATE INDEX ix_taken_option_option ON registration.taken_option (form_id, field, option);
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("form", "form_version", "form_edit", "taken_option"):
        publish(op, f"registration.{table}")
    first = json.dumps(json.loads(FIRST_FORM.read_text(encoding="utf-8")))
    op.execute(f"""
        INSERT INTO registration.form
            (id, edition_id, slug, purpose, audience, draft, published, created_at, updated_at)
        SELECT gen_random_uuid(), id, 'application', 'application', 'applied', $first${first}$first$::jsonb, 1,
               created_at, created_at
        FROM registration.edition
    """)  # noqa: S608 - our own file
    op.execute("""
        INSERT INTO registration.form_version (id, form_id, number, definition, published_at)
        SELECT gen_random_uuid(), id, 1, draft, created_at FROM registration.form
    """)
