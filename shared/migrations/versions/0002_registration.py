"""Editions, applications, decisions, offers and enrolments."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import make_schema, publish

revision = "0002_registration"
down_revision = "0001_people_and_outbox"
branch_labels = None
depends_on = None

OTHERS = ("materials", "notifications")

TABLES = (
    """
    CREATE TABLE registration.edition (
        id UUID NOT NULL,
        slug VARCHAR NOT NULL,
        name JSONB NOT NULL,
        summary JSONB NOT NULL,
        description JSONB NOT NULL,
        place VARCHAR NOT NULL,
        venue VARCHAR DEFAULT '' NOT NULL,
        starts_on DATE NOT NULL,
        ends_on DATE NOT NULL,
        time_zone VARCHAR NOT NULL,
        languages JSONB NOT NULL,
        capacity INTEGER NOT NULL,
        over_offer INTEGER DEFAULT 0 NOT NULL,
        opens_at TIMESTAMP WITH TIME ZONE NOT NULL,
        closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
        offer_days INTEGER DEFAULT 14 NOT NULL,
        accent VARCHAR DEFAULT '#1f5f5b' NOT NULL,
        contact VARCHAR NOT NULL,
        published_at TIMESTAMP WITH TIME ZONE,
        created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_edition PRIMARY KEY (id),
        CONSTRAINT uq_edition_slug UNIQUE (slug),
        CONSTRAINT ck_edition_slug_form CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
        CONSTRAINT ck_edition_dates_in_order CHECK (ends_on >= starts_on),
        CONSTRAINT ck_edition_deadlines_in_order CHECK (closes_at > opens_at),
        CONSTRAINT ck_edition_capacity_counts CHECK (capacity >= 0),
        CONSTRAINT ck_edition_over_offer_counts CHECK (over_offer >= 0),
        CONSTRAINT ck_edition_offer_days_bounded CHECK (offer_days between 1 and 365)
    )
    """,
    """
    CREATE TABLE registration.application (
        id UUID NOT NULL,
        edition_id UUID NOT NULL,
        person_id UUID,
        submission_key UUID,
        state VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        called VARCHAR NOT NULL,
        email VARCHAR NOT NULL,
        country VARCHAR NOT NULL,
        organisation VARCHAR NOT NULL,
        language VARCHAR NOT NULL,
        locale VARCHAR NOT NULL,
        form_version INTEGER NOT NULL,
        answers JSONB NOT NULL,
        consent VARCHAR NOT NULL,
        consented_at TIMESTAMP WITH TIME ZONE NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        submitted_at TIMESTAMP WITH TIME ZONE,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_application PRIMARY KEY (id),
        CONSTRAINT ck_application_state_known CHECK (state in (
            'draft', 'submitted', 'needs_information', 'under_review', 'decided', 'withdrawn'
        )),
        CONSTRAINT ck_application_submitted_is_proved CHECK (state in ('draft', 'withdrawn') or person_id is not null),
        CONSTRAINT uq_application_submission_key UNIQUE (edition_id, submission_key),
        CONSTRAINT fk_application_edition_id FOREIGN KEY(edition_id) REFERENCES registration.edition (id),
        CONSTRAINT fk_application_person_id FOREIGN KEY(person_id) REFERENCES people.person (id)
    )
    """,
    """
    CREATE TABLE registration.decision_batch (
        id UUID NOT NULL,
        edition_id UUID NOT NULL,
        released_by UUID,
        released_at TIMESTAMP WITH TIME ZONE NOT NULL,
        decisions INTEGER NOT NULL,
        CONSTRAINT pk_decision_batch PRIMARY KEY (id),
        CONSTRAINT fk_decision_batch_edition_id FOREIGN KEY(edition_id) REFERENCES registration.edition (id)
    )
    """,
    """
    CREATE TABLE registration.change (
        id UUID NOT NULL,
        application_id UUID NOT NULL,
        subject VARCHAR NOT NULL,
        subject_id UUID NOT NULL,
        before VARCHAR,
        after VARCHAR NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        changed_by UUID,
        why VARCHAR NOT NULL,
        fields JSONB NOT NULL,
        CONSTRAINT pk_change PRIMARY KEY (id),
        CONSTRAINT ck_change_subject_known CHECK (subject in ('application', 'decision', 'offer', 'enrolment')),
        CONSTRAINT fk_change_application_id FOREIGN KEY(application_id) REFERENCES registration.application (id)
    )
    """,
    """
    CREATE TABLE registration.decision (
        id UUID NOT NULL,
        application_id UUID NOT NULL,
        edition_id UUID NOT NULL,
        outcome VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        note VARCHAR NOT NULL,
        proposed_by UUID,
        proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        batch_id UUID,
        released_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_decision PRIMARY KEY (id),
        CONSTRAINT ck_decision_outcome_known CHECK (outcome in ('accept', 'reserve', 'decline')),
        CONSTRAINT ck_decision_state_known CHECK (state in ('proposed', 'released', 'replaced')),
        CONSTRAINT ck_decision_released_in_batch CHECK ((released_at is not null) = (batch_id is not null)),
        CONSTRAINT fk_decision_application_id FOREIGN KEY(application_id) REFERENCES registration.application (id),
        CONSTRAINT fk_decision_edition_id FOREIGN KEY(edition_id) REFERENCES registration.edition (id),
        CONSTRAINT fk_decision_batch_id FOREIGN KEY(batch_id) REFERENCES registration.decision_batch (id)
    )
    """,
    """
    CREATE TABLE registration.offer (
        id UUID NOT NULL,
        application_id UUID NOT NULL,
        decision_id UUID NOT NULL,
        edition_id UUID NOT NULL,
        person_id UUID NOT NULL,
        state VARCHAR NOT NULL,
        offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        answered_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_offer PRIMARY KEY (id),
        CONSTRAINT ck_offer_state_known CHECK (state in ('offered', 'accepted', 'declined', 'expired', 'withdrawn')),
        CONSTRAINT fk_offer_application_id FOREIGN KEY(application_id) REFERENCES registration.application (id),
        CONSTRAINT fk_offer_decision_id FOREIGN KEY(decision_id) REFERENCES registration.decision (id),
        CONSTRAINT fk_offer_edition_id FOREIGN KEY(edition_id) REFERENCES registration.edition (id),
        CONSTRAINT fk_offer_person_id FOREIGN KEY(person_id) REFERENCES people.person (id)
    )
    """,
    """
    CREATE TABLE registration.enrolment (
        id UUID NOT NULL,
        offer_id UUID NOT NULL,
        application_id UUID NOT NULL,
        edition_id UUID NOT NULL,
        person_id UUID NOT NULL,
        state VARCHAR NOT NULL,
        enrolled_at TIMESTAMP WITH TIME ZONE NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_enrolment PRIMARY KEY (id),
        CONSTRAINT ck_enrolment_state_known CHECK (state in (
            'accepted', 'confirmed', 'attended', 'no_show', 'certified', 'withdrawn', 'substituted'
        )),
        CONSTRAINT uq_enrolment_offer_id UNIQUE (offer_id),
        CONSTRAINT fk_enrolment_offer_id FOREIGN KEY(offer_id) REFERENCES registration.offer (id),
        CONSTRAINT fk_enrolment_application_id FOREIGN KEY(application_id) REFERENCES registration.application (id),
        CONSTRAINT fk_enrolment_edition_id FOREIGN KEY(edition_id) REFERENCES registration.edition (id),
        CONSTRAINT fk_enrolment_person_id FOREIGN KEY(person_id) REFERENCES people.person (id)
    )
    """,
)

INDEXES = (
    "CREATE INDEX ix_application_edition_id_state ON registration.application (edition_id, state, submitted_at)",
    "CREATE INDEX ix_application_person_id ON registration.application (person_id)",
    (
        "CREATE UNIQUE INDEX uq_application_live ON registration.application (edition_id, person_id)"
        " WHERE state not in ('draft', 'withdrawn')"
    ),
    "CREATE INDEX ix_change_application_id ON registration.change (application_id, changed_at)",
    "CREATE INDEX ix_decision_edition_id_state ON registration.decision (edition_id, state)",
    (
        "CREATE UNIQUE INDEX uq_decision_current ON registration.decision (application_id, state)"
        " WHERE state in ('proposed', 'released')"
    ),
    "CREATE INDEX ix_offer_application_id ON registration.offer (application_id, offered_at)",
    "CREATE INDEX ix_offer_due ON registration.offer (expires_at) WHERE state = 'offered'",
    "CREATE INDEX ix_offer_edition_id_state ON registration.offer (edition_id, state)",
    "CREATE INDEX ix_offer_person_id ON registration.offer (person_id)",
    "CREATE UNIQUE INDEX uq_offer_live ON registration.offer (application_id) WHERE state in ('offered', 'accepted')",
    "CREATE INDEX ix_enrolment_application_id ON registration.enrolment (application_id)",
    "CREATE INDEX ix_enrolment_person_id ON registration.enrolment (person_id)",
    (
        "CREATE UNIQUE INDEX uq_enrolment_live ON registration.enrolment (edition_id, person_id)"
        " WHERE state not in ('withdrawn', 'substituted')"
    ),
)


def upgrade() -> None:
    make_schema(op, "registration")
    for statement in (*TABLES, *INDEXES):
        op.execute(statement)
    for table in ("edition", "application", "decision_batch", "change", "decision", "offer", "enrolment"):
        publish(op, f"registration.{table}", readers=OTHERS)
