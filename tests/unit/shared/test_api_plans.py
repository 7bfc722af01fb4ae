"""What an API's function may ask for: whatever its route cannot hand over stops the start."""

# ruff: noqa: ARG001 - what these functions ask for is what is tested

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from flask import Flask
from pydantic import BaseModel
from sqlalchemy.orm import Session

from services.materials.settings import MaterialsSettings
from services.registration.settings import RegistrationSettings
from shared.database import Database
from shared.editions import KnownEdition, edition_at
from shared.errors import Conflict, NotFound
from shared.web.api.declaring import Api
from shared.web.api.plans import DeclarationWrong
from shared.web.door.app import create_app
from shared.web.door.identity import SignedIn
from shared.web.door.tools import SettingsWrong
from tests.support.web import settings

if TYPE_CHECKING:
    from collections.abc import Callable

EDITION = "/editions/<edition_slug>/things"


class Thing(BaseModel):
    name: str


THING = Thing(name="one")


def all_it_can(
    session: Session, edition: KnownEdition, thing_id: UUID, wanted: Thing, by: SignedIn, now: datetime
) -> Thing:
    return THING


def nothing_said(session) -> Thing:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return THING


def wrong_type(session: Database) -> Thing:
    return THING


def unheard_of(database: Database) -> Thing:
    return THING


def no_model(session: Session) -> dict[str, str]:
    return vars(session)


def no_answer(session: Session) -> None:
    session.close()


def body(wanted: Thing) -> Thing:
    return THING


def no_body(wanted: dict[str, str]) -> Thing:
    return THING


def edition(edition: KnownEdition) -> Thing:
    return THING


def slug_itself(edition_slug: str) -> Thing:
    return THING


def text_for_an_id(thing_id: str) -> Thing:
    return THING


def another_edition(edition: Thing) -> Thing:
    return THING


def ignores_its_path(session: Session) -> Thing:
    return THING


def own(settings: MaterialsSettings) -> Thing:
    return THING


def settings_of_nobody(settings: Thing) -> Thing:
    return THING


def test_a_function_may_ask_for_all_that_its_route_has() -> None:
    Api("registration", edition_at=edition_at).post(f"{EDITION}/<uuid:thing_id>", scope="editions:read")(all_it_can)


@pytest.mark.parametrize(
    ("function", "rule"),
    [
        (nothing_said, "/things"),
        (wrong_type, "/things"),
        (unheard_of, "/things"),
        (no_model, "/things"),
        (no_answer, "/things"),
        (body, "/things"),
        (no_body, "/things"),
        (edition, "/things"),
        (slug_itself, EDITION),
        (text_for_an_id, "/things/<uuid:thing_id>"),
        (another_edition, EDITION),
        (ignores_its_path, "/things/<uuid:thing_id>"),
        (ignores_its_path, EDITION),
        (settings_of_nobody, "/things"),
    ],
)
def test_a_function_that_asks_for_what_nobody_hands_over_stops_the_start(
    function: Callable[..., Any], rule: str
) -> None:
    with pytest.raises(DeclarationWrong, match=function.__name__):
        Api("registration", edition_at=edition_at).get(rule, scope="editions:read")(function)


def test_without_a_finder_no_function_gets_an_edition() -> None:
    with pytest.raises(DeclarationWrong, match="edition"):
        Api("registration").get(EDITION, scope="editions:read")(edition)


def test_settings_of_another_service_stop_the_start() -> None:
    api = Api("registration")
    api.get("/things", scope="editions:read", anywhere=True)(own)

    def start(kind: type[MaterialsSettings | RegistrationSettings]) -> Flask:
        nobody = Database("postgresql://nobody@127.0.0.1:1/none")
        told = kind(**settings().model_dump())
        return create_app(told, service="registration", database=nobody, blueprints=[api.blueprint])

    assert start(MaterialsSettings)
    with pytest.raises(SettingsWrong, match="MaterialsSettings"):
        start(RegistrationSettings)


def test_statuses_follow_from_the_path_what_is_sent_and_what_is_refused() -> None:
    class Gone(NotFound):
        """Made up."""

    class Late(Conflict):
        """Made up."""

    def statuses(method: str, rule: str, function: Callable[..., Any], *refuses: Any) -> list[str]:
        api = Api("registration", edition_at=edition_at)
        anywhere = "edition_slug" not in rule
        getattr(api, method)(rule, scope="editions:read", anywhere=anywhere, refuses=refuses)(function)
        nobody = Database("postgresql://nobody@127.0.0.1:1/none")
        app = create_app(settings(), service="registration", database=nobody, blueprints=[api.blueprint])
        document = app.test_client().get("/api/registration/v1/openapi.json", base_url="http://academy.test").json
        assert document is not None
        (path,) = [path for path in document["paths"] if "things" in path]
        return sorted(document["paths"][path][method]["responses"])

    def plain(session: Session) -> Thing:
        session.close()
        return THING

    always = ["400", "401", "403", "422", "429"]
    assert statuses("get", "/things", plain) == ["200", *always]
    assert statuses("get", "/things", plain, Gone) == sorted(["200", *always, "404"])
    assert statuses("get", EDITION, edition) == sorted(["200", *always, "404"])
    assert statuses("post", "/things", plain) == sorted(["201", *always, "413"])
    assert statuses("post", "/things", plain, Late) == sorted(["201", *always, "409", "413"])
    assert statuses("post", "/things", body) == sorted(["201", *always, "413", "415"])
