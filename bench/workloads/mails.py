"""Campaign mails: from the launch until the ledger says that the last one was taken by the SMTP server."""

from __future__ import annotations

import time
from uuid import UUID

import psycopg
from sqlalchemy import select

from bench.stand import Stand
from services.notifications.actions.campaigns import choose_audience, create_campaign, rewrite_campaign
from services.notifications.actions.launches import launch_campaign
from services.notifications.actions.topics import ensure_topics
from services.notifications.queries.audience import audience_size
from services.notifications.rules.audience import AudienceRule, Standing
from services.notifications.rules.texts import Said
from shared.clock import now
from shared.database import Database
from shared.deeds import Deed
from shared.schema.notifications import Topic
from shared.tasks import CeleryBell, connect_redis, make_celery
from stack.addresses import libpq_url

MAILS = 4000
SIZE = 6000
"""Bytes of one of our mails, for the calibration; the report says what it really was."""
BODY = "Dear {{name}},\n\n" + "Your place is waiting for you in Montreal, and so is the Reader. " * 8 + "\n\n" * 2
LEFT = """
SELECT count(*) FILTER (WHERE state <> 'sent'), count(*) FROM notifications.delivery WHERE campaign_id = %s
"""


class Mails:
    """Some thousand people with places, and campaigns to all of them."""

    def __init__(self, stand: Stand, *, mails: int = MAILS) -> None:
        self._stand, self._mails = stand, mails
        self._people = stand.people(mails)

    def per_second(self) -> float:
        """Launch a campaign to everybody; return mails per second until the last is sent."""
        self._stand.wait_for_rest()
        redis_url = self._stand.stack.outline.addresses.redis_url
        bell = CeleryBell(make_celery(redis_url, queues=("mail",)), connect_redis(redis_url))
        database = Database(self._stand.role_url("notifications"), bell=bell, pool_size=1)
        try:
            began = time.monotonic()
            campaign_id = self.launch(database)
            with psycopg.connect(libpq_url(self._stand.owner_url), autocommit=True) as onlooker:
                while True:
                    left, total = onlooker.execute(LEFT, [campaign_id]).fetchone() or (0, 0)
                    if total >= self._mails and left == 0:
                        return float(total) / (time.monotonic() - began)
                    if time.monotonic() - began > 120:  # noqa: PLR2004
                        raise TimeoutError(f"{left} of {total} mails are not sent after two minutes")
                    time.sleep(0.05)
        finally:
            database.dispose()

    def launch(self, database: Database) -> UUID:
        """Write a campaign to everybody and launch it; return its id."""
        edition_id, actor_id, moment = self._stand.edition_id, self._people[0], now()
        deed = Deed(actor_id, moment)
        rule = AudienceRule(standings=(Standing.ACCEPTED,))
        with database.transaction() as session:
            ensure_topics(session)
            topic_id = session.scalars(select(Topic.id).order_by(Topic.slug).limit(1)).one()
            campaign_id = create_campaign(session, edition_id=edition_id, topic_id=topic_id, name="Bench", deed=deed).id
            session.flush()  # the texts refer to the campaign
            rewrite_campaign(
                session,
                campaign_id=campaign_id,
                edition_id=edition_id,
                name="Bench",
                topic_id=topic_id,
                texts={
                    "en": Said(subject="Your place, {{name}}", preheader="", body=BODY),
                    "fr": Said(subject="Votre place, {{name}}", preheader="", body=BODY),
                },
                deed=deed,
            )
            choose_audience(session, campaign_id=campaign_id, edition_id=edition_id, rule=rule, deed=deed)
        with database.reading() as session:
            count = audience_size(session, rule=rule, edition_id=edition_id, topic_id=topic_id, now=moment).total
        with database.transaction() as session:
            launch_campaign(
                session,
                campaign_id=campaign_id,
                edition_id=edition_id,
                confirmed=count,
                approval_above=10 * self._mails,
                may_approve=False,
                deed=Deed(actor_id, now()),
            )
        return campaign_id
