from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.schema.base import new_id
from shared.schema.people.persons import Person

_PEOPLE: Final = cast("Table", Person.__table__)
_MAKE: Final = insert(_PEOPLE).on_conflict_do_nothing(index_elements=[text("lower(email)")]).returning(_PEOPLE.c.id)
"""Put together once: everybody who applies comes by here."""


def find_or_make_person(
    session: Session, *, email: str, name: str, called: str, locale: str, time_zone: str, now: datetime
) -> UUID:
    """Return the person whose address was just proved to be ``email``; make one when there is none.

    Who is known already keeps name, language and time zone as they are.
    """
    row = {
        "id": new_id(),
        "email": email,
        "name": name,
        "called": called,
        "locale": locale,
        "time_zone": time_zone,
        "email_proved_at": now,
        "created_at": now,
    }
    made: UUID | None = session.connection().execute(_MAKE, row).scalar()
    if made is not None:
        return made
    return session.execute(select(Person.id).where(func.lower(Person.email) == email.lower())).scalar_one()


def change_preferences(
    session: Session, *, person_id: UUID, name: str, called: str, locale: str, time_zone: str
) -> None:
    """Keep how a person wants to be named, and the language and time zone of pages and mails."""
    session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(name=name, called=called, locale=locale, time_zone=time_zone)
        .execution_options(synchronize_session=False)
    )


def correct_name(session: Session, *, person_id: UUID, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Let a correction of ``name`` or ``called`` count wherever the person is still named as ``before``.

    Who has chosen to be named otherwise in the settings stays named so.
    """
    for column in (Person.name, Person.called):
        if before[column.key] != after[column.key]:
            session.execute(
                update(Person)
                .where(Person.id == person_id, column == before[column.key])
                .values({column.key: after[column.key]})
                .execution_options(synchronize_session=False)
            )


def stand_in_edition(session: Session, *, person_id: UUID, edition_id: UUID) -> None:
    """Keep which edition a member of staff works in; what she may do there is asked on every page anyhow."""
    session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(desk_edition_id=edition_id)
        .execution_options(synchronize_session=False)
    )


def change_language(session: Session, *, person_id: UUID, locale: str) -> None:
    """Keep the language in which pages and mails speak to a person."""
    session.execute(
        update(Person).where(Person.id == person_id).values(locale=locale).execution_options(synchronize_session=False)
    )
