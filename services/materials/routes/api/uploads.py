"""Resumable uploads, as tus 1.0.0 says them, for programs with a token.

``POST /api/materials/tus/<release>`` begins one, with ``filename`` and, where they are known, ``language``, ``format``
and ``chapter`` as its metadata. When its last byte has come it is a rendition in that place; without a language it
waits among the arrivals of the release, under what its name says.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from services.materials.actions.arrivals import take_in
from services.materials.actions.renditions import add_rendition
from services.materials.errors import ChapterUnknown, FileTooLarge
from services.materials.gateways.store import pieces_of, store_at
from services.materials.queries import desk as library
from services.materials.queries.arrivals import chapters_by_number
from services.materials.settings import MaterialsSettings
from shared.clock import now
from shared.errors import Refusal
from shared.uploads import TUS, Incoming, OffsetWrong, Upload, UploadMisstated, read_metadata
from shared.web.door.identity import current_person, my_deed
from shared.web.door.policy import public, token
from shared.web.door.tools import own_settings, tools
from shared.words.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

blueprint = Blueprint("uploads_api", __name__)
settings = own_settings(blueprint, MaterialsSettings)
_ALL: Final = "/api/materials/tus/<uuid:release_id>"
_ONE: Final = _ALL + "/<uuid:upload_id>"
_BODY: Final = "application/offset+octet-stream"
_PIECE: Final = 256 * 1024


def edition_of_upload(session: Session, release_id: UUID, upload_id: UUID) -> set[UUID] | None:  # noqa: ARG001
    """Return the edition of the release that an upload is for: it is looked up beneath the release alone."""
    return library.edition_of_release(session, release_id)


@blueprint.route(_ALL, methods=["GET", "OPTIONS"])
@public  # says what the protocol offers, and nothing of the release
def offers(release_id: UUID) -> Response:  # noqa: ARG001 - every release is served alike
    """Say what of tus is spoken here."""
    extensions = "creation,termination,expiration"
    return _answer(
        HTTPStatus.NO_CONTENT,
        {"Tus-Version": TUS, "Tus-Extension": extensions, "Tus-Max-Size": str(settings().upload_limit)},
    )


@blueprint.post(_ALL)
@token("materials:keep", of=library.edition_of_release)
def begin(release_id: UUID) -> Response:
    """Begin an upload; its address is the answer's Location."""
    if (spoken := _other_version()) is not None:
        return spoken
    length = _number("Upload-Length")
    if length > settings().upload_limit:
        raise FileTooLarge(limit=settings().upload_limit)
    upload = _incoming().begin(
        about=release_id,
        owner=current_person().person_id,
        length=length,
        said=read_metadata(request.headers.get("Upload-Metadata", "")),
        now=now(),
    )
    address = "/".join((tools().settings.public_url + request.path, str(upload.id)))
    return _answer(HTTPStatus.CREATED, {"Location": address, **_expires(upload)})


@blueprint.get(_ONE)
@token("materials:keep", of=edition_of_upload)
def where(release_id: UUID, upload_id: UUID) -> Response:
    """Say how much has come."""
    if (spoken := _other_version()) is not None:
        return spoken
    upload = _find(release_id, upload_id)
    told = {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length), "Cache-Control": "no-store"}
    return _answer(HTTPStatus.OK, {**told, **_expires(upload)})


@blueprint.route(_ONE, methods=["PATCH"])
@token("materials:keep", of=edition_of_upload)
def go_on(release_id: UUID, upload_id: UUID) -> Response:
    """Take what follows; with the last byte the file gets its place. A file that cannot be used is refused and gone."""
    if (spoken := _other_version()) is not None:
        return spoken
    if request.mimetype != _BODY:
        return _answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {})
    incoming, upload = _incoming(), _find(release_id, upload_id)
    offset = incoming.append(upload, at=_number("Upload-Offset"), pieces=_body())
    if offset == upload.length:
        try:
            _finish(incoming, upload)
        except Refusal:
            incoming.end(upload)
            raise
        incoming.end(upload)
    return _answer(HTTPStatus.NO_CONTENT, {"Upload-Offset": str(offset), **_expires(upload)})


@blueprint.delete(_ONE)
@token("materials:keep", of=edition_of_upload)
def stop(release_id: UUID, upload_id: UUID) -> Response:
    """Let an upload go."""
    if (spoken := _other_version()) is not None:
        return spoken
    _incoming().end(_find(release_id, upload_id))
    return _answer(HTTPStatus.NO_CONTENT, {})


def _finish(incoming: Incoming, upload: Upload) -> None:
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
            return
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


def _find(release_id: UUID, upload_id: UUID) -> Upload:
    return _incoming().find(upload_id, about=release_id, owner=current_person().person_id)


def _incoming() -> Incoming:
    return Incoming(store_at(settings().store_url).scratch / "tus")


def _number(name: str) -> int:
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdecimal() and len(value) <= 15):  # noqa: PLR2004 - a petabyte is far away
        raise UploadMisstated if name == "Upload-Length" else OffsetWrong
    return int(value)


def _body() -> Iterator[bytes]:
    """Yield what comes; when the line breaks, end: what came before is kept."""
    try:
        while piece := request.stream.read(_PIECE):
            yield piece
    except ClientDisconnected:
        return


def _other_version() -> Response | None:
    if request.headers.get("Tus-Resumable") == TUS:
        return None
    return _answer(HTTPStatus.PRECONDITION_FAILED, {"Tus-Version": TUS})


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at)}


def _answer(status: HTTPStatus, headers: dict[str, str]) -> Response:
    return Response(status=status, headers={"Tus-Resumable": TUS, "Cache-Control": "no-store", **headers})
