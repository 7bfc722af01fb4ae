from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.registration.actions.forms import ensure_application_form
from services.registration.errors import EditionIncomplete, EditionSlugTaken
from services.registration.rules.editions import EDITION, moved
from shared.editions import EditionUnknown
from shared.facts.registration import EditionDuplicated, PlacesChanged
from shared.history import Deed, begun, move, note
from shared.outbox import record
from shared.schema.base import new_id
from shared.schema.outbox.entries import FactRow
from shared.schema.registration import Edition
from shared.versions import require_version, version_of

COPIED: Final = (
    "name",
    "summary",
    "description",
    "place",
    "venue",
    "time_zone",
    "languages",
    "capacity",
    "over_offer",
    "offer_days",
    "remind_days",
    "second_releaser",
    "promotes_itself",
    "tells_reserve_place",
    "accent",
    "contact",
)
"""What an edition made from another one takes along as it is."""


def create_edition(session: Session, *, slug: str, values: Mapping[str, Any], deed: Deed) -> UUID:
    """Create an edition that nobody outside the desk sees yet, with its first form; return its id.

    Refuses a slug that another one has.
    Sent twice it is created once: what stands there by the same person, unchanged and in the same words, is answered.
    """
    row = {"id": new_id(), "slug": slug, "created_at": deed.at, "updated_at": deed.at, **values}
    made = session.execute(
        insert(Edition).values(row).on_conflict_do_nothing(constraint="uq_edition_slug").returning(Edition.id)
    ).scalar()
    if made is None and (same := _just_created(session, slug=slug, values=values, deed=deed)) is not None:
        return same
    if made is None:
        raise EditionSlugTaken(errors={"slug": EditionSlugTaken.title})
    begun(session, EDITION, "unpublished", deed, [row])
    ensure_application_form(session, edition_id=made, deed=deed)
    return made


def duplicate_edition(
    session: Session, *, edition_id: UUID, slug: str, starts_on: date, changes: Mapping[str, Any], deed: Deed
) -> UUID:
    """Create an edition from another one, with every date and deadline as many days later; return its id.

    Texts, places and rules come along, ``changes`` says what is otherwise; people, decisions and mail stay where they
    are. Nobody outside the desk sees it yet. Refuses a slug that another edition has.
    """
    old = session.execute(select(Edition).where(Edition.id == edition_id)).scalar()
    if old is None:
        raise EditionUnknown
    values = {name: getattr(old, name) for name in COPIED} | dict(changes)
    days = (starts_on - old.starts_on).days
    zone = values["time_zone"]
    dates = {
        "starts_on": starts_on,
        "ends_on": old.ends_on + timedelta(days=days),
        "heard_by": old.heard_by + timedelta(days=days) if old.heard_by else None,
        "opens_at": moved(old.opens_at, days=days, time_zone=zone),
        "closes_at": moved(old.closes_at, days=days, time_zone=zone),
    }
    made = create_edition(session, slug=slug, values={**values, **dates}, deed=deed)
    record(session, EditionDuplicated(edition_id=made, from_edition_id=edition_id, days=days), deed)
    return made


def update_edition(
    session: Session, *, edition_id: UUID, values: Mapping[str, Any], deed: Deed, seen: str = ""
) -> None:
    """Change an edition; its address stays, since links to it are out in the world.

    Refuses with :class:`ChangedMeanwhile` when it is not the version ``seen`` any more and holds other values.
    """
    edition = _locked(session, edition_id)
    if all(getattr(edition, name) == value for name, value in values.items()):
        return
    require_version(seen, version_of(edition.updated_at))
    giving = {name: getattr(edition, name) for name in ("capacity", "over_offer", "promotes_itself")}
    session.execute(
        update(Edition)
        .where(Edition.id == edition_id)
        .values(**values, updated_at=deed.at)
        .execution_options(synchronize_session=False)
    )
    note(session, EDITION.noun, edition_id, deed, what="edited", edition_id=edition_id)
    if any(values.get(name, before) != before for name, before in giving.items()):
        record(session, PlacesChanged(edition_id=edition_id), deed)


def publish_edition(session: Session, *, edition_id: UUID, deed: Deed) -> None:
    """Show an edition to everybody; it needs a name and a summary. Publishing twice keeps the first moment."""
    edition = _locked(session, edition_id)
    if not edition.name or not edition.summary:
        raise EditionIncomplete
    if edition.published_at is None:
        move(session, EDITION, [edition_id], "published", deed, updated_at=deed.at)


def unpublish_edition(session: Session, *, edition_id: UUID, deed: Deed) -> None:
    """Take an edition from public view; applications stay. Doing so twice changes nothing."""
    if _locked(session, edition_id).published_at is not None:
        move(session, EDITION, [edition_id], "unpublished", deed, updated_at=deed.at)


def _just_created(session: Session, *, slug: str, values: Mapping[str, Any], deed: Deed) -> UUID | None:
    edition = session.execute(select(Edition).where(Edition.slug == slug)).scalar_one()
    said = {name: getattr(edition, name) for name in values}
    by = session.scalar(select(FactRow.by).where(FactRow.subject_id == edition.id, FactRow.before.is_(None)))
    return edition.id if said == dict(values) and by == deed.by and by is not None else None


def _locked(session: Session, edition_id: UUID) -> Edition:
    edition = session.execute(select(Edition).where(Edition.id == edition_id).with_for_update()).scalar()
    if edition is None:
        raise EditionUnknown
    return edition
