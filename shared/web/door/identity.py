"""Who is asking: one query per request, and none for a visitor without a cookie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from flask import g
from sqlalchemy import text

from shared.clock import now
from shared.deeds import Deed
from shared.errors import Forbidden
from shared.secrets import hash_of
from shared.web.door.lifetimes import IDLE
from shared.web.door.places import DeskPlace, read_places
from shared.web.door.sessions import forget_session, session_secret
from shared.web.door.tools import tools


@dataclass(frozen=True)
class StaffRole:
    """A role of a member of staff; without an edition it holds for all of them."""

    name: str
    edition_id: UUID | None
    edition_slug: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """A person with a live session.

    ``name`` is how the person wants to be addressed. ``roles`` is empty unless the person signed in as staff: a mailed
    link opens no desk, whoever asked for it. ``places`` are the editions in which one of the roles holds, the latest
    first, and ``chosen_place`` is the one the person chose to work in.
    """

    person_id: UUID
    name: str
    locale: str
    time_zone: str
    means: Literal["link", "staff", "token"]
    roles: tuple[StaffRole, ...]
    session_hash: str
    seen_at: datetime
    places: tuple[DeskPlace, ...] = ()
    chosen_place: UUID | None = None

    def holds(self, *names: str, edition_id: UUID | None = None, everywhere: bool = False) -> bool:
        """Say whether the person holds one of the roles ``names``.

        With ``edition_id``: in that edition or in all. With ``everywhere``: in all. With neither: in any.
        """
        return any(
            role.name in names
            and (
                role.edition_id is None
                or (not everywhere and edition_id is None)
                or (not everywhere and role.edition_id == edition_id)
            )
            for role in self.roles
        )

    def holds_in(self, edition_slug: str, *names: str) -> bool:
        """Say whether the person holds one of ``names`` in the edition that the route names."""
        return any(
            role.name in names and (role.edition_id is None or role.edition_slug == edition_slug) for role in self.roles
        )


_WHO: Final = text(
    """
SELECT s.person_id, s.means, s.seen_at, coalesce(nullif(p.called, ''), p.name), p.locale, p.time_zone,
           CASE s.means WHEN 'staff' THEN
               (SELECT json_agg(json_build_array(r.name, r.edition_id,
                       (SELECT e.slug FROM registration.editions e WHERE e.id = r.edition_id)))
                  FROM people.held_role r WHERE r.person_id = s.person_id)
           END,
           CASE s.means WHEN 'staff' THEN
               (SELECT json_agg(json_build_object('id', e.id, 'slug', e.slug, 'names', e.name,
                                                  'is_public', e.published_at IS NOT NULL,
                                                  'opens_at', e.opens_at, 'closes_at', e.closes_at,
                                                  'starts_on', e.starts_on, 'ends_on', e.ends_on,
                                                  'time_zone', e.time_zone)
                                ORDER BY e.starts_on DESC, e.slug)
                  FROM registration.editions e
                 WHERE EXISTS (SELECT FROM people.held_role r WHERE r.person_id = s.person_id
                                  AND (r.edition_id IS NULL OR r.edition_id = e.id)))
           END,
           CASE s.means WHEN 'staff' THEN
               (SELECT k.edition_id FROM people.desk_place k WHERE k.person_id = s.person_id)
           END
      FROM people.open_session s JOIN people.addressable p ON p.id = s.person_id
     WHERE s.token_hash = :hash AND s.expires_at > :now
       AND s.seen_at > CASE s.means WHEN 'staff' THEN :staff_since ELSE :link_since END
"""
)


def signed_in() -> SignedIn | None:
    """Return the signed-in person, or None. Asks the database at most once per request."""
    if "signed_in" not in g:
        g.signed_in = _look_up()
    found: SignedIn | None = g.signed_in
    return found


def current_person() -> SignedIn:
    """Return the signed-in person; for views whose policy asks for one."""
    person = signed_in()
    if person is None:
        raise Forbidden
    return person


def actor_id() -> UUID:
    """Return the id of the person who does this."""
    return current_person().person_id


def my_deed(why: str = "") -> Deed:
    """Return the deed of the signed-in person at this moment."""
    return Deed(actor_id(), now(), why)


def read_roles(found: list[list[str | None]] | None) -> tuple[StaffRole, ...]:
    """Return the roles that a query gathered as name, edition's id, edition's slug."""
    return tuple(StaffRole(str(name), UUID(edition) if edition else None, slug) for name, edition, slug in found or ())


def _look_up() -> SignedIn | None:
    secret = session_secret()
    if secret is None:
        return None
    moment = now()
    hashed = hash_of(secret)
    # A single statement outside of a transaction: one round trip, on every page of every signed-in person.
    with tools().database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        row = connection.execute(
            _WHO,
            {
                "hash": hashed,
                "now": moment,
                "staff_since": moment - IDLE["staff"],
                "link_since": moment - IDLE["link"],
            },
        ).first()
    if row is None:
        forget_session()
        return None
    person_id, means, seen_at, name, locale, time_zone, roles, places, chosen = row
    return SignedIn(
        person_id=person_id,
        name=name,
        locale=locale,
        time_zone=time_zone,
        means=means,
        roles=read_roles(roles),
        session_hash=hashed,
        seen_at=seen_at,
        places=read_places(places),
        chosen_place=chosen,
    )
