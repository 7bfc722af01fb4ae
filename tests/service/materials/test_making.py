from __future__ import annotations

import io
import shutil
import zipfile
from typing import TYPE_CHECKING

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from services.materials.actions.makings import ask_again
from services.materials.actions.publications import add_chapter
from services.materials.actions.renditions import add_rendition
from services.materials.gateways.workshop import Bounds
from shared.clock import now
from shared.deeds import Deed
from shared.schema.materials.making import Page
from shared.store import store_at
from tests.support.judges import judged_by_epubcheck
from tests.support.library import TEXT, Reader, materials_app, reader_in
from tests.support.making import made_of, make, making_of
from tests.support.pdfs import bomb, locked, picture_pdf, typeset
from tests.support.web import form_token, person_called, press, signed_in_as

if TYPE_CHECKING:
    from pathlib import Path

    from shared.database import Database


@pytest.fixture
def library(materials_database: Database, tmp_path: Path) -> Library:
    return Library(materials_database, tmp_path)


class Library:
    """A folder and a database, and what the maker makes in them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder

    def upload(self, content: bytes, *, language: str = "fr", published: bool = False) -> Reader:
        return reader_in(
            self.database, self.folder, edition_id=None, content=content, language=language, published=published,
            rule="public",
        )  # fmt: skip

    def again(self, reader: Reader, content: bytes) -> None:
        with self.database.transaction() as session:
            add_rendition(
                session, store_at(self.folder.as_uri()), release_id=reader.release_id, language="fr", format_="pdf",
                pieces=[content], limit=10**9, deed=Deed(None, now()),
            )  # fmt: skip

    def pages(self, sha256: str) -> list[Page]:
        with self.database.reading() as session:
            return list(session.scalars(select(Page).where(Page.sha256 == sha256).order_by(Page.number)))

    def bytes_of(self, sha256: str | None) -> bytes:
        assert sha256
        with store_at(self.folder.as_uri()).reading(sha256) as file:
            return file.read()


def test_of_a_pdf_come_its_pages_with_words_and_pictures_and_a_light_version_and_its_text(library: Library) -> None:
    reader = library.upload(typeset("fr"))
    make(library.database, library.folder)
    making = making_of(library.database, reader.rendition_id)
    assert (making.state, making.trouble, making.pages) == ("made", None, 12)
    pages = library.pages(reader.sha256)
    assert [page.number for page in pages] == list(range(1, 13))
    assert "compréhension commune du concept d’économie sociale" in pages[3].text  # parted on paper, whole here
    picture = Image.open(io.BytesIO(library.bytes_of(pages[3].image)))
    assert (picture.format, picture.size) == ("WEBP", (pages[3].width, pages[3].height))
    assert 890 < picture.width < 910
    assert Image.open(io.BytesIO(library.bytes_of(pages[3].small))).width == 160
    left, top, width, height, said = pages[3].lines[2]
    assert said == "À propos de ce guide"
    assert 0 < left < left + width < 1000
    assert 0 < top < top + height < 200
    made = made_of(library.database, reader.rendition_id)
    assert set(made) == {"epub", "light_pdf", "text"}
    assert "Économie sociale et solidaire" in library.bytes_of(made["text"].sha256).decode()
    light = library.bytes_of(made["light_pdf"].sha256)
    assert len(light) < len(typeset("fr"))
    with pikepdf.open(io.BytesIO(light)) as pdf:
        assert pdf.is_linearized
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == 12


def test_arabic_is_read_in_the_order_in_which_it_is_spoken(library: Library) -> None:
    reader = library.upload(typeset("ar"), language="ar")
    make(library.database, library.folder)
    assert "يجمع هذا الكتاب سلسلة من المقالات" in library.pages(reader.sha256)[3].text
    whole = "\n".join(page.text for page in library.pages(reader.sha256))
    assert "(1920)" in whole
    assert ")1920(" not in whole


def test_pictures_of_a_scan_become_lighter_and_no_empty_text_is_offered(library: Library) -> None:
    original = picture_pdf(pages=2)
    reader = library.upload(original)
    make(library.database, library.folder)
    made = made_of(library.database, reader.rendition_id)
    assert set(made) == {"light_pdf"}
    assert len(library.bytes_of(made["light_pdf"].sha256)) < len(original) / 2


def test_what_cannot_be_made_lighter_is_not_offered_as_light(library: Library) -> None:
    reader = library.upload(picture_pdf(side=60))
    make(library.database, library.folder)
    assert made_of(library.database, reader.rendition_id) == {}
    assert making_of(library.database, reader.rendition_id).state == "made"


def test_chapters_are_cut_out_by_their_pages_also_when_they_are_described_later(library: Library) -> None:
    reader = library.upload(typeset("fr"))
    make(library.database, library.folder)
    deed = Deed(None, now())
    with library.database.transaction() as session:
        for number, span in ((1, (5, 5)), (2, (6, 8)), (3, (11, 99))):
            add_chapter(
                session, release_id=reader.release_id, number=number, titles={"fr": f"Partie {number}"}, authors=[],
                pages={"fr": span}, deed=deed,
            )  # fmt: skip
    make(library.database, library.folder)
    made = made_of(library.database, reader.rendition_id)
    names = sorted(name for name in made if name.startswith("chapter"))
    assert names == ["chapter reader-2011-fr-ch01.pdf", "chapter reader-2011-fr-ch02.pdf"]
    with pikepdf.open(io.BytesIO(library.bytes_of(made[names[1]].sha256))) as cut:
        assert len(cut.pages) == 3
    assert made[names[1]].pages == 3
    with zipfile.ZipFile(io.BytesIO(library.bytes_of(made["epub"].sha256))) as book:
        contents = book.read("book/contents.xhtml").decode()
        assert ">Partie 1</a>" in contents
        assert ">Partie 2</a>" in contents


@pytest.mark.skipif(shutil.which("java") is None, reason="no java: epubcheck runs on it")
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_book_made_of_the_reader_is_clean_to_epubcheck(language: str, library: Library, tmp_path: Path) -> None:
    reader = library.upload(typeset(language), language=language)
    make(library.database, library.folder)
    content = library.bytes_of(made_of(library.database, reader.rendition_id)["epub"].sha256)
    judged_by_epubcheck(content, tmp_path)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        said = book.read("book/part-001.xhtml").decode()
    assert ("compréhension commune du concept d’économie sociale" in said) == (language == "fr")
    assert ('dir="rtl"' in said) == (language == "ar")


@pytest.mark.parametrize(
    ("content", "state", "trouble"),
    [
        (locked(typeset("fr"), password="secret"), "failed", "locked"),
        (locked(typeset("fr")), "made", "locked"),
        (b"%PDF-1.7\n" + b"nothing of a PDF " * 900 + b"\nstartxref\n0\n%%EOF\n", "failed", "broken"),
    ],
    ids=["asks for a password", "may be read, not copied", "broken"],
)
def test_what_cannot_be_taken_apart_is_said_and_the_upload_stays(
    library: Library, content: bytes, state: str, trouble: str
) -> None:
    reader = library.upload(content)
    make(library.database, library.folder)
    making = making_of(library.database, reader.rendition_id)
    assert (making.state, making.trouble) == (state, trouble)
    assert library.bytes_of(reader.sha256) == content
    assert "light_pdf" not in made_of(library.database, reader.rendition_id)
    assert len(library.pages(reader.sha256)) == (12 if state == "made" else 0)


@pytest.mark.parametrize(
    "bounds",
    [Bounds(processor_seconds=2), Bounds(seconds=2), Bounds(memory=400_000_000)],
    ids=["processor", "time", "memory"],
)
def test_a_bomb_is_ended_at_its_bound_and_counted_and_the_next_file_is_made(library: Library, bounds: Bounds) -> None:
    reader = library.upload(bomb())
    make(library.database, library.folder, bounds=bounds)
    making = making_of(library.database, reader.rendition_id)
    assert (making.state, making.trouble) == ("failed", "heavy")
    with library.database.transaction() as session:
        ask_again(session, making_id=making.id, deed=Deed(None, now()))
    library.again(reader, typeset("fr"))
    make(library.database, library.folder)
    assert making_of(library.database, reader.rendition_id).state == "made"


def test_a_long_work_is_made_in_slices_each_a_transaction_of_its_own(library: Library) -> None:
    reader = library.upload(typeset("en"), language="en")
    make(library.database, library.folder, bounds=Bounds(slice_seconds=0))
    assert [page.number for page in library.pages(reader.sha256)] == list(range(1, 13))


def test_a_replaced_file_takes_with_it_what_was_made_of_the_old_one(library: Library) -> None:
    reader = library.upload(typeset("fr"))
    make(library.database, library.folder)
    library.again(reader, picture_pdf())
    assert made_of(library.database, reader.rendition_id) == {}
    make(library.database, library.folder)
    assert set(made_of(library.database, reader.rendition_id)) == {"light_pdf"}
    assert making_of(library.database, reader.rendition_id).pages == 1


def test_the_same_file_uploaded_again_is_not_made_again(library: Library) -> None:
    reader = library.upload(typeset("fr"), published=True)
    make(library.database, library.folder)
    before = making_of(library.database, reader.rendition_id)
    library.again(reader, typeset("fr"))
    assert making_of(library.database, reader.rendition_id).id == before.id


def test_a_light_version_that_somebody_uploaded_stays(library: Library) -> None:
    reader = library.upload(typeset("fr"))
    mine = picture_pdf(side=50)
    with library.database.transaction() as session:
        add_rendition(
            session, store_at(library.folder.as_uri()), release_id=reader.release_id, language="fr",
            format_="light_pdf", pieces=[mine], limit=10**9, deed=Deed(None, now()),
        )  # fmt: skip
    make(library.database, library.folder)
    assert set(made_of(library.database, reader.rendition_id)) == {"epub", "text"}


def test_plain_text_has_pages_too(library: Library) -> None:
    reader = library.upload(b"one\fsecond page\f" + TEXT * 30)
    make(library.database, library.folder)
    pages = library.pages(reader.sha256)
    assert [page.text.strip() for page in pages[:2]] == ["one", "second page"]
    assert all(page.image is None for page in pages)


def test_the_desk_shows_what_is_made_what_stood_in_the_way_and_a_button_to_try_again(
    library: Library, registration_database: Database
) -> None:
    app = materials_app(library.database, library.folder)
    keeper = person_called(registration_database, "Keeper", roles=["librarian"])
    librarian = signed_in_as(app, registration_database, keeper, means="staff")
    reader = library.upload(locked(typeset("fr"), password="secret"))
    page = f"/desk/materials/releases/{reader.release_id}"
    assert "Waits" in librarian.get(page).text
    make(library.database, library.folder)
    shown = librarian.get(page).text
    assert "It asks for a password or forbids copying" in shown
    making = making_of(library.database, reader.rendition_id)
    token = form_token(shown)
    assert press(librarian, f"/desk/materials/makings/{making.id}/again", csrf_token=token).status_code == 303
    assert "Waits" in librarian.get(page).text
    library.again(reader, typeset("fr"))
    make(library.database, library.folder)
    shown = librarian.get(page).text
    assert "12 pages to read and to search" in shown
    assert "Made by the machine" in shown
