"""An edition under review: applications, criteria, reviewers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from services.registration.actions.reviews import add_reviewer, assign_reviews, keep_scores, write_rubric
from services.registration.queries.reviews import my_queue
from shared.deeds import Deed
from tests.support.registration import DESK, NOW, apply, make_open_edition
from tests.support.web import person_called

if TYPE_CHECKING:
    from shared.database import Database

SLUG = "spring-2026"
CRITERIA: list[dict[str, Any]] = [
    {"key": "need", "weight": 2.0, "best": 5, "name": {"en": "Need"}, "anchors": {}},
    {"key": "plan", "weight": 1.0, "best": 5, "name": {"en": "Plan"}, "anchors": {"en": "1 none, 5 worked out"}},
]


class House(NamedTuple):
    """An edition with six applications and three reviewers, nothing shared out."""

    database: Database
    edition_id: UUID
    applications: list[UUID]
    reviewers: list[UUID]

    def share_out(self) -> None:
        """Give every application its readers."""
        with self.database.transaction() as session:
            assign_reviews(session, edition_id=self.edition_id, deed=Deed(DESK, NOW))

    def in_hand(self, reviewer: UUID) -> list[UUID]:
        """Return the reviews that wait for somebody."""
        with self.database.reading() as session:
            queue = my_queue(session, edition_id=self.edition_id, person_id=reviewer)
        return [one.id for one in queue if one.state == "assigned"]

    def score(self, reviewer: UUID, review: UUID, *, hand_in: bool = True, **scores: int) -> None:
        """Keep scores, and hand them in."""
        with self.database.transaction() as session:
            keep_scores(
                session, edition_id=self.edition_id, review_id=review, scores=scores, recommendation="accept",
                comment=f"Words of {reviewer}", deed=Deed(reviewer, NOW), hand_in=hand_in,
            )  # fmt: skip


def house_under_review(registration_database: Database) -> House:
    """Make the house."""
    edition_id = make_open_edition(registration_database, opens_at=NOW - timedelta(days=1))
    applications = [
        apply(registration_database, edition_id, email=f"{n}@example.org", name=f"Applicant {n}").application_id
        for n in range(6)
    ]
    reviewers = [person_called(registration_database, f"Reader {n}", roles=["reviewer"]) for n in range(3)]
    with registration_database.transaction() as session:
        write_rubric(session, edition_id=edition_id, criteria=CRITERIA, reviews_each=2, deed=Deed(DESK, NOW))
        for one in reviewers:
            add_reviewer(session, edition_id=edition_id, person_id=one, languages=[], deed=Deed(DESK, NOW))
    return House(registration_database, edition_id, applications, reviewers)
