"""What each owner publishes: views, and no table of anybody else's any more.

This is where the views are stated. A migration never changes once it is released: whoever changes what a view says
writes a new one with the new text. Views run with their owner's rights, so a reader needs no right to the tables.
"""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import conceal, reveal

revision = "0006_published_reads"
down_revision = "0005_history"
branch_labels = None
depends_on = None

PEOPLE = (
    """
    CREATE VIEW people.addressable AS
    SELECT id, name, called, email, locale, time_zone FROM people.person
    """,
    """
    CREATE VIEW people.open_session AS
    SELECT token_hash, person_id, means, seen_at, expires_at FROM people.session WHERE revoked_at IS NULL
    """,
    """
    CREATE VIEW people.usable_token AS
    SELECT id, person_id, token_hash, scopes, used_at, expires_at FROM people.api_token WHERE revoked_at IS NULL
    """,
    """
    CREATE VIEW people.held_role AS
    SELECT person_id, name, edition_id FROM people.role
    """,
    """
    CREATE VIEW people.mailed_link AS
    SELECT id, expires_at FROM people.sign_in_link
    UNION ALL
    SELECT id, expires_at FROM people.staff_invitation
    """,
)

# Who has a place is said by ``place`` alone; all else asks it. ``standing`` has one row for each person with a live
# application in an edition, and its claims are subqueries, of which PostgreSQL runs those that a reader asks about.
REGISTRATION = (
    """
    CREATE VIEW registration.editions AS
    SELECT id, slug, name, place, starts_on, ends_on, time_zone, languages, accent, contact, published_at
    FROM registration.edition
    """,
    """
    CREATE VIEW registration.place AS
    SELECT id AS enrolment_id, edition_id, person_id, state <> 'accepted' AS confirmed
    FROM registration.enrolment
    WHERE state NOT IN ('withdrawn', 'substituted')
    """,
    """
    CREATE VIEW registration.standing AS
    SELECT a.edition_id, a.person_id, a.country,
           a.state IN ('submitted', 'needs_information', 'under_review') AS waiting,
           EXISTS (SELECT FROM registration.offer o WHERE o.application_id = a.id AND o.state = 'offered') AS offered,
           EXISTS (SELECT FROM registration.place p
                   WHERE p.edition_id = a.edition_id AND p.person_id = a.person_id) AS accepted,
           EXISTS (SELECT FROM registration.place p
                   WHERE p.edition_id = a.edition_id AND p.person_id = a.person_id AND p.confirmed) AS confirmed,
           EXISTS (SELECT FROM registration.decision d
                   WHERE d.application_id = a.id AND d.state = 'released' AND d.outcome = 'reserve') AS reserve,
           EXISTS (SELECT FROM registration.decision d
                   WHERE d.application_id = a.id AND d.state = 'released' AND d.outcome = 'decline') AS declined
    FROM registration.application a
    WHERE a.state NOT IN ('draft', 'withdrawn')
    """,
    """
    CREATE VIEW registration.unproved_applicant AS
    SELECT id AS application_id, email, name, called, locale FROM registration.application WHERE person_id IS NULL
    """,
    """
    CREATE VIEW registration.offer_term AS
    SELECT id AS offer_id, expires_at FROM registration.offer
    """,
)

MATERIALS = (
    """
    CREATE VIEW materials.openable AS
    SELECT NULL::uuid AS person_id, i.publication_id, s.id AS shelf_id, s.edition_id, s.rule, s.opens_at, s.closes_at
    FROM materials.shelf s
    JOIN materials.shelf_item i ON i.shelf_id = s.id
    WHERE s.rule = 'public'
    UNION ALL
    SELECT t.person_id, i.publication_id, s.id, s.edition_id, s.rule, s.opens_at, s.closes_at
    FROM materials.shelf s
    JOIN materials.shelf_item i ON i.shelf_id = s.id
    JOIN registration.standing t ON t.edition_id = s.edition_id
    WHERE s.rule = 'registered'
    UNION ALL
    SELECT m.person_id, i.publication_id, s.id, s.edition_id, s.rule, s.opens_at, s.closes_at
    FROM materials.shelf s
    JOIN materials.shelf_item i ON i.shelf_id = s.id
    JOIN materials.shelf_member m ON m.shelf_id = s.id AND m.closed_at IS NULL
    JOIN registration.place p
      ON p.enrolment_id = m.enrolment_id AND p.edition_id = s.edition_id AND p.person_id = m.person_id
    WHERE s.rule = 'accepted'
    """,
    """
    CREATE VIEW materials.downloaded AS
    SELECT d.person_id, l.publication_id, d.rendition_id, d.last_at
    FROM materials.download d
    JOIN materials.rendition r ON r.id = d.rendition_id
    JOIN materials.translation t ON t.id = r.translation_id
    JOIN materials.release l ON l.id = t.release_id
    """,
    """
    CREATE VIEW materials.newest_copy AS
    SELECT p.id AS publication_id, p.slug, t.title, t.language, r.id AS rendition_id, r.format, r.filename,
           f.size, f.sha256
    FROM materials.publication p
    JOIN materials.release l ON l.id = (
        SELECT n.id FROM materials.release n WHERE n.publication_id = p.id AND n.state = 'published'
        ORDER BY n.published_at DESC, n.id DESC LIMIT 1
    )
    JOIN materials.translation t ON t.release_id = l.id
    JOIN materials.rendition r ON r.translation_id = t.id AND r.chapter_id IS NULL
    JOIN materials.stored_file f ON f.sha256 = r.sha256
    """,
    """
    CREATE VIEW materials.catalogue AS
    SELECT p.id AS publication_id, p.kind, p.titles, p.edition_id, p.created_at,
           ARRAY(SELECT DISTINCT s.edition_id FROM materials.shelf_item i JOIN materials.shelf s ON s.id = i.shelf_id
                 WHERE i.publication_id = p.id AND s.edition_id IS NOT NULL) AS shelved_for
    FROM materials.publication p
    """,
)

NOTIFICATIONS = (
    """
    CREATE VIEW notifications.correspondence AS
    SELECT id, person_id, address, edition_id, kind, state, created_at FROM notifications.delivery
    """,
)


def upgrade() -> None:
    for owner in ("people", "registration", "materials", "notifications"):
        conceal(op, owner)
    for view in (*PEOPLE, *REGISTRATION, *MATERIALS, *NOTIFICATIONS):
        op.execute(view)
    addressless = "id, name, called, locale, time_zone"  # materials writes to nobody, so it sees no address
    reveal(op, "people.addressable", registration="*", materials=addressless, notifications="*")
    for view in ("people.open_session", "people.usable_token", "people.held_role", "registration.editions"):
        reveal(op, view, registration="*", materials="*", notifications="*")
    reveal(op, "people.mailed_link", notifications="*")
    reveal(op, "registration.place", registration="*", materials="*")
    enrolled = "edition_id, person_id, country, accepted"
    reveal(op, "registration.standing", registration="*", materials=enrolled, notifications="*")
    reveal(op, "registration.unproved_applicant", notifications="*")
    reveal(op, "registration.offer_term", notifications="*")
    reveal(op, "materials.openable", registration="*", materials="*", notifications="*")
    reveal(op, "materials.downloaded", registration="*", notifications="person_id, publication_id")
    reveal(op, "materials.newest_copy", registration="*")
    reveal(op, "materials.catalogue", notifications="*")
    reveal(op, "notifications.correspondence", registration="*")
