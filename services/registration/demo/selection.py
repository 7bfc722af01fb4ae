"""The demo's edition in selection: five reviewers at work, two scenarios, a first batch known, a reserve list."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registration.actions.decisions import propose_decisions
from services.registration.actions.offers import accept_offer, decline_offer
from services.registration.actions.reserves import promote_reserve
from services.registration.actions.reviews import add_reviewer, assign_reviews, keep_scores, recuse, write_rubric
from services.registration.actions.scenarios import add_rule, change_scenario, make_scenario
from services.registration.demo.applicants import SEED, applicants
from services.registration.demo.histories import COUNT, DRAFTS, apply_as, forget_past_mails, release_proposed
from services.registration.queries.rankings import RankLine, ranked
from services.registration.queries.reserves import reserve_list
from services.registration.queries.reviews import my_queue
from services.registration.rules.decisions import Outcome
from shared.deeds import Deed
from shared.schema.registration import Edition, Offer

PEOPLE: Final = 120
EACH: Final = 2
FIRST: Final[dict[Outcome, int]] = {"accept": 18, "reserve": 8, "decline": 6}
WORDS: Final = {
    "ar": "خطة مقنعة، ويعرف ما يريد.",
    "en": "A plan that convinces; knows what to ask.",
    "es": "Un plan convincente; sabe lo que busca.",
    "fr": "Un projet convaincant, des questions précises.",
    "pt": "Um plano que convence; sabe o que procura.",
}


def tell_selection(
    session: Session, *, edition: Edition, staff: dict[str, UUID], readers: dict[str, UUID], now: datetime
) -> None:
    """Let people apply until the deadline, reviewers read, and the organiser make a first batch known.

    The five reviewers are the two of the staff who may review and the three of this edition. They are at different
    progress: some have handed in everything, the reviewer of the staff has half of it before her.
    """
    chance = random.Random(SEED + 1)  # noqa: S311 - plausible, not secret
    organiser = staff["organiser"]
    applied = {}
    for one in applicants(COUNT + DRAFTS + PEOPLE)[-PEOPLE:]:
        at = edition.closes_at - timedelta(minutes=round(60 * 24 * 40 * (1 - chance.random() ** 0.5)) + 5)
        application_id, _person = apply_as(session, edition, one, at=at, now=now)
        applied[application_id] = chance.gauss(3.2, 0.9)
    began = Deed(organiser, now - timedelta(days=26))
    criteria = json.loads((Path(__file__).parent / "criteria.json").read_text(encoding="utf-8"))
    write_rubric(session, edition_id=edition.id, criteria=criteria, reviews_each=EACH, deed=began)
    # (who, the languages she reads, the share she has handed in, how much milder than the others)
    work = (
        (organiser, ["en", "fr", "es"], 1.0, 0.0),
        (staff["reviewer"], ["pt", "es", "en", "fr"], 0.5, 0.5),
        (readers["ar"], ["ar", "fr", "en"], 1.0, -0.7),
        (readers["en"], ["en", "ar", "pt"], 0.85, 0.3),
        (readers["es"], ["es", "pt", "fr", "en"], 0.7, 0.0),
    )
    for person_id, languages, _share, _mild in work:
        add_reviewer(session, edition_id=edition.id, person_id=person_id, languages=languages, deed=began)
    assign_reviews(session, edition_id=edition.id, deed=began)
    for person_id, languages, share, mild in work:
        _read(
            session,
            edition,
            person_id,
            merits={one: merit + mild for one, merit in applied.items()},
            words=WORDS[languages[0]],
            chance=chance,
            share=share,
            now=now,
        )
    _give_back(session, edition, staff["reviewer"], now=now)
    _first_batch(session, edition, staff, chance, now=now)
    _weigh(session, edition, organiser, now=now)
    forget_past_mails(session, edition)


def _read(
    session: Session,
    edition: Edition,
    person_id: UUID,
    *,
    merits: dict[UUID, float],
    words: str,
    chance: random.Random,
    share: float,
    now: datetime,
) -> None:
    """Let a reviewer hand in the first ``share`` of what she has: what each is worth to her, and a little chance."""
    queue = my_queue(session, edition_id=edition.id, person_id=person_id)
    for one in queue[: round(len(queue) * share)]:
        level = merits[one.application_id] + chance.gauss(0, 0.4)
        if chance.random() < 0.04:  # noqa: PLR2004 - now and then two people see something else
            level = 6 - level
        scores = {key: min(5, max(1, round(level + chance.gauss(0, 0.5)))) for key in ("practice", "purpose", "reach")}
        keep_scores(
            session,
            edition_id=edition.id,
            review_id=one.id,
            scores=scores,
            recommendation="accept" if level > 3.5 else "reserve" if level > 2.5 else "decline",  # noqa: PLR2004 - levels
            comment=words if level > 4 else "",  # noqa: PLR2004 - the best get a word
            deed=Deed(person_id, now - timedelta(days=24) + timedelta(minutes=chance.randrange(60 * 24 * 10))),
            hand_in=True,
        )


def _give_back(session: Session, edition: Edition, person_id: UUID, *, now: datetime) -> None:
    waiting = [one for one in my_queue(session, edition_id=edition.id, person_id=person_id) if one.state == "assigned"]
    recuse(
        session,
        edition_id=edition.id,
        review_id=waiting[0].id,
        why="We worked in the same organisation. (made up)",
        deed=Deed(person_id, now - timedelta(days=12)),
    )


def _first_batch(
    session: Session, edition: Edition, staff: dict[str, UUID], chance: random.Random, *, now: datetime
) -> None:
    """Decide on the first of those whom two have read, make it known, and let some of them answer."""
    lines = [
        one for one in ranked(session, edition_id=edition.id, formula="normalised") if one.standing and not one.waiting
    ]
    accept, reserve, decline = FIRST["accept"], FIRST["reserve"], FIRST["decline"]
    chosen = {
        "accept": lines[:accept], "reserve": lines[accept : accept + reserve], "decline": lines[-decline:],
    }  # fmt: skip
    for outcome in FIRST:
        propose_decisions(
            session,
            edition_id=edition.id,
            application_ids=_ids(chosen[outcome]),
            outcome=outcome,
            note="",
            deed=Deed(staff["reviewer"], now - timedelta(days=9)),
        )
    release_proposed(session, edition, staff, at=now - timedelta(days=8))
    offers = session.execute(
        select(Offer.id, Offer.person_id).where(Offer.application_id.in_(_ids(chosen["accept"]))).order_by(Offer.id)
    ).all()
    for number, (offer_id, person_id) in enumerate(offers[:12]):
        answered = accept_offer if number < 10 else decline_offer  # noqa: PLR2004 - ten accept, two decline
        moment = now - timedelta(days=7) + timedelta(minutes=chance.randrange(60 * 24 * 6))
        answered(session, offer_id=offer_id, deed=Deed(person_id, moment))
    promote_reserve(
        session,
        edition_id=edition.id,
        application_id=reserve_list(session, edition_id=edition.id)[0].application_id,
        deed=Deed(staff["organiser"], now - timedelta(days=1)),
    )


def _ids(lines: Iterable[RankLine]) -> list[UUID]:
    return [one.application_id for one in lines]


def _weigh(session: Session, edition: Edition, organiser: UUID, *, now: datetime) -> None:
    """Keep two scenarios for the places that are left: by points alone, and with regions and languages in balance."""
    deed = Deed(organiser, now - timedelta(days=2))
    left = edition.capacity - FIRST["accept"]
    make_scenario(session, edition_id=edition.id, name="Points alone", places=left, deed=deed)
    balanced = make_scenario(session, edition_id=edition.id, name="In balance", places=left, deed=deed)
    change_scenario(
        session,
        edition_id=edition.id,
        scenario_id=balanced,
        name="In balance",
        places=left,
        formula="normalised",
        deed=deed,
    )
    for trait, value, floor, ceiling in (
        ("region", "002", 0, 8),
        ("region", "019", 5, None),
        ("language", "ar", 3, None),
        ("fellowship", "yes", 0, 12),
    ):
        add_rule(
            session,
            edition_id=edition.id,
            scenario_id=balanced,
            trait=trait,
            value=value,
            floor=floor,
            ceiling=ceiling,
            deed=deed,
        )
