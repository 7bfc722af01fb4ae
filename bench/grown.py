"""An edition that has grown: applicants of many names, decisions, offers, histories, campaigns; by PostgreSQL itself.

For each applicant ten facts and ten mails: 100,000 of them make a million of each.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import text

from shared.database import Database
from shared.schema.base import new_id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TOLD: Final = 10
"""Facts about each applicant."""
CAMPAIGNS: Final = 10
"""Mails to each applicant."""
RARE: Final = "Quetzaltenango"
"""A word in the motivation of one applicant in a thousand."""


@dataclass(frozen=True)
class Grown:
    """What stands in the grown edition: one application in the middle of it, and its newest campaign."""

    application_id: UUID
    campaign_id: UUID


def grow(database: Database, *, edition_id: UUID, staff_id: UUID, count: int, seconds: float) -> Grown:
    """Fill an edition with ``count`` applications and what hangs on them, as the owner of the database.

    PostgreSQL gives up, and leaves nothing, when a statement is not done within what is left of ``seconds``.
    """
    end = time.monotonic() + seconds
    stamp = str(new_id())
    values: dict[str, object] = {"edition": edition_id, "staff": staff_id, "count": count, "stamp": stamp}
    with database.transaction() as session:
        _allow(session, end)
        session.execute(text("CREATE TEMPORARY TABLE grown ON COMMIT DROP AS " + _GROWN), {"count": count})
        for statement in _STATEMENTS:
            _allow(session, end)
            session.execute(text(statement), values)
        [application_id] = session.execute(text("SELECT application_id FROM grown WHERE n = :n"), {"n": count // 2 + 1})
        campaign_id = session.execute(text(_NEWEST_CAMPAIGN), values).scalar_one()
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET statement_timeout = {_milliseconds(end)}"))
        connection.execute(text("VACUUM (ANALYZE)"))  # as autovacuum would before long
    return Grown(application_id[0], campaign_id)


def _allow(session: Session, end: float) -> None:
    session.execute(text(f"SET LOCAL statement_timeout = {_milliseconds(end)}"))


def _milliseconds(end: float) -> int:
    return max(1, round(1000 * (end - time.monotonic())))


_ID: Final = "CAST(lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(random()::text), 1, 19) AS uuid)"
"""A UUIDv7 in the order of n, on every supported PostgreSQL."""

_GROWN: Final = f"""
SELECT n, {_ID} AS person_id, {_ID} AS application_id, {_ID} AS decision_id, {_ID} AS offer_id,
    (ARRAY['Awa', 'Émile', 'Zoë', 'Łukasz', 'Ñandú', 'Åsa', 'أحمد', 'فاطمة', 'Nuria', 'Joaquín', 'Marie', 'Tomasz'])
        [1 + n * 7 % 12] || ' ' ||
    (ARRAY['Diop', 'Núñez', 'Ångström', 'Großmann', 'بن علي', 'Traoré', 'Okafor', 'Lee', 'Silva', 'Peña', 'Côté'])
        [1 + n * 13 % 11] || ' ' || n AS name,
    (ARRAY['SN', 'BF', 'BR', 'FR', 'EG', 'KE', 'CA', 'MX', 'PH', 'IT', 'ML', 'TN', 'ES', 'PT', 'IN'])
        [1 + n % 15] AS country,
    (ARRAY['en', 'fr', 'es', 'pt', 'ar'])[1 + n % 5] AS locale,
    CASE WHEN n % 20 = 0 THEN 'withdrawn' WHEN n % 20 < 5 THEN 'submitted' WHEN n % 20 < 12 THEN 'under_review'
         ELSE 'decided' END AS state,
    now() - (n % 86400) * interval '31 seconds' - n * interval '1 second' AS moment
FROM generate_series(1, :count) AS n
"""  # noqa: S608 - made of our own constants

_STATEMENTS: Final = (
    """
    INSERT INTO people.person (id, email, name, called, locale, time_zone, email_proved_at)
    SELECT person_id, 'person-' || n || '-' || :stamp || '@bench.example', name, '', locale, '', now() FROM grown
    """,
    f"""
    INSERT INTO registration.application (id, edition_id, person_id, submission_key, state, name, called, email,
        country, organisation, language, locale, form_version, answers, consent, consented_at, created_at, submitted_at,
        updated_at)
    SELECT application_id, :edition, person_id, gen_random_uuid(), state, name, '',
        'person-' || n || '-' || :stamp || '@bench.example', country, 'Union ' || n % 5000 || ' ' || country,
        (ARRAY['en', 'fr', 'es'])[1 + n % 3], locale, 1,
        jsonb_build_object('motivation', repeat('I want to learn how other networks finance their first years. ', 4)
            || CASE WHEN n % 1000 = 7 THEN '{RARE}' ELSE '' END, 'needs_fellowship', n % 2 = 0, 'fellowship_cover', ''),
        'yes', moment, moment, moment, moment
    FROM grown
    """,  # noqa: S608 - made of our own constants
    """
    INSERT INTO registration.decision (id, application_id, edition_id, outcome, state, note, proposed_by, proposed_at)
    SELECT decision_id, application_id, :edition, (ARRAY['accept', 'reserve', 'decline'])[1 + n % 3], 'proposed',
        'As the readers agreed.', :staff, moment
    FROM grown WHERE state = 'under_review'
    """,
    """
    WITH batch AS (
        INSERT INTO registration.decision_batch (id, edition_id, released_by, released_at, known_from, state, decisions,
            finished_at)
        SELECT gen_random_uuid(), :edition, :staff, now(), now(), 'finished', count(*), now()
        FROM grown WHERE state = 'decided'
        RETURNING id)
    INSERT INTO registration.decision (id, application_id, edition_id, outcome, state, note, proposed_by, proposed_at,
        batch_id, released_at)
    SELECT decision_id, application_id, :edition, (ARRAY['accept', 'reserve', 'decline'])[1 + n % 3], 'released', '',
        :staff, moment, batch.id, now()
    FROM grown, batch WHERE state = 'decided'
    """,
    """
    INSERT INTO registration.offer (id, application_id, decision_id, edition_id, person_id, state, offered_at,
        expires_at, answered_at)
    SELECT offer_id, application_id, decision_id, :edition, person_id,
        (ARRAY['offered', 'accepted', 'declined', 'expired'])[1 + n % 4], moment, now() + interval '9 days', now()
    FROM grown WHERE state = 'decided' AND n % 3 = 0
    """,
    """
    INSERT INTO registration.enrolment (id, offer_id, application_id, edition_id, person_id, state, enrolled_at,
        updated_at)
    SELECT gen_random_uuid(), offer_id, application_id, :edition, person_id, 'accepted', now(), now()
    FROM grown WHERE state = 'decided' AND n % 3 = 0 AND n % 4 = 1
    """,
    f"""
    INSERT INTO outbox.fact (id, noun, subject_id, before, after, edition_id, person_id, actor_id, at, name, payload,
        recorded_at)
    SELECT gen_random_uuid(), 'application', application_id, 'submitted', 'under_review', :edition, person_id, :staff,
        moment + step * interval '1 minute', 'ApplicationSubmitted',
        jsonb_build_object('application_id', application_id, 'person_id', person_id), moment
    FROM grown, generate_series(1, {TOLD}) AS step
    """,  # noqa: S608 - made of our own constants
    """
    INSERT INTO outbox.entry (id, fact_id, subscriber, state, attempts, done_at)
    SELECT uuidv, f.id, 'notifications', 'done', 1, now() - (n % 36000) * interval '1 second'
    FROM (SELECT f.id, row_number() OVER () AS n, gen_random_uuid() AS uuidv FROM outbox.fact f
          WHERE f.edition_id = :edition) f
    """,
    f"""
    WITH topic AS (
        INSERT INTO notifications.topic (id, slug, name, description, created_at)
        SELECT gen_random_uuid(), 'topic-' || :stamp, '{{"en": "News"}}', '{{"en": "News"}}', now() RETURNING id)
    INSERT INTO notifications.campaign (id, edition_id, topic_id, name, audience, state, audience_size, written_by,
        launched_by, launched_at, leaves_at, finished_at, created_at, updated_at)
    SELECT gen_random_uuid(), :edition, topic.id, 'Letter ' || n, '{{"standings": ["applied"]}}', 'finished', :count,
        :staff, :staff, now(), now(), now(), now() + n * interval '1 second', now()
    FROM topic, generate_series(1, {CAMPAIGNS}) AS n
    """,  # noqa: S608 - made of our own constants
    """
    INSERT INTO notifications.delivery (id, campaign_id, person_id, edition_id, kind, address, addressee, words,
        words_es, locale, fields, state, attempts, not_before, created_at, first_tried_at, settled_at, reply_code)
    SELECT gen_random_uuid(), c.id, g.person_id, :edition, 'campaign', p.email, g.name,
        p.name_as || E'\\n' || p.email,
        CASE WHEN p.name_as_es <> p.name_as THEN p.name_as_es || E'\\n' || p.email END, g.locale,
        jsonb_build_object('name', g.name, 'country', g.country),
        CASE WHEN g.n % 50 = 0 THEN 'failed' WHEN g.n % 70 = 0 THEN 'uncertain' ELSE 'sent' END, 1, now(), now(), now(),
        now(), 250
    FROM notifications.campaign c, grown g JOIN people.person p ON p.id = g.person_id
    WHERE c.edition_id = :edition
    """,
)
_NEWEST_CAMPAIGN: Final = """
SELECT id FROM notifications.campaign WHERE edition_id = :edition ORDER BY created_at DESC LIMIT 1
"""
