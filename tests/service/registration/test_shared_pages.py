"""What visitors share is the page, and nothing that belongs to one of them."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from lxml.html import fromstring

from services.registration.app import BLUEPRINTS
from shared.clock import now
from tests.service.registration.test_applying import answers, open_form
from tests.support.registration import make_edition, make_open_edition
from tests.support.web import app_of, visitor

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database


@pytest.fixture
def app(registration_database: Database) -> Flask:
    moment = now()
    make_edition(
        registration_database,
        opens_at=moment - timedelta(days=1),
        closes_at=moment + timedelta(days=5),
        starts_on=moment.date() + timedelta(days=60),
        ends_on=moment.date() + timedelta(days=64),
    )
    return app_of(*BLUEPRINTS, database=registration_database)


def test_visitors_share_a_page_but_neither_its_tokens_nor_its_key(app: Flask) -> None:
    def secrets_of(compressed: str) -> tuple[set[str], str]:
        answer = visitor(app).get("/e/spring-2026/apply", headers={"Accept-Encoding": compressed})
        sent = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
        assert answer.headers.get("Content-Encoding", "") == compressed
        assert "Accept-Encoding" in str(answer.headers.getlist("Vary"))
        page = fromstring(sent.decode())
        values = [page.xpath(f"//form[.//textarea]//input[@name='{name}']/@value")[0] for name in ("csrf_token", "key")]
        nonces = set(page.xpath("//script/@nonce"))
        assert all(f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"] for nonce in nonces)
        texts = "".join(page.xpath("//main//text()"))
        return {*values, *nonces}, texts

    (plain, said), (squeezed, said_too), (other, _) = secrets_of(""), secrets_of("gzip"), secrets_of("gzip")
    assert said == said_too
    assert not plain & squeezed
    assert not squeezed & other


def test_what_one_visitor_is_told_is_told_to_nobody_else(app: Flask) -> None:
    told = "The link is on its way once more."
    visitor(app).get("/e/spring-2026/apply")
    applicant = visitor(app)
    fields = open_form(applicant)
    sent = applicant.post("/e/spring-2026/apply", data=answers() | fields).headers["Location"]
    assert applicant.post(sent, data={"csrf_token": fields["csrf_token"]}).status_code == 303
    assert told in applicant.get("/e/spring-2026/apply").text
    assert told not in applicant.get("/e/spring-2026/apply").text
    assert told not in visitor(app).get("/e/spring-2026/apply").text


def test_every_public_page_leads_to_contact_and_privacy_and_that_page_says_whom_to_write_to(
    registration_database: Database,
) -> None:
    make_open_edition(registration_database, contact="hello@example.org")
    app = app_of(*BLUEPRINTS, database=registration_database)
    edition = visitor(app).get("/e/spring-2026").text
    assert 'href="/privacy"' in edition
    assert 'href="mailto:hello@example.org"' in edition.partition("<footer")[2]
    page = visitor(app).get("/privacy").text
    assert "hello@example.org" in page
    assert "deleted after 30 days" in page
