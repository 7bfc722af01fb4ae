"""The topics every house begins with, so that the first campaign has one to be on."""

from __future__ import annotations

from typing import Final

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.schema.base import new_id
from shared.schema.notifications.topics import Topic

FIRST_TOPICS: Final = (
    {
        "slug": "letters",
        "name": {
            "en": "Letters from the organisers",
            "fr": "Lettres de l\u2019équipe d\u2019organisation",
            "es": "Cartas del equipo organizador",
            "pt": "Cartas da equipe organizadora",
            "ar": "رسائل من المنظِّمين",
        },
        "description": {
            "en": "What happens around the Academy",
            "fr": "Ce qui se passe autour de l'Académie",
            "es": "Lo que ocurre en torno a la Academia",
            "pt": "O que acontece em torno da Academia",
            "ar": "ما يجري حول الأكاديمية",
        },
    },
    {
        "slug": "materials",
        "name": {
            "en": "Reader and course materials",
            "fr": "Recueil et supports de cours",
            "es": "Lecturas y materiales del curso",
            "pt": "Leituras e materiais do curso",
            "ar": "كتاب القراءات والمواد التعليمية",
        },
        "description": {
            "en": "New materials and reminders to fetch them",
            "fr": "Nouveaux supports et rappels pour les télécharger",
            "es": "Materiales nuevos y recordatorios para descargarlos",
            "pt": "Novos materiais e lembretes para baixá-los",
            "ar": "مواد جديدة وتذكير بتنزيلها",
        },
    },
)


def ensure_topics(session: Session) -> None:
    """Make the first topics where they are missing; what is there is not changed."""
    session.execute(
        insert(Topic)
        .values([{"id": new_id(), **topic} for topic in FIRST_TOPICS])
        .on_conflict_do_nothing(constraint="uq_topic_slug")
    )
