"""The demo's people and editions. Histories come from the real deeds, told the moments at which they happened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from services.registration.actions.forms import ensure_application_form
from services.registration.demo.editions import OPEN, edition_in_selection, edition_of_2011, open_edition
from services.registration.demo.forms import publish_demo_forms
from services.registration.demo.histories import tell_histories
from services.registration.demo.selection import tell_selection
from services.registration.demo.staff import ACCOUNTS, Account, hire_readers, hire_staff
from shared.deeds import Deed
from shared.schema.registration import Edition

if TYPE_CHECKING:
    from datetime import datetime

    from services.registration.settings import RegistrationSettings
    from shared.database import Database

__all__ = ["ACCOUNTS", "Account", "NotADemo", "load"]


class NotADemo(Exception):  # noqa: N818 - stops the command, is shown to its user
    """The demo's passphrases are public: they are never loaded anywhere else."""


def load(database: Database, settings: RegistrationSettings, *, now: datetime) -> None:
    """Put editions, staff and applicants into an empty database; a second time changes nothing.

    All or nothing, in one transaction. Refuses with :class:`NotADemo` unless the environment is a demo or a test.
    """
    if settings.environment == "production":
        raise NotADemo("ENVIRONMENT is production; the demo's public passphrases do not belong there")
    with database.transaction() as session:
        if session.scalar(select(Edition.id).where(Edition.slug == OPEN)) is not None:
            return
        past, edition = edition_of_2011(now=now - timedelta(days=90)), open_edition(now=now)
        selecting = edition_in_selection(now=now)
        session.add_all([past, edition, selecting])
        session.flush()  # applications and forms point to the edition
        began = now - timedelta(days=90)
        ensure_application_form(session, edition_id=past.id, deed=Deed(None, began))
        secret_key = settings.secret_key.get_secret_value()
        staff = hire_staff(session, secret_key=secret_key, now=began)
        readers = hire_readers(session, edition_id=selecting.id, secret_key=secret_key, now=began)
        for made_up in (edition, selecting):
            publish_demo_forms(session, edition_id=made_up.id, organiser=staff["organiser"], now=made_up.created_at)
        tell_histories(session, edition=edition, staff=staff, now=now)
        tell_selection(session, edition=selecting, staff=staff, readers=readers, now=now)
