"""The history of the release before: its rows become facts, and its code goes on while the new one starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, text

from services.registration.rules.forms.definitions import Definition
from services.registration.rules.forms.library import standard_definition
from shared.database import psycopg_url
from shared.migrations.run import configuration
from tests.conftest import SERVER, at

EDITION, PERSON, APPLICATION, DECISION, OFFER = (uuid4() for _ in range(5))
DESK = UUID(int=7)
OLD = f"""
INSERT INTO people.person (id, email, name, email_proved_at) VALUES ('{PERSON}', 'awa@example.org', 'Awa', now());
INSERT INTO registration.edition (id, slug, name, summary, description, place, starts_on, ends_on, time_zone, languages,
    capacity, opens_at, closes_at, accent, contact)
VALUES ('{EDITION}', 'old', '{{}}', '{{}}', '{{}}', 'Montreal', '2011-10-24', '2011-10-28', 'UTC', '[]', 5, now(),
    now() + interval '1 day', '#000000', 'a@example.org');
INSERT INTO registration.application (id, edition_id, person_id, state, name, called, email, country, organisation,
    language, locale, form_version, answers, consent, consented_at, created_at, updated_at)
VALUES ('{APPLICATION}', '{EDITION}', '{PERSON}', 'decided', 'Awa', '', 'awa@example.org', 'SN', '', 'fr', 'fr', 1,
    '{{}}', '', now(), now(), now());
INSERT INTO registration.decision (id, application_id, edition_id, outcome, state, note, proposed_at)
VALUES ('{DECISION}', '{APPLICATION}', '{EDITION}', 'accept', 'proposed', '', now());
INSERT INTO registration.change (id, application_id, subject, subject_id, before, after, changed_at, changed_by, why,
    fields)
VALUES ('{uuid4()}', '{APPLICATION}', 'decision', '{DECISION}', NULL, 'proposed', now(), '{DESK}', 'Strong.', '{{}}'),
    ('{uuid4()}', '{APPLICATION}', 'offer', '{OFFER}', NULL, 'offered', '2026-03-01', '{DESK}', '', '{{}}'),
    ('{uuid4()}', '{APPLICATION}', 'application', '{APPLICATION}', 'submitted', 'submitted', now(), '{PERSON}', '',
     '{{"name": ["Awa", "Awa D."]}}');
INSERT INTO outbox.fact (id, name, payload, edition_id, person_id)
VALUES ('{uuid4()}', 'OfferMade', '{{"offer_id": "{OFFER}", "person_id": "{PERSON}", "edition_id": "{EDITION}"}}',
    '{EDITION}', '{PERSON}');
"""


@pytest.fixture
def moved() -> Iterator[Connection]:
    """A database with rows of the release before, migrated past it."""
    server, name = os.environ[SERVER], f"academy_old_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
        engine = create_engine(psycopg_url(at(server, name)))
        with engine.begin() as connection:
            command.upgrade(configuration(connection), "0004_notifications")
            connection.exec_driver_sql(OLD)
            command.upgrade(configuration(connection), "head")
        with engine.begin() as connection:
            yield connection
        engine.dispose()
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_each_old_change_is_one_fact_and_what_was_told_beside_it_is_the_same_one(moved: Connection) -> None:
    found = moved.execute(
        text("SELECT noun, subject_id, before, after, actor_id, why, name, person_id FROM outbox.fact ORDER BY noun")
    ).all()
    assert [tuple(row) for row in found] == [
        ("application", APPLICATION, "edited", "edited", PERSON, "", "", PERSON),
        ("decision", DECISION, None, "proposed", DESK, "Strong.", "", PERSON),
        ("offer", OFFER, None, "offered", DESK, "", "OfferMade", PERSON),
    ]


def test_the_ten_questions_of_before_are_the_first_form_of_each_edition(moved: Connection) -> None:
    row = moved.execute(
        text(
            "SELECT f.purpose, f.published, v.number, v.definition = f.draft AS same, v.definition AS asks"
            " FROM registration.form f JOIN registration.form_version v ON v.form_id = f.id"
            " WHERE f.edition_id = :edition"
        ),
        {"edition": EDITION},
    ).one()
    assert (row.purpose, row.published, row.number, row.same) == ("application", 1, 1, True)
    assert Definition.model_validate(row.asks) == standard_definition()
    version = moved.execute(text("SELECT form_version FROM registration.application")).scalar_one()
    assert version == row.number
