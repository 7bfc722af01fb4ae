"""A migration that would make people wait is refused, unless it says why it does not."""

from __future__ import annotations

import pytest

from stack.developing.migrations_lint import complaints, rendered

QUICK = "SET LOCAL lock_timeout = '10s';\n"


def test_every_migration_of_ours_passes() -> None:
    assert complaints(rendered()) == []


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("ALTER TABLE people.person DROP COLUMN called;", "ban-drop-column"),
        ("ALTER TABLE people.person RENAME COLUMN called TO nickname;", "renaming-column"),
        ("CREATE INDEX ix_person_name ON people.person (name);", "require-concurrent-index-creation"),
        ("ALTER TABLE people.person ADD COLUMN shoe_size integer NOT NULL;", "adding-required-field"),
        ("ALTER TABLE people.person ALTER COLUMN name SET NOT NULL;", "adding-not-nullable-field"),
    ],
)
def test_a_statement_that_stops_the_old_code_or_its_people_is_named(statement: str, rule: str) -> None:
    found = complaints({"0009_bad": (QUICK + statement, {})})
    assert [line.split(": ")[:2] for line in found] == [["0009_bad", rule]]
    assert found[0].endswith(statement)


def test_a_migration_that_would_wait_for_ever_is_named() -> None:
    found = complaints({"0009_bad": ("ALTER TABLE people.person ADD COLUMN shoe_size integer;", {})})
    assert [line.split(": ")[1] for line in found] == ["require-lock-timeout"]


def test_a_risk_may_be_taken_with_a_reason_and_a_reason_needs_a_risk() -> None:
    statement = QUICK + "ALTER TABLE people.person DROP COLUMN called;"
    accepted = {"ban-drop-column": "nothing has read it since the version before"}
    assert complaints({"0009_contract": (statement, accepted)}) == []
    assert complaints({"0009_expand": (QUICK, accepted)}) == [
        "0009_expand: accepts ban-drop-column, which does not occur"
    ]
