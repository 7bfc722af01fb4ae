"""Pages are compiled before a service is forked, not by the first who opens one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.registration.app import BLUEPRINTS
from shared.web.pages import kept_code
from stack.upkeep.common_ground import compile_the_pages
from tests.support.registration import make_open_edition
from tests.support.web import app_of, visitor

if TYPE_CHECKING:
    from shared.database import Database


def test_a_visitor_finds_every_page_compiled_beforehand(registration_database: Database) -> None:
    make_open_edition(registration_database)
    compile_the_pages()
    before = set(kept_code.kept)
    browser = visitor(app_of(*BLUEPRINTS, database=registration_database))
    for path in ("/", "/e/spring-2026", "/e/spring-2026/apply", "/sign-in", "/me", "/nowhere"):
        browser.get(path)
    assert len(before) > 50
    assert set(kept_code.kept) == before
