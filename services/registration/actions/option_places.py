"""Options with places: whoever is later than the last place is told so, and nobody is given one too many."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.registration.errors import OptionFull
from services.registration.queries.forms import places_taken, version_of_form
from services.registration.rules.forms.compiled import Answers
from services.registration.rules.forms.fields.choices import WITH_OPTIONS
from shared.schema.registration import Form, TakenOption

HoldForm = Callable[[Session, UUID], UUID]
"""Finds the application form of an edition, and has everybody else wait who takes a place of it."""


def held_form(session: Session, edition_id: UUID) -> UUID:
    """Return the edition's application form, its row locked until the commit."""
    statement = select(Form.id).where(Form.edition_id == edition_id, Form.purpose == "application")
    return session.execute(statement.with_for_update()).scalar_one()


def take_options(
    session: Session, *, edition_id: UUID, application_id: UUID, answers: Answers, hold: HoldForm = held_form
) -> None:
    """Give an application the places of the options it chose, in place of those that it had.

    The form's row is locked where a place is taken; count and rows are one transaction. Refuses with
    :class:`OptionFull`, which names the fields.
    """
    if not answers.scarce:
        return
    form_id = hold(session, edition_id)
    fields = sorted({field for field, _option in answers.scarce})
    taken = places_taken(session, form_id=form_id, fields=fields, without=application_id)
    form = version_of_form(session, form_id=form_id, number=answers.version)
    full = {
        field: OptionFull.title
        for field, option in sorted(answers.scarce)
        if isinstance(question := form.by_key[field], WITH_OPTIONS)
        and taken.get((field, option), 0) >= question.scarce()[option]
    }
    if full:
        raise OptionFull(errors=full)
    give_options_back(session, application_id)
    session.execute(
        insert(TakenOption),
        [
            {"application_id": application_id, "form_id": form_id, "field": field, "option": option}
            for field, option in sorted(answers.scarce)
        ],
    )


def give_options_back(session: Session, application_id: UUID) -> None:
    """Free the places that an application holds."""
    session.execute(delete(TakenOption).where(TakenOption.application_id == application_id))
