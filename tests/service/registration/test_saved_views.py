"""Views kept by name: one click shows the same rows and columns to everybody at the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from services.registration.app import BLUEPRINTS
from shared.clock import now
from tests.support.registration import apply, make_open_edition
from tests.support.web import Browser, app_of, form_token, person_called, press, signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from shared.database import Database

HERE = "/desk/e/spring-2026/applications"


@pytest.fixture
def app(registration_database: Database) -> Flask:
    edition = make_open_edition(registration_database)
    for name, country in (("Awa", "SN"), ("Bela", "HU")):
        apply(registration_database, edition, now=now(), name=name, email=f"{name}@example.org", country=country)
    return app_of(*BLUEPRINTS, database=registration_database)


def desk(app: Flask, database: Database, role: str) -> Browser:
    return signed_in_as(app, database, person_called(database, f"O-{role}", roles=[role]), means="staff")


def test_a_view_is_kept_by_name_opened_by_others_replaced_and_dropped(
    app: Flask, registration_database: Database
) -> None:
    organiser, viewer = (desk(app, registration_database, role) for role in ("organiser", "viewer"))
    shown = organiser.get(f"{HERE}?country=SN&cols=email&page=7").text
    [action] = re.findall(r'action="(/desk/[^"]*/views\?[^"]*)"', shown)
    press(organiser, action.replace("&amp;", "&"), csrf_token=form_token(shown), name="From Senegal")
    [link] = re.findall(r'href="([^"]*)"><bdi>From Senegal</bdi>', viewer.get(HERE).text)
    assert link.replace("&amp;", "&") == f"{HERE}?cols=email&country=SN"
    page = viewer.get(link.replace("&amp;", "&")).text
    assert "awa@example.org" in page
    assert "bela@example.org" not in page
    assert "/views" not in page.replace("From Senegal", ""), "who only reads neither keeps nor drops"
    press(organiser, f"{HERE}/views?country=HU", csrf_token=form_token(shown), name="From Senegal")
    assert f'href="{HERE}?country=HU"' in viewer.get(HERE).text
    [drop] = re.findall(r'action="([^"]*/drop)"', organiser.get(HERE).text)
    press(organiser, drop, csrf_token=form_token(shown))
    assert "From Senegal" not in viewer.get(HERE).text


def test_a_view_without_a_name_is_refused_and_nothing_is_kept(app: Flask, registration_database: Database) -> None:
    organiser = desk(app, registration_database, "organiser")
    shown = organiser.get(f"{HERE}?country=SN").text
    press(organiser, f"{HERE}/views?country=SN", csrf_token=form_token(shown), name=" ")
    assert "Drop the view" not in organiser.get(HERE).text
