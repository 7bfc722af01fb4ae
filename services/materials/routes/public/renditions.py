"""Downloads: this service decides, counts and answers 304; the gateway sends the bytes and their ranges."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.http import http_date

from services.materials.actions.downloads import count_download
from services.materials.errors import RenditionUnknown, SignInFirst
from services.materials.gateways.store import store_at
from services.materials.queries.rights import Holding, holding, public_holding
from services.materials.rules.conditions import begins_at_first_byte, etag_of, is_unchanged, repr_digest_of
from services.materials.rules.media import CHARSET
from services.materials.rules.names import content_disposition
from services.materials.rules.renditions import SANDBOX, cache_control, cache_control_of_hash
from services.materials.rules.shelves import Right, right_to_open
from shared.clock import now
from shared.web.door.identity import SignedIn, signed_in
from shared.web.door.policy import public
from shared.web.door.tools import tools

blueprint = Blueprint("renditions", __name__)
KEEPERS: Final = ("organiser", "librarian")
"""Staff who may open whatever is in their library, drafts too."""


@blueprint.get("/materials/renditions/<uuid:rendition_id>/<filename>")
@public  # the shelf decides, on every request, so that a part asked for after a withdrawal is refused
def download(rendition_id: UUID, filename: str) -> Response:  # noqa: ARG001 - the name is for the reader's device
    """Send a rendition to whoever may open it; strangers are told nothing about it."""
    person, moment = signed_in(), now()
    with tools().database.transaction() as session:
        person_id = person.person_id if person else None
        found = holding(session, rendition_id=rendition_id, person_id=person_id, now=moment)
        right = _right(found)
        if found is None or (right is None and not _keeps(person, found)):
            raise SignInFirst if person is None else RenditionUnknown
        unchanged = _is_unchanged(found)
        if right is not None and person is not None and not unchanged:
            _count(session, found, person=person, right=right, moment=moment)
    return _answer(found, caching=cache_control(right), unchanged=unchanged)


@blueprint.get("/materials/files/<sha256>/<filename>")
@public
def public_file(sha256: str, filename: str) -> Response:
    """Send a file of a public shelf under its hash, to be kept by every cache on the way."""
    moment = now()
    with tools().database.reading() as session:
        found = public_holding(session, sha256=sha256, filename=filename, now=moment)
    right = _right(found)
    if found is None or right is None:
        raise RenditionUnknown
    return _answer(found, caching=cache_control_of_hash(right, now=moment), unchanged=_is_unchanged(found))


def _right(found: Holding | None) -> Right | None:
    if found is None or not found.is_published:
        return None
    return right_to_open(found.claims)


def _keeps(person: SignedIn | None, found: Holding) -> bool:
    if person is None:
        return False
    return person.holds(*KEEPERS, edition_id=found.edition_id, everywhere=found.edition_id is None)


def _is_unchanged(found: Holding) -> bool:
    return is_unchanged(
        if_none_match=request.headers.get("If-None-Match"),
        if_modified_since=request.headers.get("If-Modified-Since"),
        etag=etag_of(found.sha256),
        modified_at=found.modified_at,
    )


def _count(session: Session, found: Holding, *, person: SignedIn, right: Right, moment: datetime) -> None:
    begins = request.method == "GET" and begins_at_first_byte(
        range_header=request.headers.get("Range"),
        if_range=request.headers.get("If-Range"),
        etag=etag_of(found.sha256),
        modified_at=found.modified_at,
        size=found.size,
    )
    if begins:
        count_download(
            session,
            person_id=person.person_id,
            rendition_id=found.rendition_id,
            publication_id=found.publication_id,
            edition_id=right.claim.edition_id or found.edition_id,
            sha256=found.sha256,
            now=moment,
        )


def _answer(found: Holding, *, caching: str, unchanged: bool) -> Response:
    """Return the headers of the file and the word to the gateway; or 304, which the gateway cannot say for us."""
    response = Response(status=304 if unchanged else 200)
    response.headers["ETag"] = etag_of(found.sha256)
    response.headers["Cache-Control"] = caching
    response.headers["Content-Security-Policy"] = SANDBOX
    if unchanged:
        return response
    response.headers["Content-Type"] = CHARSET.get(found.media_type, found.media_type)
    response.headers["Content-Language"] = found.language
    response.headers["Content-Disposition"] = content_disposition(filename=found.filename, full_name=found.full_name)
    response.headers["Repr-Digest"] = repr_digest_of(found.sha256)
    response.headers["Last-Modified"] = http_date(found.modified_at)
    response.headers["Link"] = f'</materials/{found.publication_slug}>; rel="collection"'
    response.headers["X-Accel-Redirect"] = store_at(tools().settings.store_url).delivery(found.sha256).path
    return response
