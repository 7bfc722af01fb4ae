"""Resumable uploads, as tus 1.0.0 says them, for programs with a token.

``POST /api/materials/tus/<release>`` begins one, with ``filename`` and, where they are known, ``language``, ``format``
and ``chapter`` as its metadata. When its last byte has come it is a rendition in that place; without a language it
waits among the arrivals of the release, under what its name says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from flask import Blueprint, Response

from services.materials.actions.arrivals import take_in
from services.materials.actions.renditions import add_rendition
from services.materials.errors import ChapterUnknown
from services.materials.queries import desk as library
from services.materials.queries.arrivals import chapters_by_number
from services.materials.settings import MaterialsSettings
from shared.store import pieces_of, store_at
from shared.uploads import Incoming, Upload, UploadMisstated
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import public, token
from shared.web.door.resumable import Resumable
from shared.web.door.tools import own_settings, tools
from shared.words.languages import LANGUAGES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("uploads_api", __name__)
settings = own_settings(blueprint, MaterialsSettings)
_ALL: Final = "/api/materials/tus/<uuid:release_id>"
_ONE: Final = _ALL + "/<uuid:upload_id>"


def edition_of_upload(session: Session, release_id: UUID, upload_id: UUID) -> set[UUID] | None:  # noqa: ARG001
    """Return the edition of the release that an upload is for: it is looked up beneath the release alone."""
    return library.edition_of_release(session, release_id)


@blueprint.route(_ALL, methods=["GET", "OPTIONS"])
@public  # says what the protocol offers, and nothing of the release
def offers(release_id: UUID) -> Response:  # noqa: ARG001 - every release is served alike
    """Say what of tus is spoken here."""
    return _UPLOADS.offers(limit=settings().upload_limit)


@blueprint.post(_ALL)
@token("materials:keep", of=library.edition_of_release)
def begin(release_id: UUID) -> Response:
    """Begin an upload; its address is the answer's Location."""
    return _UPLOADS.begin(
        about=release_id, owner=current_person().person_id, limit=lambda _said: settings().upload_limit
    )


@blueprint.get(_ONE)
@token("materials:keep", of=edition_of_upload)
def where(release_id: UUID, upload_id: UUID) -> Response:
    """Say how much has come."""
    return _UPLOADS.where(upload_id, about=release_id, owner=current_person().person_id)


@blueprint.route(_ONE, methods=["PATCH"])
@token("materials:keep", of=edition_of_upload)
def go_on(release_id: UUID, upload_id: UUID) -> Response:
    """Take what follows; with the last byte the file gets its place. A file that cannot be used is refused and gone."""
    return _UPLOADS.go_on(upload_id, about=release_id, owner=current_person().person_id)


@blueprint.delete(_ONE)
@token("materials:keep", of=edition_of_upload)
def stop(release_id: UUID, upload_id: UUID) -> Response:
    """Let an upload go."""
    return _UPLOADS.stop(upload_id, about=release_id, owner=current_person().person_id)


def _finish(incoming: Incoming, upload: Upload) -> dict[str, str]:
    said, store = upload.said, store_at(settings().store_url)
    with incoming.reading(upload) as file, tools().database.transaction() as session:
        to: dict[str, Any] = {
            "release_id": upload.about,
            "pieces": pieces_of(file),
            "limit": settings().upload_limit,
            "deed": my_deed(),
        }
        if not said.get("language"):
            take_in(session, store, name=said.get("filename", ""), **to)
            return {}
        if said["language"] not in LANGUAGES:
            raise UploadMisstated
        chapter_id = None
        if number := said.get("chapter"):
            numbers = chapters_by_number(session, release_id=upload.about)
            chapter_id = numbers.get(number)
            if chapter_id is None:
                raise ChapterUnknown
        add_rendition(
            session, store, language=said["language"], format_=said.get("format", "pdf"), chapter_id=chapter_id, **to
        )
    return {}


def _incoming() -> Incoming:
    return Incoming(store_at(settings().store_url).scratch / "tus")


_UPLOADS: Final = Resumable(_incoming, _finish)
