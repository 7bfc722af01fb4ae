"""Forms for tests: published by the deeds themselves, answered by the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import html

from services.registration.actions.forms import change_form, create_form, ensure_application_form, publish_form
from services.registration.rules.forms.definitions import Definition
from services.registration.rules.forms.library import block, standard_definition
from shared.deeds import Deed
from tests.support.registration import DESK, NOW

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.database import Database


def standard_with(*fields: dict[str, Any], **sections: Any) -> Definition:
    """Return the ten questions with more behind them; each field may leave its label to its key."""
    kept = standard_definition().kept()
    for field in fields:
        kept["sections"][0]["fields"].append({"label": {"en": field["key"].title()}, **field})
    return Definition.model_validate(kept | sections)


def publish(database: Database, edition_id: UUID, definition: Definition, *, now: datetime = NOW) -> int:
    """Publish a version of the edition's application form; return its number."""
    deed = Deed(DESK, now)
    with database.transaction() as session:
        form_id = ensure_application_form(session, edition_id=edition_id, deed=deed)
        change_form(session, form_id=form_id, change=lambda _before: definition, deed=deed)
        return publish_form(session, form_id=form_id, deed=deed)


def form_called(database: Database, edition_id: UUID, slug: str, *, of: str = "travel", now: datetime = NOW) -> str:
    """Make and publish a form for those who have a place, with a ready block of questions; return its slug."""
    deed = Deed(DESK, now)
    with database.transaction() as session:
        form_id = create_form(
            session,
            edition_id=edition_id,
            slug=slug,
            purpose="acceptance",
            audience="accepted",
            definition=Definition(title={"en": "Your journey"}, sections=(block(of),)),
            deed=deed,
        )
        publish_form(session, form_id=form_id, deed=deed)
    return slug


def fields_of(page: str, *, form: str = "answers-form") -> dict[str, str]:
    """Return what a browser would send from a form of the page; boxes that are not ticked are not there."""
    [found] = html.fromstring(page).xpath(f"//form[@id='{form}']")
    return {name: (value or "").removeprefix("\n") for name, value in found.form_values() if value is not None}
