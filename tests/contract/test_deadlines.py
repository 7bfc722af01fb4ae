"""A deadline is never told without the zone its clock stands in."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(path for room in ("services", "shared") for path in (ROOT / room).rglob("*.html"))
MODULES = sorted(path for room in ("services", "shared") for path in (ROOT / room).rglob("*.py"))
COLUMN = r"(?:\b(?:closes|expires|opens|ends|due)_at\b|\bexpires\b|\bdeadline\b|\.by\b)"
FILTERED = re.compile(COLUMN + r"\s*\|\s*(\w+)")
CALLED = re.compile(r"\bformat_(moment|datetime|date|time)\(\s*[\w.]*" + COLUMN)
LEAVES_THE_ZONE_OUT = {"moment", "datetime", "date", "time"}


def test_pages_print_deadlines_with_the_filter_that_names_the_zone() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group(0)}"
        for path in TEMPLATES
        for found in FILTERED.finditer(path.read_text())
        if found.group(1) in LEAVES_THE_ZONE_OUT
    ]
    assert wrong == []


def test_nobody_formats_a_deadline_by_another_function() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group(0)}"
        for path in [*TEMPLATES, *MODULES]
        if path.name != "formats.py"
        for found in CALLED.finditer(path.read_text())
    ]
    assert wrong == []


def test_the_search_for_deadlines_finds_what_it_is_meant_to_find() -> None:
    assert FILTERED.search("{{ offer.expires_at | moment(zone) }}")
    assert CALLED.search("format_datetime(shelf.opens_at)")
    assert CALLED.search("format_moment(deadline, zone)")
