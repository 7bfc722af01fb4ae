"""A client nobody here wrote uploads through the real gateway, is cut off, and goes on."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select
from tusclient.client import TusClient

from services.materials.actions.publications import add_chapter
from shared.clock import now
from shared.deeds import Deed
from shared.people.actions.tokens import make_api_token
from shared.schema.materials.arrivals import Arrival
from shared.schema.materials.files import Rendition
from shared.schema.materials.publications import Chapter
from shared.web.door.lifetimes import ABSOLUTE
from tests.support.academy import edition_called
from tests.support.gateway import materials_behind_gateway
from tests.support.library import TEXT, reader_in
from tests.support.web import person_called

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from shared.database import Database

PIECE = 200_000
CONTENT = b"%PDF-1.7\n" + random.Random(3).randbytes(900_000) + b"\nstartxref\n0\n%%EOF\n"


@pytest.fixture
def edition(registration_database: Database) -> UUID:
    return edition_called(registration_database, "montreal-2011")


def token_of(database: Database, name: str, role: tuple[str, UUID]) -> dict[str, str]:
    person = person_called(database, name, roles=[role])
    scopes = ["materials:read", "materials:keep"]
    with database.transaction() as session:
        secret = make_api_token(session, name=name, scopes=scopes, lasts=ABSOLUTE["staff"], deed=Deed(person, now()))
    return {"Authorization": f"Bearer {secret}"}


def test_an_upload_that_breaks_off_goes_on_by_tuspy_and_gets_its_place(
    registration_database: Database,
    materials_database: Database,
    database_url_for: Callable[[str], str],
    tmp_path: Path,
    edition: UUID,
) -> None:
    store = tmp_path / "store"
    reader = reader_in(materials_database, store, edition_id=edition, published=False, content=TEXT)
    with materials_database.transaction() as session:
        add_chapter(
            session, release_id=reader.release_id, number=3, titles={"fr": "Trois"}, authors=[], pages={},
            deed=Deed(None, now()),
        )  # fmt: skip
    mine = token_of(registration_database, "Lib", ("librarian", edition))
    theirs = token_of(registration_database, "Other", ("librarian", edition))
    file = tmp_path / "trois.pdf"
    file.write_bytes(CONTENT)
    behind = materials_behind_gateway(tmp_path / "run", database_url=database_url_for("materials"), store=store)
    with behind as url, file.open("rb") as stream:
        address = f"{url}/api/materials/tus/{reader.release_id}"
        client = TusClient(address, headers=mine)
        told = {"filename": file.name, "language": "fr", "format": "pdf", "chapter": "3"}
        first = client.uploader(file_stream=stream, chunk_size=PIECE, metadata=told)
        first.upload(stop_at=2 * PIECE)
        place = str(first.url)
        stands = httpx.head(place, headers={**mine, "Tus-Resumable": "1.0.0"})
        assert (stands.status_code, stands.headers["Upload-Offset"]) == (200, str(2 * PIECE))
        spoken = {"Tus-Resumable": "1.0.0"}
        assert httpx.head(place, headers={**theirs, **spoken}).status_code == 404
        assert httpx.head(place, headers=mine).status_code == 412
        body = {"Content-Type": "application/offset+octet-stream"}
        wrong = httpx.patch(place, content=b"x", headers={**mine, **spoken, **body, "Upload-Offset": "7"})
        assert wrong.status_code == 409
        second = client.uploader(file_stream=stream, chunk_size=PIECE, url=place)
        assert second.offset == 2 * PIECE
        second.upload()
        with materials_database.reading() as session:
            kept = session.scalars(
                select(Rendition.sha256).join(Chapter, Chapter.id == Rendition.chapter_id).where(Chapter.number == 3)
            ).one()
        assert kept == hashlib.sha256(CONTENT).hexdigest()
        assert httpx.head(place, headers={**mine, **spoken}).status_code == 404  # it has its place

        client.uploader(file_stream=stream, chunk_size=PIECE, metadata={"filename": "livre es.pdf"}).upload()
        with materials_database.reading() as session:
            arrived = session.scalars(select(Arrival)).one()
        assert (arrived.name, arrived.language) == ("livre es.pdf", "es")

        large = httpx.post(address, headers={**mine, **spoken, "Upload-Length": "150000001"})
        assert large.status_code == 422
        torn = httpx.post(address, headers={**mine, **spoken, "Upload-Length": "3", "Upload-Metadata": "filename %%"})
        assert torn.status_code == 422
        offered = httpx.options(address)
        assert (offered.status_code, offered.headers["Tus-Extension"]) == (204, "creation,termination,expiration")
        assert list((store / "scratch" / "tus").iterdir()) == []
