"""The open edition's forms: an application in four steps, and what those with a place are asked about their journey."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from services.registration.actions.forms import change_form, create_form, ensure_application_form, publish_form
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.definitions import Definition
from services.registration.rules.forms.library import STANDARD_VERSION, block
from shared.deeds import Deed

VERSION: Final = STANDARD_VERSION + 1
JOURNEY: Final = {
    "en": "Your journey to Turin",
    "fr": "Votre voyage à Turin",
    "es": "Su viaje a Turín",
    "pt": "A sua viagem a Turim",
    "ar": "رحلتك إلى تورينو",
}


@cache
def demo_form() -> CompiledForm:
    """Return the application of the open edition, ready to be read."""
    kept = json.loads((Path(__file__).parent / "application.json").read_text(encoding="utf-8"))
    return CompiledForm(Definition.model_validate(kept), VERSION)


def publish_demo_forms(session: Session, *, edition_id: UUID, organiser: UUID, now: datetime) -> None:
    """Publish the application, and a form for those who have a place."""
    deed = Deed(organiser, now)
    application = ensure_application_form(session, edition_id=edition_id, deed=deed)
    change_form(session, form_id=application, change=lambda _first: demo_form().definition, deed=deed)
    publish_form(session, form_id=application, deed=deed)
    journey = create_form(
        session,
        edition_id=edition_id,
        slug="journey",
        purpose="acceptance",
        audience="accepted",
        definition=Definition(title=JOURNEY, sections=(block("travel"), block("diet"), block("access"))),
        deed=deed,
    )
    publish_form(session, form_id=journey, deed=deed)
