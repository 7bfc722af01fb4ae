"""A file as an answer: kept when it comes, claimed by the application, read by those who may, gone when replaced."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from services.registration.actions.files import ROOM, UNCLAIMED_LASTS, file_prune
from services.registration.app import BLUEPRINTS
from shared.clock import now
from shared.schema.registration import AnswerFile, Application
from shared.store import FolderStore
from tests.support.clamd import HARM, running_clamd
from tests.support.forms import fields_of, publish, standard_with
from tests.support.registration import make_open_edition
from tests.support.web import app_of, person_called, signed_in_as, visitor

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from shared.database import Database
    from tests.support.web import Browser

PDF: Final = b"%PDF-1.7\n1 0 obj\nstartxref\n0\n%%EOF\n"
APPLY: Final = "/e/spring-2026/apply"
TUS: Final = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def edition(registration_database: Database) -> UUID:
    made = make_open_edition(registration_database)
    form = standard_with({"type": "file", "key": "cv", "required": True, "kinds": ["pdf", "document"], "most_mb": 1})
    publish(registration_database, made, form, now=now())
    return made


@pytest.fixture
def app(registration_database: Database, edition: UUID, tmp_path: Path) -> Flask:
    assert edition
    return app_of(*BLUEPRINTS, database=registration_database, store_url=tmp_path.as_uri())


def filled(browser: Browser, path: str = APPLY, /, **changes: Any) -> dict[str, Any]:
    form = fields_of(browser.get(path).text) | {
        "name": "Awa Diop", "country": "SN", "language": "fr", "motivation": "To learn.", "needs_fellowship": "no",
        "consent": "yes",
    }  # fmt: skip
    form.pop("cv.file", None)
    return form | changes


def upload(content: bytes = PDF, name: str = "CV d’Awa.pdf") -> tuple[BytesIO, str]:
    return BytesIO(content), name


def files(database: Database) -> list[AnswerFile]:
    with database.reading() as session:
        return list(session.scalars(select(AnswerFile).order_by(AnswerFile.came_at)))


def application(database: Database) -> Application:
    with database.reading() as session:
        return session.scalars(select(Application)).one()


def sweep(database: Database, folder: Path, *, after: timedelta = timedelta(0)) -> int:
    with database.transaction() as session:
        return file_prune(FolderStore(folder, room=ROOM))(session, now=now() + after, limit=100)


def stored(folder: Path) -> int:
    return sum(path.is_file() for path in (folder / ROOM).glob("??/*"))


def applied(app: Flask, database: Database) -> tuple[Browser, Application]:
    """Apply as Awa, with a file, without a script."""
    awa = signed_in_as(app, database, person_called(database, "Awa"))
    sent = awa.post(APPLY, data=filled(awa, **{"cv.file": upload()}), content_type="multipart/form-data")
    assert sent.status_code == 303, sent.text
    return awa, application(database)


def test_a_file_sent_with_the_form_is_kept_and_read_by_the_applicant_and_the_desk_alone(
    app: Flask, registration_database: Database, tmp_path: Path
) -> None:
    awa, made = applied(app, registration_database)
    [file] = files(registration_database)
    assert made.answers["cv"] == {
        "file": str(file.id), "name": "CV d’Awa.pdf", "size": len(PDF), "media_type": "application/pdf"
    }  # fmt: skip
    assert (file.application_id, (tmp_path / ROOM / file.sha256[:2] / file.sha256).read_bytes()) == (made.id, PDF)
    mine = f"/me/files/{file.id}"
    assert mine in awa.get(f"/me/applications/{made.id}").text
    answer = awa.get(mine)
    assert answer.headers["X-Accel-Redirect"] == f"/_files/{ROOM}/{file.sha256[:2]}/{file.sha256}"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "CV%20d%E2%80%99Awa.pdf" in answer.headers["Content-Disposition"]
    ben = signed_in_as(app, registration_database, person_called(registration_database, "Ben"))
    assert ben.get(mine).status_code == 404
    staff = person_called(registration_database, "Rita", roles=["reviewer"])
    desk = signed_in_as(app, registration_database, staff, means="staff")
    assert f"/desk/e/spring-2026/files/{file.id}" in desk.get(f"/desk/e/spring-2026/applications/{made.id}").text
    assert desk.get(f"/desk/e/spring-2026/files/{file.id}").status_code == 200
    assert desk.get(f"/desk/e/spring-2026/files/{UUID(int=7)}").status_code == 404


def test_what_is_wrong_elsewhere_does_not_make_anybody_send_the_file_twice(
    app: Flask, registration_database: Database
) -> None:
    browser = visitor(app)
    form = filled(browser, email="awa@example.org", name="", **{"cv.file": upload()})
    refused = browser.post(APPLY, data=form, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "“CV d’Awa.pdf” has come." in refused.text
    again = fields_of(refused.text) | {"name": "Awa Diop"}
    again.pop("cv.file", None)
    assert browser.post(APPLY, data=again).status_code == 303
    assert application(registration_database).answers["cv"]["name"] == "CV d’Awa.pdf"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "cv.pdf", "The file is empty"),
        (b"MZ\x90\x00" + PDF[:5], "cv.pdf", "choose one of the kinds"),
        (b"<html><script>alert(1)</script>", "cv.pdf", "choose one of the kinds"),
        (PDF[:-6], "cv.pdf", "choose one of the kinds"),
        (b"\x89PNG\r\n\x1a\n" + PDF, "cv.png", "choose one of the kinds"),
        (PDF + b"\n" * 1_000_001 + b"%%EOF", "cv.pdf", "One file may have at most 1 MB."),
    ],
    ids=["empty", "program", "page", "cut off", "another kind", "too large"],
)
def test_a_file_that_cannot_be_taken_is_refused_by_a_sentence_and_leaves_nothing(
    app: Flask, registration_database: Database, tmp_path: Path, content: bytes, name: str, said: str
) -> None:
    browser = visitor(app)
    form = filled(browser, email="awa@example.org", **{"cv.file": FileStorage(BytesIO(content), name)})
    boundary, body = encode_multipart(form)
    answer = browser.post(APPLY, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Awa Diop"' in answer.text
    assert (files(registration_database), stored(tmp_path)) == ([], 0)


def test_a_scanner_is_asked_and_without_its_word_nothing_is_kept(
    registration_database: Database, edition: UUID, tmp_path: Path
) -> None:
    assert edition

    def answer(content: bytes, scanner: str) -> Any:
        app = app_of(*BLUEPRINTS, database=registration_database, store_url=tmp_path.as_uri(), clamav_url=scanner)
        browser = visitor(app)
        form = filled(browser, email="awa@example.org", **{"cv.file": upload(content)})
        return browser.post(APPLY, data=form, content_type="multipart/form-data")

    with running_clamd() as scanner:
        harmful = answer(PDF[:9] + HARM + PDF[9:], scanner)
        assert harmful.status_code == 422
        assert "found to be harmful" in harmful.text
        assert answer(PDF, scanner).status_code == 303
    away = answer(PDF, scanner)
    assert away.status_code == 422
    assert "cannot be checked at the moment" in away.text
    assert len(files(registration_database)) == 1


def test_a_file_that_is_replaced_goes_and_one_that_others_have_too_keeps_its_bytes(
    app: Flask, registration_database: Database, tmp_path: Path
) -> None:
    awa, made = applied(app, registration_database)
    edit = f"/me/applications/{made.id}/edit"
    assert "“CV d’Awa.pdf” has come." in awa.get(edit).text
    newer = filled(awa, edit, **{"cv.file": upload(b"%PDF-1.4\n" + PDF, "newer.pdf")})
    assert awa.post(edit, data=newer, content_type="multipart/form-data").status_code == 303
    assert application(registration_database).answers["cv"]["name"] == "newer.pdf"
    assert "CV d’Awa.pdf" in awa.get(f"/me/applications/{made.id}").text  # beside the newer one, as what was there
    assert (sweep(registration_database, tmp_path), stored(tmp_path)) == (1, 1)
    same = filled(visitor(app), email="eve@example.org", **{"cv.file": upload(b"%PDF-1.4\n" + PDF)})
    browser = visitor(app)
    same["csrf_token"] = fields_of(browser.get(APPLY).text)["csrf_token"]
    assert browser.post(APPLY, data=same, content_type="multipart/form-data").status_code == 303
    third = filled(awa, edit, **{"cv.file": upload(b"%PDF-1.5\n" + PDF)})
    assert awa.post(edit, data=third, content_type="multipart/form-data").status_code == 303
    assert (sweep(registration_database, tmp_path), stored(tmp_path)) == (1, 2)


def test_a_file_nobody_claims_goes_after_a_month_and_one_of_an_application_stays(
    app: Flask, registration_database: Database, tmp_path: Path
) -> None:
    applied(app, registration_database)
    browser = visitor(app)
    form = filled(browser, name="", email="eve@example.org", **{"cv.file": upload(b"%PDF-1.4\n" + PDF)})
    browser.post(APPLY, data=form, content_type="multipart/form-data")
    assert (len(files(registration_database)), stored(tmp_path)) == (2, 2)
    assert sweep(registration_database, tmp_path, after=UNCLAIMED_LASTS - timedelta(hours=1)) == 0
    assert sweep(registration_database, tmp_path, after=UNCLAIMED_LASTS + timedelta(hours=1)) == 1
    assert (len(files(registration_database)), stored(tmp_path)) == (1, 1)


def test_another_person_s_file_is_no_answer(app: Flask, registration_database: Database) -> None:
    applied(app, registration_database)
    [file] = files(registration_database)
    browser = visitor(app)
    stolen = browser.post(APPLY, data=filled(browser, email="eve@example.org", cv=str(file.id)))
    assert stolen.status_code == 422
    assert "The file is not here any more: choose it again" in stolen.text
    [kept] = files(registration_database)
    assert kept.application_id == file.application_id


def test_a_file_comes_piece_by_piece_goes_on_after_a_break_and_is_its_browser_s_own(
    app: Flask, registration_database: Database
) -> None:
    browser, other = visitor(app), visitor(app)
    form = filled(browser, email="awa@example.org")
    token = {"X-CSRF-Token": form["csrf_token"], "Origin": browser.address}
    page = browser.get(APPLY).text
    place = page.split('data-files="')[1].split('"')[0]
    said = f"field {b64encode(b'cv').decode()},filename {b64encode(b'cv.pdf').decode()}"
    begin = {**TUS, **token, "Upload-Length": str(len(PDF)), "Upload-Metadata": said}
    begun = browser.post(place, headers=begin)
    assert begun.status_code == 201, begun.text
    url = begun.headers["Location"].removeprefix(browser.address)
    piece = {**TUS, **token, "Content-Type": "application/offset+octet-stream"}
    first = browser.patch(url, headers={**piece, "Upload-Offset": "0"}, data=PDF[:10])
    assert first.headers["Upload-Offset"] == "10"
    other.get(APPLY)
    assert other.head(url, headers=TUS).status_code == 404
    assert browser.head(url, headers=TUS).headers["Upload-Offset"] == "10"
    assert browser.patch(url, headers={**piece, "Upload-Offset": "3"}, data=PDF[3:]).status_code == 409
    whole = browser.patch(url, headers={**piece, "Upload-Offset": "10"}, data=PDF[10:])
    assert whole.status_code == 204
    sent = browser.post(APPLY, data=form | {"cv": whole.headers["Academy-File"], "cv.name": "cv.pdf"})
    assert sent.status_code == 303
    assert application(registration_database).answers["cv"]["name"] == "cv.pdf"
    too_large = browser.post(place, headers={**begin, "Upload-Length": "1000001"})
    assert too_large.status_code == 422
    nowhere = browser.post(place, headers={**begin, "Upload-Metadata": said.replace("Y3Y=", "bmFtZQ==")})
    assert nowhere.status_code == 422
