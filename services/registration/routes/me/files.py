"""Files of one's own applications."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response

from services.registration.queries.files import my_file
from services.registration.routes.attachments import sent_file
from shared.web.door.identity import current_person
from shared.web.door.policy import participant
from shared.web.door.tools import tools

blueprint = Blueprint("my_files", __name__)


@blueprint.get("/me/files/<uuid:file_id>")
@participant
def download(file_id: UUID) -> Response:
    """Send a file that the person gave."""
    with tools().database.reading() as session:
        return sent_file(my_file(session, file_id=file_id, person_id=current_person().person_id))
