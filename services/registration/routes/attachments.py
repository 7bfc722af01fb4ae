"""Files that come with a form: kept at once, so that whatever else is wrong with the form, nobody sends them twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final
from urllib.parse import quote
from uuid import UUID

from flask import Response, request
from werkzeug.datastructures import MultiDict

from services.registration.actions.files import ROOM, Came, take_file
from services.registration.queries.files import files_in
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.fields.base import CameBefore
from services.registration.rules.forms.fields.files import MEGABYTE, MOST_MEGABYTES, File
from services.registration.rules.forms.file_kinds import FileInfected
from shared.clamav import ScannerAway, harm_in
from shared.clock import now
from shared.errors import Conflict, Refusal
from shared.schema.registration import AnswerFile
from shared.store import Store, store_at
from shared.web.door.tools import tools
from shared.words.sentences import _l

LARGEST_FORM: Final = 2 * MOST_MEGABYTES * MEGABYTE + MEGABYTE
"""Bytes of a form with files: without a script they come together, with one each comes by itself."""


class ScannerBusy(Conflict):
    """Nothing is kept that was not looked at."""

    title = _l("Files cannot be checked at the moment: try again in some minutes")


@dataclass(frozen=True)
class Sent:
    """What a form sent, each file replaced by its id; ``errors`` says by field what was refused."""

    form: MultiDict[str, str]
    errors: Mapping[str, object]


def sent_with_files(form: CompiledForm, *, form_id: UUID | None, edition_id: UUID) -> Sent:
    """Keep the files that this request brings; return the rest of it with their ids."""
    if form_id is None or not form.file_fields or not request.files:
        return Sent(request.form, {})
    came = MultiDict(request.form)
    errors: dict[str, object] = {}
    for key, field in form.file_fields.items():
        file = request.files.get(f"{key}.file")
        if file is None or not file.filename:
            continue
        try:
            kept = keep_file(
                field, form_id=form_id, edition_id=edition_id, came=Came(file.filename, _binary(file.stream))
            )
        except Refusal as refusal:
            errors[key] = refusal.detail or refusal.title
            continue
        came.setlist(key, [str(kept.id)])
        came.setlist(f"{key}.name", [kept.name])
        came.poplist(f"{key}.gone")
    return Sent(came, errors)


def keep_file(field: File, *, form_id: UUID, edition_id: UUID, came: Came) -> AnswerFile:
    """Keep one file in a transaction of its own; refuses as :func:`take_file` does."""
    with tools().database.transaction() as session:
        kept = take_file(
            session,
            answer_store(),
            form_id=form_id,
            edition_id=edition_id,
            field=field,
            came=came,
            scan=scan,
            now=now(),
        )
        session.flush()  # so that what the row holds can be read after the commit
        session.expunge(kept)
    return kept


def files_sent(
    form: CompiledForm, raw: Mapping[str, object], *, form_id: UUID | None, application_id: UUID | None = None
) -> Mapping[str, CameBefore]:
    """Return the files that ``raw`` names and that may be given as answers."""
    if form_id is None or not form.file_fields:
        return {}
    with tools().database.reading() as session:
        return files_in(session, form, raw, form_id=form_id, application_id=application_id)


def answer_store() -> Store:
    """Return the room of the store where they lie."""
    return store_at(tools().settings.store_url, ROOM)


def scan(file: BinaryIO) -> None:
    """Refuse a file that the scanner knows as harmful; without a scanner, none."""
    url = tools().settings.clamav_url
    if not url:
        return
    try:
        harm = harm_in(url, file)
    except ScannerAway as away:
        raise ScannerBusy from away
    if harm is not None:
        raise FileInfected


def sent_file(file: AnswerFile) -> Response:
    """Have the gateway send a file, always to be saved: what people upload is never shown as a page of ours."""
    answer = Response(mimetype=file.media_type)
    answer.headers["X-Accel-Redirect"] = answer_store().delivery(file.sha256).path
    plain = file.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name)}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _binary(stream: object) -> BinaryIO:
    found: BinaryIO = stream  # type: ignore[assignment]
    return found
