"""Downloads: this service decides, counts and answers 304; the gateway sends the bytes and their ranges."""

from __future__ import annotations

import logging
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.http import http_date

from services.materials.actions.downloads import count_again, count_download
from services.materials.errors import RenditionUnknown
from services.materials.queries.rights import Holding, holding, public_holding
from services.materials.rules.conditions import Part, etag_of, is_refused, is_unchanged, part_wanted, repr_digest_of
from services.materials.rules.media import CHARSET
from services.materials.rules.names import content_disposition
from services.materials.rules.releases import TAKEN_BACK
from services.materials.rules.renditions import SANDBOX, cache_control, cache_control_of_hash
from services.materials.rules.shelves import Right, right_to_open
from shared.clock import now
from shared.store import store_at
from shared.web.api.problems import problem
from shared.web.door.identity import SignedIn, signed_in
from shared.web.door.policy import public
from shared.web.door.tools import tools
from shared.words.sentences import _l

log = logging.getLogger(__name__)
blueprint = Blueprint("renditions", __name__)
KEEPERS: Final = ("organiser", "librarian")
"""Staff who may open whatever is in their library, drafts too."""
ASKED_AGAIN: Final = "1"
"""Seconds for which the gateway takes our word about a public file."""
_INSTEAD: Final = {
    HTTPStatus.PRECONDITION_FAILED: (
        _l("The file is not the one you began to download"),
        _l("It was replaced since. Begin the download anew."),
    ),
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: (
        _l("The file has no such part"),
        _l("If your download was complete, all is well. If not, begin it anew."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        _l("This file was damaged on our side"),
        _l("It is not sent, so that you do not get a broken copy. We were told and will put it right."),
    ),
}


@blueprint.get("/materials/renditions/<uuid:rendition_id>/<filename>")
@public  # the shelf decides, on every request, so that a part asked for after a withdrawal is refused
def download(rendition_id: UUID, filename: str) -> Response:  # noqa: ARG001 - the name is for the reader's device
    """Send a rendition to whoever may open it; strangers are told nothing about it."""
    person, moment = signed_in(), now()
    with tools().database.at_once() as session:
        person_id = person.person_id if person else None
        found = holding(session, rendition_id=rendition_id, person_id=person_id, now=moment)
    right = _right(found)
    if found is None or (right is None and not _keeps(person, found)):
        if found is not None and found.state in TAKEN_BACK and right_to_open(found.claims) is not None:
            return tombstone(found.state)
        if person is None:
            return _sign_in_first()
        raise RenditionUnknown
    answer = _decided(found)
    if right is not None and person is not None and isinstance(answer, Part) and request.method == "GET":
        _count(found, answer, person=person, right=right, moment=moment)
    return _answer(found, answer, caching=cache_control(right))


@blueprint.get("/materials/files/<sha256>/<filename>")
@public
def public_file(sha256: str, filename: str) -> Response:
    """Send a file of a public shelf under its hash, to be kept by every cache on the way."""
    moment = now()
    with tools().database.at_once() as session:
        found = public_holding(session, sha256=sha256, filename=filename, now=moment)
    right = _right(found)
    if found is None or right is None:
        raise RenditionUnknown
    return _answer(found, _decided(found), caching=cache_control_of_hash(right, now=moment))


@blueprint.get("/materials/files/<sha256>/<filename>/headers")
@public
def public_headers(sha256: str, filename: str) -> Response:
    """Tell the gateway what travels with a file of a public shelf, which it sends alone for the next second."""
    moment = now()
    with tools().database.at_once() as session:
        found = public_holding(session, sha256=sha256, filename=filename, now=moment)
    right = _right(found)
    if found is None or right is None or store_at(tools().settings.store_url).size(found.sha256) != found.size:
        return Response(status=HTTPStatus.FORBIDDEN, headers={"X-Accel-Expires": ASKED_AGAIN})
    sent = _answer(found, Part(0, found.size - 1), caching=cache_control_of_hash(right, now=moment))
    sent.status_code = HTTPStatus.NO_CONTENT
    del sent.headers["X-Accel-Redirect"]
    sent.headers["X-Accel-Expires"] = ASKED_AGAIN
    return sent


def _right(found: Holding | None) -> Right | None:
    if found is None or not found.is_published:
        return None
    return right_to_open(found.claims)


def _keeps(person: SignedIn | None, found: Holding) -> bool:
    if person is None:
        return False
    return person.holds(*KEEPERS, edition_id=found.edition_id, everywhere=found.edition_id is None)


def _decided(found: Holding) -> Part | HTTPStatus:
    """Return the part that the gateway will send, or the status that is said instead, in the order of RFC 9110, 13.2.2.

    Refuses to send what the store no longer has as it was.
    """
    etag, asked = etag_of(found.sha256), request.headers
    if is_refused(
        if_match=asked.get("If-Match"),
        if_unmodified_since=asked.get("If-Unmodified-Since"),
        etag=etag,
        modified_at=found.modified_at,
    ):
        return HTTPStatus.PRECONDITION_FAILED
    if is_unchanged(
        if_none_match=asked.get("If-None-Match"),
        if_modified_since=asked.get("If-Modified-Since"),
        etag=etag,
        modified_at=found.modified_at,
    ):
        return HTTPStatus.NOT_MODIFIED
    there = store_at(tools().settings.store_url).size(found.sha256)
    if there != found.size:
        log.error("damaged in the store: %s has %s bytes, not %s", found.sha256, there, found.size)
        return HTTPStatus.SERVICE_UNAVAILABLE
    part = part_wanted(
        range_header=asked.get("Range"),
        if_range=asked.get("If-Range"),
        etag=etag,
        modified_at=found.modified_at,
        size=found.size,
    )
    return part or HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


def _count(found: Holding, part: Part, *, person: SignedIn, right: Right, moment: datetime) -> None:
    """Count what holds the end of the file: again, which is one statement, or for the first time, which is a fact."""
    if part.last != found.size - 1:
        return
    whole, database = part.first == 0, tools().database
    with database.at_once() as session:
        is_known = count_again(
            session,
            person_id=person.person_id,
            rendition_id=found.rendition_id,
            sha256=found.sha256,
            now=moment,
            whole=whole,
        )
    if is_known:
        return
    with database.transaction() as session:
        count_download(
            session,
            person_id=person.person_id,
            rendition_id=found.rendition_id,
            publication_id=found.publication_id,
            edition_id=right.claim.edition_id or found.edition_id,
            sha256=found.sha256,
            now=moment,
            whole=whole,
        )


def _answer(found: Holding, decided: Part | HTTPStatus, *, caching: str) -> Response:
    """Return the headers of the file and the word to the gateway; or what the gateway cannot say for us."""
    if isinstance(decided, HTTPStatus) and decided is not HTTPStatus.NOT_MODIFIED:
        return _instead(found, decided)
    response = Response(status=200 if isinstance(decided, Part) else decided)
    response.headers["ETag"] = etag_of(found.sha256)
    response.headers["Cache-Control"] = caching
    response.headers["Content-Security-Policy"] = SANDBOX
    if not isinstance(decided, Part):
        return response
    response.headers["Content-Type"] = CHARSET.get(found.media_type, found.media_type)
    response.headers["Content-Language"] = found.language
    response.headers["Content-Disposition"] = content_disposition(filename=found.filename, full_name=found.full_name)
    response.headers["Repr-Digest"] = repr_digest_of(found.sha256)
    response.headers["Last-Modified"] = http_date(found.modified_at)
    response.headers["Link"] = f'</materials/{found.publication_slug}>; rel="collection"'
    response.headers["X-Accel-Redirect"] = store_at(tools().settings.store_url).delivery(found.sha256).path
    return response


def _instead(found: Holding, status: HTTPStatus) -> Response:
    title, detail = _INSTEAD[status]
    response = problem(status, title=title, detail=detail)
    if status is HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        response.headers["Content-Range"] = f"bytes */{found.size}"
    if status is not HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["ETag"] = etag_of(found.sha256)
    return response


def tombstone(state: str) -> Response:
    """Say that what could be opened here was taken back (RFC 9110, 15.5.11), by itself or with the whole work."""
    if state == "removed":
        title, detail = _l("This work was taken out of the library"), _l("Those who keep the library took it back.")
    else:
        title = _l("This version was withdrawn")
        detail = _l("Those who keep the library took it back. If there is a newer version, it stands under Materials.")
    return problem(HTTPStatus.GONE, title=title, detail=detail)


def _sign_in_first() -> Response:
    """Say 403 with a way in that leads back here; programs go by the status."""
    way = "/sign-in?" + urlencode({"next": request.path})
    response = make_response(render_template("materials/sign_in_first.html", way=way), HTTPStatus.FORBIDDEN)
    response.headers["Cache-Control"] = "no-store"
    return response
