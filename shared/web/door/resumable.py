"""tus 1.0.0 as a route speaks it (https://tus.io/protocols/resumable-upload): core, creation, termination, expiration.

Whoever owns the routes says who may send what, and what becomes of an upload that is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Response, request
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from shared.clock import now
from shared.errors import Refusal
from shared.store import FileTooLarge
from shared.uploads import TUS, Incoming, OffsetWrong, Upload, UploadMisstated, read_metadata
from shared.web.door.tools import tools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from uuid import UUID

EXTENSIONS: Final = "creation,termination,expiration"
_BODY: Final = "application/offset+octet-stream"
_PIECE: Final = 256 * 1024


@dataclass(frozen=True)
class Resumable:
    """Uploads of one kind.

    ``incoming`` is where they wait; ``finish`` puts a whole one in its place, returns what the answer's head says of
    it, and may refuse: then it is gone.
    """

    incoming: Callable[[], Incoming]
    finish: Callable[[Incoming, Upload], Mapping[str, str]]

    def offers(self, *, limit: int) -> Response:
        """Say what of tus is spoken, and how many bytes an upload may have."""
        told = {"Tus-Version": TUS, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(limit)}
        return _answer(HTTPStatus.NO_CONTENT, told)

    def begin(self, *, about: UUID, owner: UUID, limit: Callable[[Mapping[str, str]], int]) -> Response:
        """Begin an upload; its address is the answer's Location. ``limit`` tells the most bytes by the metadata."""
        if (spoken := _other_version()) is not None:
            return spoken
        length, said = _number("Upload-Length"), read_metadata(request.headers.get("Upload-Metadata", ""))
        if length > (most := limit(said)):
            raise FileTooLarge(limit=most)
        upload = self.incoming().begin(about=about, owner=owner, length=length, said=said, now=now())
        address = "/".join((tools().settings.public_url + request.path, str(upload.id)))
        return _answer(HTTPStatus.CREATED, {"Location": address, **_expires(upload)})

    def where(self, upload_id: UUID, *, about: UUID, owner: UUID) -> Response:
        """Say how much has come."""
        if (spoken := _other_version()) is not None:
            return spoken
        upload = self.incoming().find(upload_id, about=about, owner=owner)
        told = {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length)}
        return _answer(HTTPStatus.OK, {**told, **_expires(upload)})

    def go_on(self, upload_id: UUID, *, about: UUID, owner: UUID) -> Response:
        """Take what follows; with the last byte it gets its place. One that cannot be used is refused and gone."""
        if (spoken := _other_version()) is not None:
            return spoken
        if request.mimetype != _BODY:
            return _answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {})
        incoming = self.incoming()
        upload = incoming.find(upload_id, about=about, owner=owner)
        offset = incoming.append(upload, at=_number("Upload-Offset"), pieces=_body())
        told: Mapping[str, str] = {}
        if offset == upload.length:
            try:
                told = self.finish(incoming, upload)
            except Refusal:
                incoming.end(upload)
                raise
            incoming.end(upload)
        return _answer(HTTPStatus.NO_CONTENT, {"Upload-Offset": str(offset), **_expires(upload), **told})

    def stop(self, upload_id: UUID, *, about: UUID, owner: UUID) -> Response:
        """Let an upload go."""
        if (spoken := _other_version()) is not None:
            return spoken
        incoming = self.incoming()
        incoming.end(incoming.find(upload_id, about=about, owner=owner))
        return _answer(HTTPStatus.NO_CONTENT, {})


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


def _answer(status: HTTPStatus, headers: Mapping[str, str]) -> Response:
    return Response(status=status, headers={"Tus-Resumable": TUS, "Cache-Control": "no-store", **headers})
