"""The demo's campaigns: two that went out, with what people did since, and one that waits to be finished."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from sqlalchemy import select, text

from services.notifications.actions.launches import freeze_audience
from services.notifications.rules.audience import AudienceRule, Standing
from shared.schema.materials.published import CatalogueEntry
from shared.schema.notifications import Campaign, CampaignText, Topic

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


DEMO: Final = UUID("6f1d4f7e-3d5b-4c38-9a51-0b8f6a2c1e11")
"""Ids of demo rows are derived from this, so that loading twice changes nothing."""

READER: Final = {
    "en": (
        "{{ name }}, the Reader is on your shelf",
        "In your language where there is one, light for a slow line.",
        (
            "Dear {{ name }},\n\nthe Reader of {{ edition }} is on your shelf.\n\n"
            "[Open the Reader]({{ materials }})\n\n"
            "A download that breaks off goes on where it stopped.\n"
        ),
    ),
    "fr": (
        "{{ name }}, le recueil est sur votre rayon",
        "Dans votre langue si elle existe, léger pour une ligne lente.",
        (
            "Bonjour {{ name }},\n\nle recueil de {{ edition }} est sur votre rayon.\n\n"
            "[Ouvrir le recueil]({{ materials }})\n\nUn téléchargement interrompu reprend là où il s'est arrêté.\n"
        ),
    ),
    "es": (
        "{{ name }}, el libro de lecturas está en su estante",
        "En su idioma si existe, ligero para una línea lenta.",
        (
            "Hola, {{ name }}:\n\nel libro de lecturas de {{ edition }} está en su estante.\n\n"
            "[Abrir el libro de lecturas]({{ materials }})\n\nUna descarga interrumpida continúa donde se detuvo.\n"
        ),
    ),
}
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

_NOT_YET: Final = text("""
DELETE FROM notifications.delivery d USING outbox.fact f
WHERE d.campaign_id = :campaign_id AND f.name = 'OfferAccepted' AND f.person_id = d.person_id
  AND f.edition_id = d.edition_id AND f.at > :at""")
"""Who took the place only afterwards did not get it."""
_OUTCOMES: Final = text("""
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
_ANSWERED: Final = text("""
INSERT INTO notifications.returned_mail (id, digest, purpose, delivery_id, edition_id, person_id, kind, received_at,
                                         settled_at)
SELECT gen_random_uuid(), 'demo reply ' || d.id, 'r', d.id, d.edition_id, d.person_id, 'reply',
       d.settled_at + place * interval '5 hours', d.settled_at + place * interval '5 hours'
FROM (SELECT *, row_number() OVER (ORDER BY addressee DESC, id) AS place FROM notifications.delivery
      WHERE campaign_id = :campaign_id AND state = 'sent') d
WHERE d.place <= 6""")
_OPTED_OUT: Final = text("""
INSERT INTO notifications.opt_out (person_id, topic_id, source, opted_out_at)
SELECT d.person_id, c.topic_id, 'one_click', d.settled_at + interval '3 hours'
FROM notifications.delivery d JOIN notifications.campaign c ON c.id = d.campaign_id
WHERE c.id = :campaign_id AND d.state = 'sent'
ORDER BY d.addressee, d.id LIMIT 1""")


def write_campaigns(session: Session, *, edition_id: UUID, writer: UUID, now: datetime) -> None:
    """Write two campaigns that went out in the last days and what people did since, and one that is being written."""
    topics = {topic.slug: topic.id for topic in session.execute(select(Topic)).scalars()}
    reader = session.execute(
        select(CatalogueEntry.publication_id)
        .where(CatalogueEntry.shelved_for.contains([edition_id]), CatalogueEntry.kind == "reader")
        .limit(1)
    ).scalar()
    accepted = AudienceRule(standings=(Standing.ACCEPTED,))
    first = _campaign(session, "reader", edition_id, topics["materials"], writer, now=now - timedelta(days=10))
    first.name = "The Reader is on your shelf"
    _went_out(session, first, accepted, READER, at=now - timedelta(days=9))
    second = _campaign(session, "sent", edition_id, topics["letters"], writer, now=now - timedelta(days=6))
    second.name = "Before you travel"
    _went_out(session, second, accepted, SENT, at=now - timedelta(days=5))
    draft = _campaign(session, "draft", edition_id, topics["materials"], writer, now=now - timedelta(days=1))
    draft.name = "The Reader, for those who have not fetched it"
    draft.audience = AudienceRule(
        standings=(Standing.ACCEPTED,), download="has_not" if reader else "any", publication_id=reader
    ).model_dump(mode="json")
    _write(session, draft, DRAFT)


def _went_out(
    session: Session, campaign: Campaign, rule: AudienceRule, texts: dict[str, tuple[str, str, str]], *, at: datetime
) -> None:
    campaign.audience = rule.model_dump(mode="json")
    campaign.state, campaign.launched_by, campaign.launched_at = "finished", campaign.written_by, at
    campaign.finished_at = at + timedelta(minutes=1)
    _write(session, campaign, texts)
    campaign.audience_size = freeze_audience(session, campaign=campaign, rule=rule, written=sorted(texts), now=at)
    late = session.execute(_NOT_YET, {"campaign_id": campaign.id, "at": at})
    campaign.audience_size -= late.rowcount  # type: ignore[attr-defined]
    session.execute(_OUTCOMES, {"campaign_id": campaign.id, "at": campaign.finished_at})
    session.execute(_ANSWERED, {"campaign_id": campaign.id})
    session.execute(_OPTED_OUT, {"campaign_id": campaign.id})


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
