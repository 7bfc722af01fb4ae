"""A library with a Reader in it, and the application of materials in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from sqlalchemy.dialects.postgresql import insert

from services.materials.actions.publications import add_publication, draft_release, publish_release
from services.materials.actions.renditions import add_rendition
from services.materials.actions.shelves import place_on_shelf, put_up_shelf
from services.materials.app import build
from services.materials.settings import MaterialsSettings
from shared.clock import now
from shared.deeds import Deed
from shared.schema.materials.files import Download
from shared.store import store_at
from tests.support.web import HOST, NOBODY

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database

PDF_END = b"\nstartxref\n0\n%%EOF\n"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + PDF_END
TEXT = "Économie sociale et solidaire\n".encode() * 20


@dataclass(frozen=True)
class Reader:
    """A publication with one file, on one shelf."""

    publication_id: UUID
    release_id: UUID
    rendition_id: UUID
    shelf_id: UUID
    sha256: str
    path: str


def reader_in(
    database: Database,
    folder: Path | str,
    *,
    edition_id: UUID | None,
    rule: str = "accepted",
    content: bytes = PDF,
    language: str = "en",
    slug: str = "reader",
    published: bool = True,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Reader:
    """Make a Reader with one file and put it on a new shelf; ``folder`` is the store's, or its address."""
    format_ = "pdf" if content.startswith(b"%PDF") else "text"
    store = store_at(folder if isinstance(folder, str) else folder.as_uri())
    deed = Deed(None, now())
    with database.transaction() as session:
        titles = {"en": "Our common road", "ar": "طريقنا المشترك"}
        publication = add_publication(
            session,
            slug=slug,
            kind="reader",
            edition_id=edition_id,
            titles=titles,
            summaries={"en": "What the week is about."},
            contributors=["International Labour Organization"],
            deed=deed,
        )
        release = draft_release(session, publication_id=publication.id, version="2011", dated="2011-10-24", deed=deed)
        rendition = add_rendition(
            session,
            store,
            release_id=release.id,
            language=language,
            format_=format_,
            pieces=[content],
            limit=1_000_000_000,
            deed=deed,
        )
        if published:
            publish_release(session, release_id=release.id, deed=deed)
        shelf = put_up_shelf(
            session,
            edition_id=edition_id,
            names={"en": "Shelf"},
            rule=rule,
            opens_at=opens_at,
            closes_at=closes_at,
            deed=deed,
        )
        place_on_shelf(session, shelf_id=shelf.id, publication_id=publication.id, deed=deed)
        return Reader(
            publication_id=publication.id,
            release_id=release.id,
            rendition_id=rendition.id,
            shelf_id=shelf.id,
            sha256=rendition.sha256,
            path=f"/materials/renditions/{rendition.id}/{rendition.filename}",
        )


def fetch(database: Database, reader: Reader, person_id: UUID, at: datetime) -> None:
    """Write down that somebody fetched the file of a Reader, or did so again."""
    fetched = insert(Download).values(
        person_id=person_id, rendition_id=reader.rendition_id, sha256=reader.sha256, first_at=at, last_at=at
    )
    again = {"last_at": fetched.excluded.last_at}
    with database.transaction() as session:
        session.execute(fetched.on_conflict_do_update(index_elements=["person_id", "rendition_id"], set_=again))


def materials_app(database: Database, folder: Path, **changes: Any) -> Flask:
    """Return the application of materials at http://academy.test with its store in ``folder``."""
    values: dict[str, Any] = {
        "environment": "test",
        "secret_key": SecretStr("a secret that is only good for tests"),
        "public_url": f"http://{HOST}",
        "database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none"),
        "redis_url": NOBODY,
        "store_url": folder.as_uri(),
    }
    return build(MaterialsSettings(**{**values, **changes}), database)
