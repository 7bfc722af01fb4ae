"""Files of applications, for those who may read the applications: on the desk and by a token."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response

from services.registration.queries.editions import edition_at
from services.registration.queries.files import file_of_edition
from services.registration.routes.attachments import sent_file
from shared.web.door.policy import staff, token
from shared.web.door.tools import tools

blueprint = Blueprint("desk_files", __name__)


@blueprint.get("/desk/e/<edition_slug>/files/<uuid:file_id>")
@staff("organiser", "reviewer", "viewer")
def download(edition_slug: str, file_id: UUID) -> Response:
    """Send a file that an applicant gave."""
    return _sent(edition_slug, file_id)


@blueprint.get("/api/registration/files/<edition_slug>/<uuid:file_id>")
@token("applications:read")
def fetch(edition_slug: str, file_id: UUID) -> Response:
    """Send a file that an applicant gave; the answer to its question names it."""
    return _sent(edition_slug, file_id)


def _sent(edition_slug: str, file_id: UUID) -> Response:
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        return sent_file(file_of_edition(session, file_id=file_id, edition_id=edition.id))
