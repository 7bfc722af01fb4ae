"""People by the thousand, made by PostgreSQL itself: what only has to be there is not worth the application's time.

The tables that other measurements are about stand here and nowhere else in the bench.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import text

from shared.schema.base import new_id

if TYPE_CHECKING:
    from bench.stand import Stand

DECISIONS: Final = 10_000
ACCEPTS: Final = 3_400
BEFORE: Final = 3
"""Entries in the history of each application before its decision is released."""
CROWD: Final = 10_000
TOLD: Final = 10
"""Entries in the history of everybody in a crowd."""


def staff_of(stand: Stand, *, edition_id: UUID, everywhere: bool = False) -> UUID:
    """Make an organiser of one edition, or of all; return the person's id."""
    person_id = new_id()
    with stand.database() as database, database.transaction() as session:
        session.execute(
            text(_STAFF), {"person": person_id, "edition": None if everywhere else edition_id, "role": new_id()}
        )
    return person_id


def propose_batch(stand: Stand, *, edition_id: UUID, staff_id: UUID) -> None:
    """Put a decision up for release for each of DECISIONS applicants, who read five languages; ACCEPTS are accepts."""
    _load(stand, _PROPOSALS, {"edition": edition_id, "staff": staff_id, "count": DECISIONS, "accepts": ACCEPTS})


def remembered_person(stand: Stand, *, edition_id: UUID, staff_id: UUID, facts: int) -> UUID:
    """Make a crowd, and one person in it about whom ``facts`` facts are told; return the person's application."""
    keys = {"person": new_id(), "application": new_id()}
    values = {**keys, "edition": edition_id, "staff": staff_id, "facts": facts, "count": CROWD, "told": TOLD}
    for statement in _HISTORIES:
        _load(stand, statement, values)
    return keys["application"]


def _load(stand: Stand, statement: str, values: dict[str, object]) -> None:
    """Run the statement, then let the planner know what is there now, as autovacuum would before long."""
    with stand.database() as database:
        with database.transaction() as session:
            session.execute(text(statement), {**values, "stamp": str(new_id())})
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))


_STAFF = """
WITH person AS (
    INSERT INTO people.person (id, email, name, called, locale, time_zone, email_proved_at)
    VALUES (:person, 'staff-' || CAST(:person AS text) || '@bench.example', 'Staff', 'Staff', 'en', 'UTC', now())
    RETURNING id)
INSERT INTO people.role (id, person_id, name, edition_id)
SELECT :role, id, 'organiser', CAST(:edition AS uuid) FROM person
"""

_PEOPLE = """
people AS (
    INSERT INTO people.person (id, email, name, called, locale, time_zone, email_proved_at)
    SELECT person_id, 'person-' || n || '-' || :stamp || '@bench.example', 'Person ' || n, 'Person ' || n,
        (ARRAY['en', 'fr', 'es', 'pt', 'ar'])[1 + n % 5], 'UTC', now() FROM numbers),
applications AS (
    INSERT INTO registration.application (id, edition_id, person_id, submission_key, state, name, called, email,
        country, organisation, language, locale, form_version, answers, consent, consented_at, created_at, submitted_at,
        updated_at)
    SELECT application_id, :edition, person_id, gen_random_uuid(), 'under_review', 'Person ' || n, 'Person ' || n,
        'person-' || n || '-' || :stamp || '@bench.example', (ARRAY['CA', 'BF', 'BR', 'FR', 'EG', 'KE'])[1 + n % 6],
        'Union ' || n % 500, (ARRAY['en', 'fr', 'es'])[1 + n % 3], 'en', 1,
        jsonb_build_object('motivation', repeat('I want to learn how other networks finance their first years. ', 5)),
        'yes', now(), now(), now() - n * interval '1 minute', now() FROM numbers)
"""

_PROPOSALS = f"""
WITH numbers AS MATERIALIZED (
    SELECT uuidv7() AS person_id, uuidv7() AS application_id, uuidv7() AS decision_id, n
    FROM generate_series(1, :count) AS n),
{_PEOPLE},
decisions AS (
    INSERT INTO registration.decision (id, application_id, edition_id, outcome, state, note, proposed_by, proposed_at)
    SELECT decision_id, application_id, :edition,
        CASE WHEN n * :accepts / :count > (n - 1) * :accepts / :count THEN 'accept'
             WHEN n % 2 = 0 THEN 'reserve' ELSE 'decline' END,
        'proposed', 'As the readers agreed.', :staff, now() FROM numbers),
steps (place, noun, before, after, name) AS (VALUES
    (1, 'application', 'draft', 'submitted', 'ApplicationSubmitted'),
    (2, 'application', 'submitted', 'under_review', ''), (3, 'decision', NULL, 'proposed', ''))
INSERT INTO outbox.fact (id, noun, subject_id, before, after, edition_id, person_id, actor_id, at, name, payload)
SELECT uuidv7(), noun, CASE noun WHEN 'decision' THEN decision_id ELSE application_id END, before, after, :edition,
    person_id, :staff, now() - ({BEFORE} - place) * interval '1 day', name,
    CASE name WHEN '' THEN '{{}}' ELSE jsonb_build_object('application_id', application_id, 'person_id', person_id,
    'edition_id', CAST(:edition AS uuid)) END
FROM numbers, steps
"""  # noqa: S608 - made of our own constants

_CROWD = f"""
WITH numbers AS MATERIALIZED (
    SELECT CASE WHEN n = 1 THEN CAST(:person AS uuid) ELSE uuidv7() END AS person_id,
        CASE WHEN n = 1 THEN CAST(:application AS uuid) ELSE uuidv7() END AS application_id, n
    FROM generate_series(1, :count) AS n),
{_PEOPLE}
SELECT 1
"""  # noqa: S608 - made of our own constants

_FACTS = """
WITH told AS MATERIALIZED (
    SELECT application.id AS application_id, application.person_id, n, uuidv7() AS decision_id,
        now() - n * interval '1 hour' - row_number() OVER () * interval '1 millisecond' AS moment
    FROM registration.application
    CROSS JOIN LATERAL generate_series(1, CASE WHEN application.id = :application THEN :facts ELSE :told END) AS n
    WHERE application.edition_id = :edition),
decisions AS (
    INSERT INTO registration.decision (id, application_id, edition_id, outcome, state, note, proposed_by, proposed_at)
    SELECT decision_id, application_id, :edition, 'reserve', 'replaced', '', :staff, moment FROM told)
INSERT INTO outbox.fact (id, noun, subject_id, before, after, edition_id, person_id, actor_id, at, why)
SELECT uuidv7(), 'decision', decision_id, NULL, 'proposed', :edition, person_id, :staff, moment,
    'A place was free again.'
FROM told ORDER BY moment
"""

_HISTORIES = (_CROWD, _FACTS)
