"""The edition that a member of staff works in, and what waits in each service, for Today and every desk page."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import reveal

revision = "0015_desk_places"
down_revision = "0014_made"
branch_labels = None
depends_on = None

EDITIONS = """
    CREATE OR REPLACE VIEW registration.editions AS
    SELECT id, slug, name, place, starts_on, ends_on, time_zone, languages, accent, contact, published_at,
           opens_at, closes_at
    FROM registration.edition
"""
PLACES = """
    CREATE VIEW people.desk_place AS
    SELECT id AS person_id, desk_edition_id AS edition_id FROM people.person WHERE desk_edition_id IS NOT NULL
"""
CAMPAIGNS = """
    CREATE VIEW notifications.campaign_at_work AS
    SELECT id, edition_id, state, submitted_by FROM notifications.campaign
    WHERE state IN ('draft', 'awaiting_approval', 'sending', 'paused')
"""
LIBRARY = """
    CREATE VIEW materials.shelving AS
    SELECT p.id AS publication_id, p.edition_id,
           (SELECT count(*) FROM materials.release r WHERE r.publication_id = p.id AND r.state = 'draft') AS drafts,
           EXISTS (SELECT FROM materials.release r WHERE r.publication_id = p.id AND r.state = 'published')
             AS is_published,
           EXISTS (SELECT FROM materials.shelf_item i WHERE i.publication_id = p.id) AS is_shelved
    FROM materials.publication p
"""


def upgrade() -> None:
    op.execute("ALTER TABLE people.person ADD COLUMN desk_edition_id uuid")
    op.execute(EDITIONS)
    op.execute(PLACES)
    op.execute(CAMPAIGNS)
    op.execute(LIBRARY)
    reveal(op, "notifications.campaign_at_work", registration="*")
    reveal(op, "materials.shelving", registration="*")
    reveal(op, "people.desk_place", registration="*", materials="*", notifications="*")
