"""The library as most of its tests find it: an edition, the service, who keeps the files and who may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.academy import edition_called, place_of
from tests.support.library import materials_app
from tests.support.web import person_called, signed_in_as

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from flask import Flask

    from shared.database import Database
    from tests.support.web import Browser


@pytest.fixture
def edition(registration_database: Database) -> UUID:
    return edition_called(registration_database, "montreal-2011")


@pytest.fixture
def app(materials_database: Database, tmp_path: Path) -> Flask:
    return materials_app(materials_database, tmp_path)


@pytest.fixture
def librarian(app: Flask, registration_database: Database, edition: UUID) -> Browser:
    person = person_called(registration_database, "Librarian", roles=[("librarian", edition)])
    return signed_in_as(app, registration_database, person, means="staff")


@pytest.fixture
def ada(app: Flask, registration_database: Database, edition: UUID) -> Browser:
    person = person_called(registration_database, "Ada")
    place_of(registration_database, edition_id=edition, person_id=person)
    return signed_in_as(app, registration_database, person)
