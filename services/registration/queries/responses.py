"""The other forms of an edition: who is asked to fill in which, and what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, or_, select
from sqlalchemy.orm import Session

from services.registration.errors import FormUnknown
from services.registration.queries.forms import version_of_form
from services.registration.rules.applications import LIVE
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.conditions import Known
from shared.schema.registration import Application, Decision, Edition, Enrolment, Form, FormResponse, Offer


@dataclass(frozen=True)
class Asked:
    """A form that somebody is asked to fill in, with what they answered so far."""

    form: Form
    edition: Edition
    application: Application
    response: FormResponse | None
    decision: str

    @property
    def known(self) -> Known:
        """What is known of the person beside the answers."""
        return Known(stage=self.application.state, decision=self.decision)


def forms_asked_of(session: Session, *, person_id: UUID, form_id: UUID | None = None) -> list[Asked]:
    """Return the published forms that a person belongs to the audience of, in the order in which they were made."""
    outcome = (
        select(Decision.outcome)
        .where(Decision.application_id == Application.id, Decision.state == "released")
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Form, Edition, Application, FormResponse, outcome)
        .join(Edition, Edition.id == Form.edition_id)
        .join(Application, Application.edition_id == Form.edition_id)
        .outerjoin(
            FormResponse,
            and_(FormResponse.form_id == Form.id, FormResponse.application_id == Application.id),
        )
        .where(Application.person_id == person_id, Application.state.in_(LIVE))
        .where(Form.purpose != "application", Form.published.is_not(None), _is_audience())
        .order_by(Form.created_at)
    )
    if form_id is not None:
        statement = statement.where(Form.id == form_id)
    return [Asked(row[0], row[1], row[2], row[3], row[4] or "") for row in session.execute(statement)]


def form_asked_of(session: Session, *, person_id: UUID, form_id: UUID) -> tuple[Asked, CompiledForm]:
    """Return one of them, ready to read; refuses with :class:`FormUnknown` for anybody who is not asked."""
    found = forms_asked_of(session, person_id=person_id, form_id=form_id)
    if not found or found[0].form.published is None:
        raise FormUnknown
    return found[0], version_of_form(session, form_id=form_id, number=found[0].form.published)


def responses_of(session: Session, *, application_id: UUID) -> list[tuple[Form, FormResponse, CompiledForm]]:
    """Return what an applicant answered to the edition's other forms, each with the version it was given to."""
    rows = session.execute(
        select(Form, FormResponse)
        .join(FormResponse, FormResponse.form_id == Form.id)
        .where(FormResponse.application_id == application_id)
        .order_by(Form.created_at)
    ).all()
    return [
        (form, response, version_of_form(session, form_id=form.id, number=response.form_version))
        for form, response in rows
    ]


def _is_audience() -> ColumnElement[bool]:
    place = (Enrolment.application_id == Application.id, Enrolment.holds_place)
    has_place = exists().where(*place)
    has_offer = exists().where(Offer.application_id == Application.id, Offer.state.in_(("offered", "accepted")))
    was_there = exists().where(*place, Enrolment.state.in_(("attended", "certified")))
    return case(
        (Form.audience == "offered", or_(has_offer, has_place)),
        (Form.audience == "accepted", has_place),
        else_=was_there,
    )
