"""Files that were given in answer: whose they are, and who may read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.fields.base import CameBefore
from services.registration.rules.forms.file_kinds import FileUnknown
from shared.schema.registration import AnswerFile, Application

_FILE: Final = select(AnswerFile).where(AnswerFile.replaced_at.is_(None))


def files_named(
    session: Session, *, form_id: UUID, ids: Collection[UUID], application_id: UUID | None = None
) -> dict[str, CameBefore]:
    """Return those of ``ids`` that may be answers to a form: nobody's yet, or those of ``application_id``."""
    whose: ColumnElement[bool] = AnswerFile.application_id.is_(None)
    if application_id is not None:
        whose = or_(whose, AnswerFile.application_id == application_id)
    found = session.scalars(_FILE.where(AnswerFile.id.in_(ids), AnswerFile.form_id == form_id, whose))
    return {str(one.id): CameBefore(one.field, one.name, one.size, one.media_type) for one in found}


def my_file(session: Session, *, file_id: UUID, person_id: UUID) -> AnswerFile:
    """Return a file of one of the person's own applications; refuses with :class:`FileUnknown`."""
    mine = _FILE.join(Application, Application.id == AnswerFile.application_id).where(
        AnswerFile.id == file_id, Application.person_id == person_id
    )
    return _found(session.scalars(mine).first())


def file_of_edition(session: Session, *, file_id: UUID, edition_id: UUID) -> AnswerFile:
    """Return a file that an application of this edition holds; refuses with :class:`FileUnknown`."""
    held = _FILE.where(
        AnswerFile.id == file_id, AnswerFile.edition_id == edition_id, AnswerFile.application_id.is_not(None)
    )
    return _found(session.scalars(held).first())


def _found(file: AnswerFile | None) -> AnswerFile:
    if file is None:
        raise FileUnknown
    return file


def files_in(
    session: Session,
    form: CompiledForm,
    raw: Mapping[str, object],
    *,
    form_id: UUID,
    application_id: UUID | None = None,
) -> Mapping[str, CameBefore]:
    """Return the files that ``raw`` answers to a form name, as :func:`files_named` does."""
    ids = {found for key in form.file_fields if (found := _id(raw.get(key))) is not None}
    return files_named(session, form_id=form_id, ids=ids, application_id=application_id) if ids else {}


def _id(raw: object) -> UUID | None:
    try:
        return UUID(raw) if isinstance(raw, str) and raw else None
    except ValueError:
        return None
