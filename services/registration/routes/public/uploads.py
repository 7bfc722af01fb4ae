"""Files of a form on bad lines: sent piece by piece while the rest is filled in (tus 1.0.0).

A visitor's uploads are known by their browser's cookie. Anybody may send to a form that anybody may fill in now; to
another form, somebody signed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from uuid import UUID, uuid4

from flask import Blueprint, Response, session as cookie

from services.registration.actions.files import Came
from services.registration.errors import FormUnknown
from services.registration.queries.forms import form_and_edition, version_of_form
from services.registration.routes.attachments import answer_store, keep_file
from services.registration.rules.editions import takes_applications
from services.registration.rules.forms.fields.files import MEGABYTE, MOST_MEGABYTES
from shared.clock import now
from shared.uploads import Incoming, Upload, UploadMisstated
from shared.web.door.identity import signed_in
from shared.web.door.limits import by_caller, limited
from shared.web.door.policy import larger_body, public
from shared.web.door.resumable import Resumable
from shared.web.door.tools import tools

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.registration.rules.forms.fields.files import File

blueprint = Blueprint("answer_uploads", __name__)
_ALL: Final = "/forms/<uuid:form_id>/uploads"
_ONE: Final = _ALL + "/<uuid:upload_id>"
_MINE: Final = "u"
"""Where the cookie keeps whose uploads these are."""
_PIECE: Final = 2 * MEGABYTE
"""The most bytes of one request; the pages' script sends half of it."""


@blueprint.route(_ALL, methods=["GET", "OPTIONS"])
@public
def offers(form_id: UUID) -> Response:  # noqa: ARG001 - every form is served alike
    """Say what of tus is spoken here."""
    return _UPLOADS.offers(limit=MOST_MEGABYTES * MEGABYTE)


@blueprint.post(_ALL)
@public
@limited("60 per hour", by=by_caller)
def begin(form_id: UUID) -> Response:
    """Begin an upload for the question that the metadata names as ``field``."""
    return _UPLOADS.begin(about=form_id, owner=_owner(), limit=lambda said: _asked(form_id, said)[1].limit)


@blueprint.get(_ONE)
@public
def where(form_id: UUID, upload_id: UUID) -> Response:
    """Say how much has come."""
    return _UPLOADS.where(upload_id, about=form_id, owner=_owner())


@blueprint.route(_ONE, methods=["PATCH"])
@public
@larger_body(_PIECE)
def go_on(form_id: UUID, upload_id: UUID) -> Response:
    """Take what follows; with the last byte ``Academy-File`` names the file, as the form's answer does."""
    return _UPLOADS.go_on(upload_id, about=form_id, owner=_owner())


@blueprint.delete(_ONE)
@public
def stop(form_id: UUID, upload_id: UUID) -> Response:
    """Let an upload go."""
    return _UPLOADS.stop(upload_id, about=form_id, owner=_owner())


def _asked(form_id: UUID, said: Mapping[str, str]) -> tuple[UUID, File]:
    """Return the edition and the question; refuses with :class:`FormUnknown` whoever cannot fill the form in."""
    with tools().database.reading() as session:
        form, edition = form_and_edition(session, form_id)
        is_open = form.purpose == "application" and takes_applications(
            opens_at=edition.opens_at,
            closes_at=edition.closes_at,
            published=edition.published_at is not None,
            now=now(),
        )
        if form.published is None or not (is_open or signed_in() is not None):
            raise FormUnknown
        field = version_of_form(session, form_id=form_id, number=form.published).file_fields.get(said.get("field", ""))
    if field is None:
        raise UploadMisstated
    return form.edition_id, field


def _finish(incoming: Incoming, upload: Upload) -> dict[str, str]:
    edition_id, field = _asked(upload.about, upload.said)
    with incoming.reading(upload) as file:
        came = Came(upload.said.get("filename", ""), file)
        kept = keep_file(field, form_id=upload.about, edition_id=edition_id, came=came)
    return {"Academy-File": str(kept.id), "Academy-File-Name": quote(kept.name)}


def _owner() -> UUID:
    known = cookie.get(_MINE)
    if known is None:
        known = cookie[_MINE] = str(uuid4())
    return UUID(known)


def _incoming() -> Incoming:
    return Incoming(answer_store().scratch / "tus")


_UPLOADS: Final = Resumable(_incoming, _finish)
