from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from pydantic import ValidationError

from services.materials.routes.api.payloads import Description
from services.materials.rules.citations import FORMATS, Cited
from services.materials.rules.metadata import datacite, dublin_core
from tests.support.academy import edition_called, place_of
from tests.support.library import materials_app
from tests.support.web import form_token, person_called, press, signed_in_as

if TYPE_CHECKING:
    from pathlib import Path

    from shared.database import Database

KINDS = ("reader", "slides", "recording", "handout", "link", "document")


def test_a_link_is_published_without_a_file_and_leads_out_by_name(
    registration_database: Database, materials_database: Database, tmp_path: Path
) -> None:
    app = materials_app(materials_database, tmp_path)
    edition = edition_called(registration_database, "montreal-2011")
    ada = person_called(registration_database, "Ada")
    place_of(registration_database, edition_id=edition, person_id=ada)
    staff = person_called(registration_database, "Librarian", roles=[("librarian", edition)])
    desk = signed_in_as(app, registration_database, staff, means="staff")
    token = form_token(desk.get("/desk/materials/new").text)
    asked = {"csrf_token": token, "title_en": "The talk", "slug": "talk", "version": "1", "edition_id": edition}
    assert "Give the address that the link leads to" in press(desk, "/desk/materials/new", kind="link", **asked).text
    told = press(desk, "/desk/materials/new", kind="link", link="javascript:alert(1)", **asked)
    assert "Enter an address that begins with https:// or http://" in told.text
    made = press(desk, "/desk/materials/new", kind="link", link="https://www.example.org/talk?a=1&b=2", **asked)
    release = made.headers["Location"]
    press(desk, f"{release}/publish", csrf_token=form_token(desk.get(f"{release}/publish").text))
    page = desk.get("/desk/materials/p/talk").text
    press(desk, "/desk/materials/p/talk/shelves", csrf_token=form_token(page), rule="accepted")
    reader = signed_in_as(app, registration_database, ada)
    for path in ("/materials", "/materials/talk"):
        shown = reader.get(path)
        assert shown.status_code == 200
        assert 'href="https://www.example.org/talk?a=1&amp;b=2"' in shown.text
        assert "Open at example.org" in shown.text
    assert "Link" in reader.get("/materials/talk").text


@pytest.mark.parametrize(
    "link", ["ftp://example.org", "//example.org", "https://", "https://user:pw@example.org", "data:text/html,x", "x"]
)
def test_a_link_that_leads_nowhere_or_hides_something_is_refused(link: str) -> None:
    with pytest.raises(ValidationError):
        Description(title_en="x", link=link)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_every_kind_can_be_cited(kind: str, format_: str) -> None:
    work = Cited("talk", kind, "Talk", ["Ada"], "", "2011", "1", "en", "https://academy.test/materials/talk")
    assert "Talk" in FORMATS[format_][0](work)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_described_for_catalogues_and_repositories(kind: str) -> None:
    url = "https://academy.test/materials/talk"
    work = Cited(
        "talk", kind, "A & <B>\x0b", ["Ada"], "ILO", "2011-10", "1", "ar", url, tags=["x"], licence="CC-BY-4.0"
    )
    told = etree.fromstring(dublin_core(work).encode())
    found = {etree.QName(one).localname: one.text for one in told}
    assert (found["title"], found["identifier"], found["date"]) == ("A & <B>", url, "2011-10")
    assert found["type"] in {"Text", "MovingImage", "InteractiveResource"}
    said = json.loads(datacite(work))
    assert (said["publicationYear"], said["language"]) == (2011, "ar")
    assert said["rightsList"][0]["rightsUri"] == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert said["types"]["resourceType"] == kind
    bare = json.loads(datacite(Cited("talk", kind, "T", [], "", "", "", "en", url)))
    assert "publicationYear" not in bare
