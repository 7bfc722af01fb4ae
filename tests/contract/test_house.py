"""The house's own rules, kept by trying rather than by remembering."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("services", "shared", "stack", "bench", "tests")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LONGEST = 300
VAGUE = {"utils", "helpers", "common", "manager", "handler", "process", "data", "info", "misc", "base_classes"}
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")
LAYERS = {
    "routes", "rounds", "views", "actions", "letters", "queries", "gateways", "rules", "templates", "static", "locales",
}  # fmt: skip
MODULES = {
    "app",
    "worker",
    "postman",
    "lanes",
    "intake",
    "choosing",
    "reactions",
    "errors",
    "settings",
    "demo",
    "__init__",
}


def test_every_file_is_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines for path in FILES if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in FILES if path.stem in VAGUE] == []


def test_nothing_is_left_unfinished() -> None:
    assert [str(path.relative_to(ROOT)) for path in FILES if UNFINISHED.search(path.read_text())] == []


@pytest.mark.parametrize("service", ["registration", "materials", "notifications"])
def test_every_service_has_the_same_rooms(service: str) -> None:
    house = ROOT / "services" / service
    strays = [
        path.name
        for path in house.iterdir()
        if path.name != "__pycache__" and path.name not in LAYERS and path.stem not in MODULES
    ]
    assert strays == []


def test_only_the_database_module_commits() -> None:
    commits = [
        str(path.relative_to(ROOT))
        for path in FILES
        if path.parts[len(ROOT.parts)] in {"services", "shared", "stack"} and ".commit(" in path.read_text()
    ]
    assert commits == []
