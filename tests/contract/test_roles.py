"""The page on who may open what says what the routes declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from docs import roles
from shared.web.door.policy import ROLES, policy_of
from tests.support.houses import SERVICES, house

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from shared.database import Database


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, databases: dict[str, Database], tmp_path: Path) -> Flask:
    return house(request.param, databases, tmp_path)


def test_the_page_is_what_the_routes_declare_today() -> None:
    assert roles.PAGE.read_text("utf-8") == roles.page(), "./academy roles"


def test_the_page_names_every_route_and_marks_the_roles_that_open_it(app: Flask) -> None:
    rows = [line for line in roles.PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    for rule in app.url_map.iter_rules():
        policy = policy_of(app.view_functions[rule.endpoint])
        assert policy is not None
        method = next(iter((rule.methods or set()) - roles.QUIET))
        own = [row.split(" | ") for row in rows if row.startswith(f"| `{rule.rule}` |")]
        found = [cells for cells in own if method in cells[1].split()]
        assert len(found) == 1, rule.rule
        if policy.kind == "staff":
            marked = [role for role, cell in zip(roles.COLUMNS, found[0][4:], strict=True) if "●" in cell]
            assert set(marked) == policy.roles, rule.rule
        assert policy.scope in "".join(found[0])


def test_every_role_has_a_column() -> None:
    assert set(roles.COLUMNS) == ROLES


def test_every_route_stands_in_one_of_the_groups_of_the_page() -> None:
    assert {one.asked.group for one in roles.ways()} <= set(roles.GROUPS)
