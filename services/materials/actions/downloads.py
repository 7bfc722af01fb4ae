"""Counting who fetched what."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, DateTime, and_, bindparam, case, func, literal_column, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.materials.rules.downloads import DOUBLE_CLICK
from shared.deeds import Deed
from shared.facts.materials import DownloadStarted
from shared.outbox import record
from shared.schema.materials.files import Download

_ROW: Final = insert(Download).values(
    {name: bindparam(name) for name in ("person_id", "rendition_id", "sha256", "first_at", "last_at", "whole")}
)
# PostgreSQL leaves xmax at 0 on a row that was inserted, not updated. Made once, since every download runs it.
_COUNT: Final[Any] = _ROW.on_conflict_do_update(
    index_elements=[Download.person_id, Download.rendition_id],
    set_={
        "times": Download.times
        + case((and_(_ROW.excluded.whole, _ROW.excluded.last_at - Download.last_at > DOUBLE_CLICK), 1), else_=0),
        "last_at": func.greatest(Download.last_at, _ROW.excluded.last_at),
        "whole": or_(_ROW.excluded.whole, and_(Download.whole, Download.sha256 == _ROW.excluded.sha256)),
        "sha256": _ROW.excluded.sha256,
    },
).returning(literal_column("(xmax = 0)"))


_WHOLE: Final = bindparam("is_whole", type_=Boolean)
_AT: Final = bindparam("at", type_=DateTime(timezone=True))
_AGAIN: Final[Any] = (
    update(Download)
    .where(Download.person_id == bindparam("who"), Download.rendition_id == bindparam("what"))
    .values(
        times=Download.times
        + case(
            (and_(_WHOLE, bindparam("at", type_=DateTime(timezone=True)) - Download.last_at > DOUBLE_CLICK), 1), else_=0
        ),
        last_at=func.greatest(Download.last_at, bindparam("at", type_=DateTime(timezone=True))),
        whole=or_(_WHOLE, and_(Download.whole, Download.sha256 == bindparam("hash"))),
        sha256=bindparam("hash"),
    )
)


def count_again(
    session: Session, *, person_id: UUID, rendition_id: UUID, sha256: str, now: datetime, whole: bool = True
) -> bool:
    """Count as :func:`count_download`, in a single statement, what the person has had before; say whether it was."""
    asked = {"who": person_id, "what": rendition_id, "hash": sha256, "at": now, "is_whole": whole}
    return bool(session.connection().execute(_AGAIN, asked).rowcount)


def count_download(
    session: Session,
    *,
    person_id: UUID,
    rendition_id: UUID,
    publication_id: UUID,
    edition_id: UUID | None,
    sha256: str,
    now: datetime,
    whole: bool = True,
) -> bool:
    """Note that the end of a file is on its way to the person; return whether it was the person's first time.

    ``whole``: all of it, from the first byte. The first time is a fact. Later ones raise the count when the whole was
    asked for, since the end alone is the rest of something begun; not within a double click, whose window slides.
    Requests that arrive together are one.
    """
    row = {
        "person_id": person_id,
        "rendition_id": rendition_id,
        "sha256": sha256,
        "first_at": now,
        "last_at": now,
        "whole": whole,
    }
    is_first = bool(session.connection().execute(_COUNT, row).scalar())
    if is_first:
        fact = DownloadStarted(
            rendition_id=rendition_id, publication_id=publication_id, person_id=person_id, edition_id=edition_id
        )
        record(session, fact, Deed(person_id, now))
    return is_first
