"""Loads what the demo shows of mail: topics, a campaign that was sent, and one that waits to be finished."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from services.notifications.actions.launches import freeze_audience
from services.notifications.actions.topics import ensure_topics
from services.notifications.rules.audience import AudienceRule, Standing
from services.notifications.settings import NotificationsSettings
from shared.clock import now as clock
from shared.database import Database
from shared.schema.base import new_id
from shared.schema.materials.published import CatalogueEntry
from shared.schema.notifications import Campaign, CampaignText, Suppression, Topic
from shared.schema.people.published import HeldRole
from shared.schema.registration.published import PersonStanding

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from shared.settings import Settings

DEMO: Final = UUID("6f1d4f7e-3d5b-4c38-9a51-0b8f6a2c1e11")
"""Ids of demo rows are derived from this, so that loading twice changes nothing."""

SENT: Final = {
    "en": (
        "Before you travel to {{ place }}",
        "When to arrive, and how to reach the hall.",
        (
            "Dear {{ name }},\n\nwe look forward to {{ edition }} in {{ place }}, {{ dates }}.\n\n"
            "## Arriving\n\n- The welcome desk opens on Sunday at 15:00.\n- Bring the document you registered with.\n\n"
            "[See my page]({{ my_page }})\n"
        ),
    ),
    "fr": (
        "Avant votre voyage à {{ place }}",
        "Quand arriver et comment rejoindre la salle.",
        (
            "Bonjour {{ name }},\n\nnous nous réjouissons de {{ edition }} à {{ place }}, {{ dates }}.\n\n"
            "## Arrivée\n\n- L'accueil ouvre le dimanche à 15 h.\n- Apportez votre pièce d'identité.\n\n"
            "[Voir ma page]({{ my_page }})\n"
        ),
    ),
}
DRAFT: Final = {
    "en": (
        "{{ name }}, your Reader is waiting",
        "Fetch it while your line is good.",
        (
            "Dear {{ name }},\n\nthe Reader of {{ edition }} is ready, and you have not fetched it yet.\n\n"
            "[Open the Reader]({{ materials }})\n\nA download that breaks off goes on where it stopped.\n"
        ),
    ),
    "fr": (
        "{{ name }}, votre recueil vous attend",
        "Téléchargez-le pendant que la connexion est bonne.",
        (
            "Bonjour {{ name }},\n\nle recueil de {{ edition }} est prêt, et vous ne l'avez pas encore téléchargé.\n\n"
            "[Ouvrir le recueil]({{ materials }})\n\nUn téléchargement interrompu reprend là où il s'est arrêté.\n"
        ),
    ),
}

_OUTCOMES = text("""
WITH numbered AS (
    SELECT id, row_number() OVER (ORDER BY addressee, id) AS place
    FROM notifications.delivery WHERE campaign_id = :campaign_id
)
UPDATE notifications.delivery d SET
    state = CASE n.place WHEN 3 THEN 'failed' WHEN 7 THEN 'suppressed' WHEN 11 THEN 'uncertain' ELSE 'sent' END,
    reply_code = CASE n.place WHEN 3 THEN 550 WHEN 7 THEN NULL WHEN 11 THEN NULL ELSE 250 END,
    reply_text = CASE n.place WHEN 3 THEN '5.1.1 mailbox unknown' WHEN 7 THEN NULL WHEN 11 THEN NULL ELSE 'OK' END,
    reason = CASE n.place WHEN 7 THEN 'opted_out' WHEN 11 THEN 'no_answer' END,
    attempts = CASE n.place WHEN 7 THEN 0 ELSE 1 END,
    first_tried_at = :at, settled_at = :at
FROM numbered n WHERE n.id = d.id""")


def load(database: Database, settings: Settings, *, now: datetime) -> None:
    """Load the demo's mail, once; without an edition with accepted people only the topics."""
    del settings
    with database.transaction() as session:
        ensure_topics(session)
        session.execute(
            insert(Suppression)
            .values(id=new_id(), address="gone@example.org", covers="everything", reason="bounced", note="5.1.1")
            .on_conflict_do_nothing(constraint="uq_suppression_address")
        )
        edition_id = session.execute(
            select(PersonStanding.edition_id)
            .where(PersonStanding.accepted)
            .group_by(PersonStanding.edition_id)
            .order_by(func.count().desc())
            .limit(1)
        ).scalar()
        writer = session.execute(
            select(HeldRole.person_id)
            .where(HeldRole.name.in_(("writer", "organiser")))
            .order_by(HeldRole.name.desc())
            .limit(1)
        ).scalar()
        if edition_id is None or writer is None or session.get(Campaign, uuid5(DEMO, "sent")) is not None:
            return
        topics = {topic.slug: topic.id for topic in session.execute(select(Topic)).scalars()}
        sent = _campaign(session, "sent", edition_id, topics["letters"], writer, now=now - timedelta(days=6))
        sent.name = "Before you travel"
        rule = AudienceRule(standings=(Standing.ACCEPTED,))
        sent.audience = rule.model_dump(mode="json")
        sent.state, sent.launched_by, sent.launched_at = "finished", writer, now - timedelta(days=5)
        sent.finished_at = sent.launched_at + timedelta(minutes=1)
        _write(session, sent, SENT)
        sent.audience_size = freeze_audience(
            session, campaign=sent, rule=rule, written=sorted(SENT), now=sent.launched_at
        )
        session.execute(_OUTCOMES, {"campaign_id": sent.id, "at": sent.finished_at})
        draft = _campaign(session, "draft", edition_id, topics["materials"], writer, now=now - timedelta(days=1))
        draft.name = "The Reader, for those who have not fetched it"
        reader = session.execute(
            select(CatalogueEntry.publication_id)
            .where(CatalogueEntry.edition_id == edition_id, CatalogueEntry.kind == "reader")
            .limit(1)
        ).scalar()
        draft.audience = AudienceRule(
            standings=(Standing.ACCEPTED,), download="has_not" if reader else "any", publication_id=reader
        ).model_dump(mode="json")
        _write(session, draft, DRAFT)


def _campaign(session: Session, key: str, edition_id: UUID, topic_id: UUID, writer: UUID, *, now: datetime) -> Campaign:
    campaign = Campaign(
        id=uuid5(DEMO, key),
        edition_id=edition_id,
        topic_id=topic_id,
        name=key,
        audience={},
        state="draft",
        audience_size=0,
        written_by=writer,
        created_at=now,
        updated_at=now,
    )
    session.add(campaign)
    return campaign


def _write(session: Session, campaign: Campaign, texts: dict[str, tuple[str, str, str]]) -> None:
    session.flush()  # the texts refer to the campaign
    session.add_all(
        CampaignText(campaign_id=campaign.id, locale=locale, subject=subject, preheader=preheader, body=body)
        for locale, (subject, preheader, body) in texts.items()
    )
    session.flush()  # the demo's deliveries are written with SQL, which sees only what is there


if __name__ == "__main__":
    _settings = NotificationsSettings()
    _database = Database(_settings.database_url.get_secret_value(), name="academy demo notifications")
    load(_database, _settings, now=clock())
    _database.dispose()
