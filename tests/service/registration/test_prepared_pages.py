"""Pages that are prepared once and filled in for each visitor, as visitors see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.registration.app import BLUEPRINTS
from tests.service.registration.test_applying import answers, applications, open_form, proof_link
from tests.support.registration import make_open_edition
from tests.support.web import app_of, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database


@pytest.fixture
def app(registration_database: Database) -> Flask:
    make_open_edition(registration_database)
    return app_of(*BLUEPRINTS, database=registration_database)


def test_everybody_reads_the_own_address_on_the_page_that_many_share(
    app: Flask, registration_database: Database
) -> None:
    addresses = ("o'neil&co@example.org", "awa@xn--mller-kva.example")
    for number, (written, shown) in enumerate(
        zip(addresses, ("o&#39;neil&amp;co@example.org", "awa@müller.example"), strict=True)
    ):
        browser = visitor(app)
        sent = browser.post("/e/spring-2026/apply", data=answers(email=written) | open_form(browser))
        proof = proof_link(app, applications(registration_database)[number].id)
        for page in (sent.location, f"{sent.location}?lang=fr", proof, f"{proof}?lang=fr"):
            assert f"<bdi>{shown}</bdi>" in browser.get(page).text, page
