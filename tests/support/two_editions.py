"""Two editions with one real thing of every kind, for what must not pass from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select

from services.notifications.actions.campaigns import create_campaign
from services.notifications.actions.unreached import open_tasks
from services.notifications.actions.webhooks import add_webhook
from services.notifications.rules.notices import WRITTEN
from services.registration.actions.bulks import begin_bulk
from services.registration.actions.pools import make_pool
from services.registration.actions.reviews import add_reviewer, assign_reviews, write_rubric
from services.registration.actions.saved_views import save_view
from services.registration.actions.scenarios import make_scenario
from services.registration.queries.bulks import chosen
from shared.clock import now
from shared.deeds import Deed
from shared.schema.base import new_id
from shared.schema.materials.arrivals import Arrival
from shared.schema.materials.making import Making
from shared.schema.materials.publications import Chapter
from shared.schema.notifications import CampaignText, Delivery, Topic, Unreached
from shared.schema.people.persons import Role
from shared.schema.registration import AnswerFile, DecisionBatch, Form, Review, Reviewer
from tests.support.forms import form_called
from tests.support.library import reader_in
from tests.support.registration import apply, decide, make_edition, offer_of, release
from tests.support.web import person_called

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy.orm import Session

    from shared.database import Database

Side = Literal["ours", "theirs"]
SIDES: Final[tuple[Side, Side]] = ("ours", "theirs")
NOBODYS: Final = {
    "token_id": UUID(int=7),
    "entry_id": UUID(int=7),
    "suppression_id": UUID(int=7),
    "upload_id": UUID(int=7),
}
"""Arguments of paths that name things of no edition."""


@dataclass(frozen=True)
class TwoEditions:
    """The ids of the editions, and by side what an argument of a path may name there."""

    editions: dict[Side, UUID]
    things: dict[Side, dict[str, Any]]


def two_editions(databases: Mapping[str, Database], folder: Path) -> TwoEditions:
    """Write both editions with their things."""
    topic_id = new_id()
    with databases["notifications"].transaction() as session:
        session.add(Topic(id=topic_id, slug="news", name={"en": "News"}, description={"en": "News"}))
    editions: dict[Side, UUID] = {}
    things: dict[Side, dict[str, Any]] = {}
    for side in SIDES:
        edition_id = editions[side] = make_edition(databases["registration"], slug=f"{side}-2026")
        registered = _registered(databases["registration"], edition_id, side)
        things[side] = {
            "edition_slug": f"{side}-2026",
            **registered,
            **_shelved(databases["materials"], folder, edition_id, side),
            "campaign_id": _campaign(databases["notifications"], edition_id, topic_id),
            **_mailed(databases["notifications"], edition_id, registered["person_id"]),
            **NOBODYS,
        }
    return TwoEditions(editions, things)


def _registered(database: Database, edition_id: UUID, side: Side) -> dict[str, Any]:
    offered = apply(database, edition_id, email=f"offered-{side}@example.org")
    decide(database, offered)
    release(database, edition_id)
    waiting = apply(database, edition_id, email=f"waiting-{side}@example.org")
    decide(database, waiting, "reserve")
    bulk_id = new_id()
    form_slug = form_called(database, edition_id, f"travel-{side}")
    with database.transaction() as session:
        begin_bulk(
            session,
            bulk_id=bulk_id,
            edition_id=edition_id,
            among=chosen(edition_id, wish=None, ids=[waiting.application_id]),
            outcome="decline",
            note="",
            seen=1,
            deed=Deed(None, now()),
        )
    colleague = person_called(database, f"Colleague-{side}", roles=[("viewer", edition_id)])
    with database.transaction() as session:
        role = Role(id=new_id(), person_id=colleague, name="door", edition_id=edition_id)
        session.add(role)
        return {
            "batch_id": session.scalars(select(DecisionBatch.id).where(DecisionBatch.edition_id == edition_id)).one(),
            "application_id": waiting.application_id,
            "file_id": _given(session, edition_id, waiting.application_id),
            "bulk_id": bulk_id,
            "form_slug": form_slug,
            "offer_id": offer_of(database, offered).id,
            "view_id": save_view(
                session, edition_id=edition_id, name="Waiting", query="state=submitted", deed=Deed(None, now())
            ),
            "pool_id": make_pool(
                session,
                edition_id=edition_id,
                name={"en": "Room"},
                trait="language",
                value="fr",
                capacity=3,
                deed=Deed(None, now()),
            ),
            "person_id": colleague,
            "role_id": role.id,
            **_reviewed(session, edition_id, waiting.application_id, colleague),
        }


def _given(session: Session, edition_id: UUID, application_id: UUID) -> UUID:
    file = AnswerFile(
        id=uuid4(),
        edition_id=edition_id,
        form_id=session.scalars(select(Form.id).where(Form.edition_id == edition_id).limit(1)).one(),
        field="cv",
        application_id=application_id,
        name="cv.pdf",
        sha256="0" * 64,
        size=1,
        media_type="application/pdf",
        came_at=now(),
        seen_at=now(),
    )
    session.add(file)
    return file.id


def _reviewed(session: Session, edition_id: UUID, application_id: UUID, person_id: UUID) -> dict[str, Any]:
    deed = Deed(UUID(int=7), now())
    key = new_id().hex[-8:]
    criterion = {"key": key, "weight": 1.0, "best": 5, "name": {"en": "Need"}, "anchors": {}}
    write_rubric(session, edition_id=edition_id, criteria=[criterion], reviews_each=1, deed=deed)
    add_reviewer(session, edition_id=edition_id, person_id=person_id, languages=[], deed=deed)
    assign_reviews(session, edition_id=edition_id, deed=deed)
    return {
        "criterion": key,
        "reviewer_id": session.scalars(select(Reviewer.id).where(Reviewer.edition_id == edition_id)).one(),
        "review_id": session.scalars(select(Review.id).where(Review.application_id == application_id)).one(),
        "scenario_id": make_scenario(session, edition_id=edition_id, name="By points", places=1, deed=deed),
    }


def _shelved(database: Database, folder: Path, edition_id: UUID, side: Side) -> dict[str, Any]:
    reader = reader_in(database, folder, edition_id=edition_id, slug=f"reader-{side}", content=f"{side}\n".encode())
    with database.transaction() as session:
        chapter = Chapter(
            id=new_id(), release_id=reader.release_id, number=1, titles={"en": "One"}, authors=[], pages={}
        )
        session.add(chapter)
        chapter_id = chapter.id
        making_id = session.scalars(select(Making.id).where(Making.rendition_id == reader.rendition_id)).one()
        arrival = Arrival(id=new_id(), release_id=reader.release_id, sha256=reader.sha256, name="a file", format="text")
        session.add(arrival)
        arrival_id = arrival.id
    return {
        "slug": f"reader-{side}",
        "language": "en",
        "number": 1,
        "arrival_id": arrival_id,
        "chapter_id": chapter_id,
        "making_id": making_id,
        "release_id": reader.release_id,
        "rendition_id": reader.rendition_id,
        "shelf_id": reader.shelf_id,
    }


def _mailed(database: Database, edition_id: UUID, person_id: UUID) -> dict[str, Any]:
    """Write an offer's mail that did not arrive."""
    delivery = Delivery(
        id=new_id(),
        person_id=person_id,
        edition_id=edition_id,
        kind="offer_made",
        idempotency_key=f"offer_made:{edition_id}",
        address="gone@example.org",
        addressee="Gone",
        locale="en",
        fields={},
        state="failed",
    )
    reference = f"room-{edition_id}"
    written = Delivery(
        id=new_id(),
        person_id=person_id,
        edition_id=edition_id,
        kind=WRITTEN,
        idempotency_key=f"{WRITTEN}:{uuid5(edition_id, reference)}",
        address="there@example.org",
        addressee="There",
        locale="en",
        fields={},
    )
    with database.transaction() as session:
        session.add_all([delivery, written])
        session.flush()  # the task is about it
        open_tasks(session, delivery_ids=[delivery.id])
        task = session.execute(select(Unreached.id).where(Unreached.delivery_id == delivery.id)).scalar_one()
    deed = Deed(UUID(int=7), now())
    with database.transaction() as session:
        hook = add_webhook(session, edition_id=edition_id, url="https://hooks.example.org/", allowed=(), deed=deed)
    named = {"delivery_id": delivery.id, "unreached_id": task, "webhook_id": hook.id}
    return {**named, "reference": reference}


def _campaign(database: Database, edition_id: UUID, topic_id: UUID) -> UUID:
    with database.transaction() as session:
        campaign = create_campaign(
            session, edition_id=edition_id, topic_id=topic_id, name="The Reader", deed=Deed(UUID(int=7), now())
        )
        session.flush()  # the text belongs to the campaign
        text = CampaignText(campaign_id=campaign.id, locale="en", subject="Read it", preheader="", body="Read it.")
        session.add(text)
        return campaign.id
