"""Files in answer to questions: taken in, claimed by an application, swept when nobody has them any more.

Bytes lie in the store under their SHA-256, in a room of their own; several files may share them. Whoever keeps or drops
the bytes of a hash holds a lock on it until the commit, so that none vanish that were just kept again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import BinaryIO, Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from services.registration.actions.option_places import take_options
from services.registration.rules.forms.compiled import Answers
from services.registration.rules.forms.fields.files import File
from services.registration.rules.forms.file_kinds import FileGone, FileUnfit, media_type_of
from shared.pruning import Prune
from shared.schema.registration import AnswerFile, Form
from shared.store import FileEmpty, Store, pieces_of
from shared.words.cleaning import clean_line

ROOM: Final = "answers"
"""Where in the store they lie."""
UNCLAIMED_LASTS: Final = timedelta(days=30)
"""As long as a half-filled form is kept after its last change."""
LONGEST_NAME: Final = 200
Scan = Callable[[BinaryIO], None]
"""Reads a file to its end; refuses one that is harmful, and all of them while it cannot tell."""


class Came(NamedTuple):
    """A file as it came: what the sender's device calls it, and its bytes."""

    name: str
    file: BinaryIO


def take_file(
    session: Session,
    store: Store,
    *,
    form_id: UUID,
    edition_id: UUID,
    field: File,
    came: Came,
    scan: Scan,
    now: datetime,
) -> AnswerFile:
    """Keep a file that came for a question, and nobody's yet; return it.

    Refuses with :class:`FileEmpty`, :class:`FileTooLarge`, :class:`FileUnfit`, and as ``scan`` does; nothing stays.
    """
    kinds: list[str] = []

    def check(written: BinaryIO) -> None:
        if not written.read(1):
            raise FileEmpty
        kind = media_type_of(written)
        if kind is None or not field.takes(kind):
            raise FileUnfit
        written.seek(0)
        scan(written)
        kinds.append(kind)

    file = came.file
    file.seek(0)
    kept = store.keep(pieces_of(file), limit=field.limit, modified_at=now, check=check)
    _hold(session, kept.sha256)
    if store.size(kept.sha256) is None:  # the last who had these bytes let them go in the meantime
        file.seek(0)
        store.keep(pieces_of(file), limit=field.limit, modified_at=now)
    row = AnswerFile(
        id=uuid4(),
        edition_id=edition_id,
        form_id=form_id,
        field=field.key,
        name=clean_line(came.name.replace("\\", "/").rpartition("/")[2], most=LONGEST_NAME) or field.key,
        sha256=kept.sha256,
        size=kept.size,
        media_type=kinds[0],
        came_at=now,
        seen_at=now,
    )
    session.add(row)
    return row


def claim_files(
    session: Session, *, form_id: UUID, application_id: UUID, files: Collection[tuple[str, str]], now: datetime
) -> None:
    """Let an application have these ``(field, file)`` as its answers to a form, in place of those that it had.

    Refuses with :class:`FileGone`, which names the fields, where one is another's or was swept.
    """
    wanted = {UUID(file): field for field, file in files}
    free = or_(AnswerFile.application_id.is_(None), AnswerFile.application_id == application_id)
    had = session.scalars(
        update(AnswerFile)
        .where(AnswerFile.id.in_(wanted), AnswerFile.form_id == form_id, free)
        .values(application_id=application_id, replaced_at=None, seen_at=now)
        .returning(AnswerFile.id)
        .execution_options(synchronize_session=False)
    ).all()
    if lost := wanted.keys() - set(had):
        raise FileGone(errors={wanted[one]: FileGone.title for one in lost})
    session.execute(
        update(AnswerFile)
        .where(AnswerFile.application_id == application_id, AnswerFile.form_id == form_id)
        .where(AnswerFile.id.not_in(wanted), AnswerFile.replaced_at.is_(None))
        .values(replaced_at=now)
        .execution_options(synchronize_session=False)
    )


def claim_for_application(
    session: Session, *, edition_id: UUID, application_id: UUID, files: Collection[tuple[str, str]], now: datetime
) -> None:
    """Let an application have its files, as :func:`claim_files` does for the form with which people apply."""
    statement = select(Form.id).where(Form.edition_id == edition_id, Form.purpose == "application")
    form_id = session.execute(statement).scalar()
    if form_id is not None:
        claim_files(session, form_id=form_id, application_id=application_id, files=files, now=now)


def take_holdings(session: Session, *, edition_id: UUID, application_id: UUID, answers: Answers, now: datetime) -> None:
    """Give an application what it holds beside its row: places of options, and files."""
    take_options(session, edition_id=edition_id, application_id=application_id, answers=answers)
    if answers.files:
        claim_for_application(
            session, edition_id=edition_id, application_id=application_id, files=answers.files, now=now
        )


def let_files_go(session: Session, application_id: UUID) -> None:
    """Make the files of a draft nobody's again, for the one that takes its place."""
    session.execute(
        update(AnswerFile)
        .where(AnswerFile.application_id == application_id)
        .values(application_id=None)
        .execution_options(synchronize_session=False)
    )


def see_files(session: Session, *, ids: Collection[UUID], now: datetime) -> None:
    """Note that a half-filled form names these files, so that they last as long as it does."""
    session.execute(
        update(AnswerFile)
        .where(AnswerFile.id.in_(ids), AnswerFile.application_id.is_(None))
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def file_prune(store: Store) -> Prune:
    """Return what sweeps files of ``store`` that were replaced, or that nobody claimed, with bytes nobody else has."""

    def prune_answer_files(session: Session, *, now: datetime, limit: int) -> int:
        forgotten = and_(AnswerFile.application_id.is_(None), AnswerFile.seen_at < now - UNCLAIMED_LASTS)
        due = or_(AnswerFile.replaced_at.is_not(None), forgotten)
        rows = session.scalars(select(AnswerFile).where(due).limit(limit).with_for_update(skip_locked=True)).all()
        hashes = sorted({row.sha256 for row in rows})
        for row in rows:
            session.delete(row)
        session.flush()  # so that only those are counted that stay
        for sha256 in hashes:
            _hold(session, sha256)
            if session.scalar(select(func.count()).where(AnswerFile.sha256 == sha256)) == 0:
                store.drop(sha256)  # before the commit: should that fail, the rows are due again
        return len(rows)

    return prune_answer_files


def _hold(session: Session, sha256: str) -> None:
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(sha256, 0))))
