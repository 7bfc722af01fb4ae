"""Making of an upload what people read: its pages, a light version, its chapters. A step at a time.

The steps run inside a reaction's transaction. What they leave in the store is named by its content, so that a step
that is rolled back and done again leaves the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.materials.actions.books import keep_book
from services.materials.actions.made import keep_light, keep_pages, keep_parts, keep_text
from services.materials.gateways.workshop import Spoiled, Workshop
from services.materials.rules.makings import MAKING, Trouble
from shared.deeds import Deed
from shared.facts.materials import MakingContinued
from shared.history import begin, move
from shared.schema.materials.files import Rendition
from shared.schema.materials.making import Making
from shared.schema.materials.publications import Translation
from shared.store import Store
from shared.telling import record

_TAKEN_APART: Final = frozenset({"pdf", "text"})


def ask_for_making(session: Session, *, rendition: Rendition, edition_id: UUID | None, deed: Deed) -> None:
    """Let the machine work on what was uploaded; what it made of other bytes in this place is gone."""
    if rendition.format not in _TAKEN_APART:
        return
    there = session.scalar(select(Making).where(Making.rendition_id == rendition.id))
    if there is not None and there.sha256 == rendition.sha256 and there.state != "failed":
        return
    session.execute(delete(Rendition).where(Rendition.made_from == rendition.id))
    session.execute(delete(Making).where(Making.rendition_id == rendition.id))
    row = {"rendition_id": rendition.id, "sha256": rendition.sha256, "edition_id": edition_id}
    begin(session, MAKING, "waiting", deed, [row])


def ask_again(session: Session, *, making_id: UUID, deed: Deed) -> None:
    """Try once more what could not be done, from the beginning."""
    move(session, MAKING, [making_id], "waiting", deed, step="pages", pages_done=0, letters=0, trouble=None)


def ask_for_parts(session: Session, *, release_id: UUID, deed: Deed) -> None:
    """Cut the chapters of a release out of its whole files, where they are not cut yet."""
    done = (
        select(Making.id)
        .join(Rendition, Rendition.id == Making.rendition_id)
        .join(Translation, Translation.id == Rendition.translation_id)
        .where(Translation.release_id == release_id, Rendition.chapter_id.is_(None), Rendition.format == "pdf")
        .where(Making.state == "made")
    )
    move(session, MAKING, session.scalars(done).all(), "waiting", deed, step="parts", trouble=None)


def go_on(session: Session, store: Store, workshop: Workshop, *, making_id: UUID, now: datetime) -> None:
    """Do the next step of the work; nothing when its file is gone. What cannot be done ends it, and says why."""
    making = session.get(Making, making_id, with_for_update=True)
    if making is None or making.state not in {"waiting", "making"}:
        return
    deed = Deed(None, now)
    if making.state == "waiting":
        move(session, MAKING, [making_id], "making", deed, changed_at=now)
        session.refresh(making)
    rendition = session.get_one(Rendition, making.rendition_id)
    try:
        _do(session, store, workshop, making, rendition, now=now)
    except Spoiled as spoiled:
        _end(session, making, spoiled.trouble, deed)
        return
    making.changed_at = now
    session.flush()  # the move below writes the same row
    if making.step == "done":
        move(session, MAKING, [making_id], "made", deed)
    else:
        record(session, MakingContinued(making_id=making_id), deed)


def _end(session: Session, making: Making, trouble: Trouble, deed: Deed) -> None:
    """Keep what was made before: pages that can be read are made, whatever stood in the way of the rest."""
    readable = making.step != "pages"
    move(
        session,
        MAKING,
        [making.id],
        "made" if readable else "failed",
        deed,
        trouble=trouble,
        step="done" if readable else "pages",
        changed_at=deed.at,
    )


def _do(
    session: Session, store: Store, workshop: Workshop, making: Making, rendition: Rendition, *, now: datetime
) -> None:
    with store.at_hand(rendition.sha256) as source:
        if making.step == "pages":
            with workshop.step("pages", source, first=making.pages_done + 1) as piece:
                keep_pages(session, store, making, rendition, piece, now=now)
            if making.pages_done >= (making.pages or 0):
                whole = rendition.format == "pdf" and rendition.chapter_id is None
                making.step = "light" if whole else "done"
        elif making.step == "light":
            keep_text(session, store, making, rendition, now=now)
            with workshop.step("light", source) as piece:
                keep_light(session, store, rendition, piece, now=now)
            making.step = "parts"
        else:
            keep_book(session, store, making, rendition, now=now)
            keep_parts(session, store, workshop, rendition, source, now=now)
            making.step = "done"
