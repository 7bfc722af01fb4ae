"""Who works here: people with roles, invited, granted, revoked and reset. Organisers only."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import AfterValidator, BaseModel, StringConstraints
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from shared.clock import now
from shared.errors import NotFound
from shared.people.actions.roles import grant_role, revoke_role
from shared.people.actions.staff import invite_staff, reset_staff_credential
from shared.people.queries.staff import (
    StaffMember,
    edition_choices,
    edition_of_role,
    editions_of_colleague,
    is_colleague,
    staff_history,
    staff_members,
)
from shared.people.routes.histories import staff_lines
from shared.people.routes.public.sign_in import Address
from shared.web.door.identity import current_person, my_deed
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import ROLES, staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import Form, bind, fill
from shared.web.pages.navigation import STAFF
from shared.web.pages.refusing import refused_at
from shared.words.languages import current_locale
from shared.words.sentences import LazyText, _, _l

blueprint = Blueprint("staff_desk", __name__)

ROLE_NAMES: dict[str, LazyText] = {
    "organiser": _l("Organiser"),
    "reviewer": _l("Reviewer"),
    "finance": _l("Finance"),
    "librarian": _l("Librarian"),
    "writer": _l("Writer"),
    "approver": _l("Approver"),
    "door": _l("Door"),
    "viewer": _l("Viewer"),
}


def _a_role(name: str) -> str:
    if name not in ROLES:
        raise ValueError
    return name


class Granted(BaseModel):
    """A role; without an edition it holds for all."""

    role: Annotated[str, AfterValidator(_a_role)]
    edition_id: UUID | None = None


class Invited(Granted):
    """The form that invites a member of staff."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    email: Address


@blueprint.get(STAFF.rule)
@STAFF.opens
def everybody() -> str:
    """List the people with roles."""
    return _page(fill())


def _page(form: Form) -> str:
    with tools().database.reading() as reading:
        members = _colleagues(reading)
        editions = edition_choices(reading)
        happened = staff_history(reading, person_ids=[member.id for member in members])
    person = current_person()
    everywhere = person.holds("organiser", everywhere=True)
    return render_template(
        "people/staff/desk.html",
        members=members,
        editions=[(key, slug) for key, slug in editions if person.holds("organiser", edition_id=key)],
        everywhere=everywhere,
        role_names=ROLE_NAMES,
        happened=staff_lines(happened, names={member.id: member.name for member in members}, roles=ROLE_NAMES),
        form=form,
    )


@blueprint.post("/desk/staff")
@staff("organiser", chosen="edition_id")
@limited("60 per hour", by=by_caller)
def invite() -> Response | tuple[str, int]:
    """Invite somebody with a first role."""
    bound = bind(
        Invited,
        request.form,
        messages={"email": _l("Write an e-mail address, such as name@example.org"), "role": _l("Choose a role")},
    )
    if bound.model is None:
        return _page(bound.form), 422
    given = bound.model
    with tools().database.transaction() as work:
        is_new = invite_staff(
            work,
            email=given.email,
            name=given.name,
            role=given.role,
            edition_id=given.edition_id,
            deed=my_deed(),
        )
    flash_message(
        _("%(address)s has the role. An invitation goes out by mail.", address=given.email)
        if is_new
        else _("%(address)s has the role, and signs in as before.", address=given.email)
    )
    return see_other("/desk/staff")


@blueprint.post("/desk/staff/<uuid:person_id>/roles")
@staff("organiser", of=editions_of_colleague, chosen="edition_id")
@refused_at("/desk/staff")
def grant(person_id: UUID) -> Response | tuple[str, int]:
    """Give a member of staff one more role."""
    bound = bind(Granted, request.form, messages={"role": _l("Choose a role")})
    if bound.model is None:
        return _page(bound.form), 422
    with tools().database.transaction() as work:
        if not is_colleague(work, person_id):
            raise NotFound
        grant_role(
            work,
            person_id=person_id,
            name=bound.model.role,
            edition_id=bound.model.edition_id,
            deed=my_deed(),
        )
    flash_message(_("The role is given"))
    return see_other("/desk/staff")


@blueprint.get("/desk/staff/roles/<uuid:role_id>/revoke")
@staff("organiser", of=edition_of_role)
def review_revoke(role_id: UUID) -> str:
    """Say what taking the role away means for its holder."""
    with tools().database.reading() as reading:
        members = _colleagues(reading)
    for member in members:
        for role in member.roles:
            if role.id == role_id:
                left = [other for other in member.roles if other.id != role_id]
                return render_template(
                    "people/staff/revoke.html", member=member, role=role, left=left, role_names=ROLE_NAMES
                )
    raise NotFound


@blueprint.post("/desk/staff/roles/<uuid:role_id>/revoke")
@staff("organiser", of=edition_of_role)
@refused_at("/desk/staff")
def revoke(role_id: UUID) -> Response:
    """Take a role away; it is gone with the next page its holder opens."""
    with tools().database.transaction() as work:
        revoke_role(work, role_id=role_id, deed=my_deed())
    flash_message(_("The role is taken away"))
    return see_other("/desk/staff")


@blueprint.post("/desk/staff/<uuid:person_id>/reset")
@staff("organiser", everywhere=True)
@limited("60 per hour", by=by_caller)
@refused_at("/desk/staff")
def reset(person_id: UUID) -> Response:
    """Take away passphrase and authenticator of somebody who lost them, and mail a new invitation."""
    with tools().database.transaction() as work:
        if not is_colleague(work, person_id):
            raise NotFound
        reset_staff_credential(work, person_id=person_id, deed=my_deed())
    flash_message(_("A new invitation goes out by mail"))
    return see_other("/desk/staff")


def _colleagues(session: Session) -> list[StaffMember]:
    """Return the staff of the editions this organiser works for, with their roles there; who works for all sees all."""
    person, members = current_person(), staff_members(session, language=current_locale(), now=now())
    if person.holds("organiser", everywhere=True):
        return members
    shared = [
        replace(
            member,
            roles=tuple(
                role
                for role in member.roles
                if role.edition_id is None or person.holds("organiser", edition_id=role.edition_id)
            ),
        )
        for member in members
    ]
    return [member for member in shared if member.roles]
