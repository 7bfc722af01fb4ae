"""The maker at work in a test: what waits is made, by the real child."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from services.materials.gateways.workshop import Bounds, Workshop
from services.materials.rounds.making import maker
from shared.clock import now
from shared.outbox import drain
from shared.schema.materials.files import Rendition
from shared.schema.materials.making import Making
from shared.store import store_at

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from shared.database import Database


def make(database: Database, folder: Path, *, bounds: Bounds | None = None) -> None:
    """Do everything that waits for the maker."""
    done = drain(database, maker(store_at(folder.as_uri()), Workshop(bounds)), seconds=100, now=now)
    assert done.failed == 0


def making_of(database: Database, rendition_id: UUID) -> Making:
    with database.reading() as session:
        return session.scalars(select(Making).where(Making.rendition_id == rendition_id)).one()


def made_of(database: Database, rendition_id: UUID) -> dict[str, Rendition]:
    """Return what the machine made of an upload, by format; chapters as ``chapter <file name>``."""
    with database.reading() as session:
        rows = session.scalars(select(Rendition).where(Rendition.made_from == rendition_id))
        return {f"chapter {one.filename}" if one.chapter_id else one.format: one for one in rows}
