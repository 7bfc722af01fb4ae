from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from services.materials.demo import load
from services.materials.demo.reader import LANGUAGES, Press, plain_text, texts_in
from services.materials.settings import MaterialsSettings
from shared.clock import now
from shared.schema.materials.files import Download, Rendition, StoredFile
from shared.schema.materials.shelves import ShelfMember
from shared.store import store_at
from tests.support.academy import edition_called, place_of
from tests.support.library import materials_app
from tests.support.web import person_called

if TYPE_CHECKING:
    from pathlib import Path

    from shared.database import Database


def settings_of(database: Database, folder: Path) -> MaterialsSettings:
    settings = materials_app(database, folder).extensions["academy"].settings
    assert isinstance(settings, MaterialsSettings)
    return settings


def test_the_demo_loads_the_reader_once_in_five_languages_and_opens_it_to_those_with_a_place(
    registration_database: Database, materials_database: Database, tmp_path: Path
) -> None:
    edition = edition_called(registration_database, "montreal-2011")
    elsewhere = edition_called(registration_database, "demonstration")
    ada, bo = person_called(registration_database, "Ada"), person_called(registration_database, "Bo")
    for number in range(8):
        crowd = person_called(registration_database, f"Crowd{number}", locale="fr")
        place_of(registration_database, edition_id=edition, person_id=crowd)
    place_of(registration_database, edition_id=edition, person_id=ada)
    place_of(registration_database, edition_id=elsewhere, person_id=bo)
    settings = settings_of(materials_database, tmp_path)

    first = load(materials_database, settings, now=now())
    assert load(materials_database, settings, now=now()) == first

    with materials_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Rendition)) == 5 * (2 + 8 + 2 + 1)
        assert {ada, bo} < set(session.scalars(select(ShelfMember.person_id)))
        fetched = session.scalar(select(func.count()).select_from(Download)) or 0
        assert 2 <= fetched < 10, "some have it, some have not"
        assert session.scalars(select(Download.last_at).where(Download.last_at > now())).all() == []
        files = session.scalars(select(StoredFile)).all()
    store = store_at(settings.store_url)
    for file in files:
        with store.reading(file.sha256) as stored:
            assert hashlib.sha256(stored.read()).hexdigest() == file.sha256


def test_without_an_edition_the_demo_says_what_is_missing(materials_database: Database, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="registration"):
        load(materials_database, settings_of(materials_database, tmp_path), now=now())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_press_sets_the_same_bytes_every_time(language: str) -> None:
    first, second = Press().whole(language), Press().whole(language)
    assert first == second
    assert first.pdf.startswith(b"%PDF-")
    assert len(first.chapter_pages) == 8
    assert first.chapter_pages[-1][1] == first.pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_parts_and_says_where_a_text_is_missing(language: str) -> None:
    texts, english = texts_in(language), texts_in("en")
    assert texts.keys() == english.keys()
    assert [part["placeholder"] for part in texts["chapters"]] == [part["placeholder"] for part in english["chapters"]]
    assert plain_text(texts).decode().count(texts["placeholder_label"]) == 7
