"""The staff, their roles and how far each has got with signing in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, func, select
from sqlalchemy.orm import Session

from shared.histories import Past, newest_where, past
from shared.schema.alphabet import sorted_as_in_sql
from shared.schema.outbox.entries import FactRow
from shared.schema.people.credentials import SessionRow, StaffCredential, StaffInvitation
from shared.schema.people.persons import Person, Role
from shared.schema.registration.published import PublishedEdition

STAFF_NOUNS: Final = ("role", "staff_invitation", "person", "api_token")


@dataclass(frozen=True)
class RoleHeld:
    """A role as the desk shows it; no edition means all."""

    id: UUID
    name: str
    edition_id: UUID | None
    edition_slug: str | None


@dataclass(frozen=True)
class StaffMember:
    """A person with roles; ``state``: ``invited``, ``expired`` (invitation), ``half`` (no authenticator), ``ready``.

    Until the invitation is taken up the name is the address: whoever invites learns nothing about who has it.
    """

    id: UUID
    name: str
    email: str
    state: str
    seen_at: datetime | None
    roles: tuple[RoleHeld, ...]


def staff_members(session: Session, *, language: str, now: datetime) -> list[StaffMember]:
    """Return everybody with a role, by name in the alphabet of ``language``."""
    roles: dict[UUID, list[RoleHeld]] = {}
    rows = session.execute(
        select(Role, PublishedEdition.slug)
        .outerjoin(PublishedEdition, PublishedEdition.id == Role.edition_id)
        .order_by(PublishedEdition.slug.nulls_first(), Role.name)
    )
    for role, slug in rows:
        roles.setdefault(role.person_id, []).append(RoleHeld(role.id, role.name, role.edition_id, slug))
    seen = (
        select(func.max(SessionRow.seen_at))
        .where(SessionRow.person_id == Person.id, SessionRow.means == "staff")
        .scalar_subquery()
    )
    invited = (
        select(StaffInvitation.id)
        .where(
            StaffInvitation.person_id == Person.id, StaffInvitation.used_at.is_(None), StaffInvitation.expires_at > now
        )
        .exists()
    )
    people = session.execute(
        select(Person, StaffCredential, seen, invited)
        .outerjoin(StaffCredential, StaffCredential.person_id == Person.id)
        .where(Person.id.in_(roles))
        .order_by(sorted_as_in_sql(Person.name.expression, language), Person.id)
    )
    return [
        StaffMember(
            id=person.id,
            name=person.email if credential is None else person.name,
            email=person.email,
            state=_state(credential, is_invited=is_invited),
            seen_at=seen_at,
            roles=tuple(roles[person.id]),
        )
        for person, credential, seen_at, is_invited in people
    ]


def _state(credential: StaffCredential | None, *, is_invited: bool) -> str:
    if credential is None:
        return "invited" if is_invited else "expired"
    return "ready" if credential.totp_secret else "half"


def is_colleague(session: Session, person_id: UUID) -> bool:
    """Say whether the person has a role at all."""
    return session.scalar(select(Role.id).where(Role.person_id == person_id).limit(1)) is not None


def editions_of_colleague(session: Session, person_id: UUID) -> set[UUID] | None:
    """Return the editions a member of staff works for, which are all of them for some; None without any role."""
    held = set(session.scalars(select(Role.edition_id).where(Role.person_id == person_id)))
    if None in held:  # whoever asks on behalf of an edition holds a role there, so that it is among these
        return set(session.scalars(select(Role.edition_id.distinct()).where(Role.edition_id.is_not(None))))
    return {edition for edition in held if edition is not None} or None


def edition_of_role(session: Session, role_id: UUID) -> set[UUID] | None:
    """Return the edition a role is held in; the empty set when in all, None when there is no such role."""
    row = session.execute(select(Role.edition_id).where(Role.id == role_id)).first()
    return None if row is None else {edition for edition in row if edition is not None}


def email_of(session: Session, person_id: UUID) -> str:
    """Return the address that names the account in an authenticator."""
    return session.execute(select(Person.email).where(Person.id == person_id)).scalar_one()


class EditionChoice(NamedTuple):
    """An edition as it is chosen from a list."""

    id: UUID
    slug: str


def edition_choices(session: Session) -> list[EditionChoice]:
    """Return every edition's id and slug, the latest first."""
    rows = session.execute(
        select(PublishedEdition.id, PublishedEdition.slug).order_by(
            PublishedEdition.starts_on.desc(), PublishedEdition.slug
        )
    )
    return [EditionChoice(*row) for row in rows]


_HISTORY: Final = newest_where(
    and_(FactRow.person_id == any_(bindparam("person_ids", type_=ARRAY(Uuid))), FactRow.noun.in_(STAFF_NOUNS))
)


def staff_history(session: Session, *, person_ids: Collection[UUID]) -> list[Past]:
    """Return what happened to these members of staff as such, newest first: roles, invitations, factors, tokens."""
    return past(session, _HISTORY, {"person_ids": list(person_ids)})
