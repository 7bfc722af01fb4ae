"""Forms of editions. A version is parsed and compiled once in a process: it never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, false, func, or_, select
from sqlalchemy.orm import Session

from services.registration.errors import FormUnknown
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.definitions import Definition
from services.registration.rules.forms.library import standard_form
from shared.schema.registration import Application, Form, FormEdit, FormVersion, TakenOption

MOST_COMPILED: Final = 500
_compiled: Final[dict[tuple[UUID, int], CompiledForm]] = {}


@dataclass(frozen=True)
class FormInUse:
    """The version of an edition's form that people fill in now."""

    form_id: UUID | None
    """None for the ten questions that an edition asks before it has a form of its own."""
    form: CompiledForm


def version_of_form(session: Session, *, form_id: UUID, number: int) -> CompiledForm:
    """Return one published version, ready to read; refuses with :class:`FormUnknown`."""
    known = _compiled.get((form_id, number))
    if known is not None:
        return known
    definition = session.execute(
        select(FormVersion.definition).where(FormVersion.form_id == form_id, FormVersion.number == number)
    ).scalar()
    if definition is None:
        raise FormUnknown
    if len(_compiled) >= MOST_COMPILED:
        _compiled.clear()
    made = _compiled[form_id, number] = CompiledForm(Definition.model_validate(definition), number)
    return made


_IN_USE: Final = select(Form.id, Form.published).where(
    Form.edition_id == bindparam("edition_id"), Form.purpose == "application"
)


def application_form(session: Session, edition_id: UUID, *, number: int | None = None) -> FormInUse:
    """Return the form with which people apply to an edition: the published version, or the one of this number."""
    row = session.connection().execute(_IN_USE, {"edition_id": edition_id}).first()
    wanted = number if number is not None else (row.published if row else None)
    if row is None or wanted is None:
        return FormInUse(None if row is None else row.id, standard_form())
    return FormInUse(row.id, version_of_form(session, form_id=row.id, number=wanted))


def application_forms(session: Session, edition_ids: Sequence[UUID]) -> dict[UUID, FormInUse]:
    """Return the form in use of each edition that has one of its own."""
    rows = session.execute(
        select(Form.edition_id, Form.id, Form.published).where(
            Form.edition_id.in_(edition_ids), Form.purpose == "application", Form.published.is_not(None)
        )
    ).all()
    return {
        row.edition_id: FormInUse(row.id, version_of_form(session, form_id=row.id, number=row.published))
        for row in rows
    }


def forms_of(session: Session, edition_id: UUID) -> list[Form]:
    """Return every form of an edition, the application first."""
    found = session.execute(select(Form).where(Form.edition_id == edition_id).order_by(Form.created_at, Form.slug))
    return sorted(found.scalars(), key=lambda form: form.purpose != "application")


def form_at(session: Session, *, edition_id: UUID, slug: str, lock: bool = False) -> Form:
    """Return the form at this address; refuses with :class:`FormUnknown`."""
    statement = select(Form).where(Form.edition_id == edition_id, Form.slug == slug)
    found = session.execute(statement.with_for_update() if lock else statement).scalar()
    if found is None:
        raise FormUnknown
    return found


def places_taken(
    session: Session, *, form_id: UUID, fields: Sequence[str], without: UUID | None = None
) -> Mapping[tuple[str, str], int]:
    """Return how many have each option of these fields: ``{(field, option): people}``.

    An application holds its options from the moment it is sent until it is withdrawn or dropped; ``without`` leaves
    one out.
    """
    statement = (
        select(TakenOption.field, TakenOption.option, func.count())
        .join(Application, Application.id == TakenOption.application_id)
        .where(TakenOption.form_id == form_id, TakenOption.field.in_(fields), Application.state != "withdrawn")
        .group_by(TakenOption.field, TakenOption.option)
    )
    if without is not None:
        statement = statement.where(TakenOption.application_id != without)
    return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def undoable(session: Session, form_id: UUID) -> bool:
    """Say whether an act of the builder can be undone."""
    return session.execute(select(exists().where(FormEdit.form_id == form_id))).scalar_one()


class FormTouch(NamedTuple):
    """Whom a new version touches: applications that wait for their address, and those handed in."""

    unproved: int
    handed_in: int
    losing: int
    """Of both, those with an answer to a question that is removed or becomes another."""


def touched_by(session: Session, form: Form, *, losing: Sequence[str]) -> FormTouch:
    """Return how many have answered a form; ``losing`` are fields whose answers have no place in the new version."""
    if form.purpose != "application":
        return FormTouch(0, responses_to(session, [form.id]).get(form.id, 0), 0)
    loses = or_(*(Application.answers.has_key(key) for key in losing)) if losing else false()
    row = session.execute(
        select(
            func.count().filter(Application.state == "draft"),
            func.count().filter(Application.state.not_in(("draft", "withdrawn"))),
            func.count().filter(Application.state != "withdrawn", loses),
        ).where(Application.edition_id == form.edition_id)
    ).one()
    return FormTouch(*row)


def responses_to(session: Session, form_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many have answered each form."""
    applied = (
        select(Form.id, func.count(Application.id))
        .join(Application, Application.edition_id == Form.edition_id)
        .where(Form.id.in_(form_ids), Form.purpose == "application", Application.state.not_in(("draft", "withdrawn")))
        .group_by(Form.id)
    )
    return {row[0]: row[1] for row in session.execute(applied)}
