"""Nobody changes a state past the mover, and every machine fits the table it moves."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from services.materials.rules.makings import MAKING
from services.materials.rules.publications import PUBLICATION
from services.materials.rules.releases import RELEASE
from services.materials.rules.shelves import MEMBER
from services.notifications.rules.campaigns import CAMPAIGN
from services.notifications.rules.notices import NOTICES
from services.notifications.rules.unreached import UNREACHED
from services.notifications.rules.webhooks import WEBHOOK
from services.notifications.views.wording import NOTICE_KINDS
from services.registration.rules.applications import APPLICATION
from services.registration.rules.decisions import BATCH, BULK, DECISION
from services.registration.rules.editions import EDITION
from services.registration.rules.offers import ENROLMENT, OFFER
from services.registration.views.histories import MAILS
from shared.machines import Machine
from shared.people.rules.histories import INVITATION, ROLE, TOKEN
from shared.schema.everything import metadata

ROOT = Path(__file__).parents[2]
MACHINES = (
    APPLICATION, DECISION, BATCH, BULK, OFFER, ENROLMENT, EDITION, PUBLICATION, RELEASE, MEMBER, MAKING, CAMPAIGN,
    UNREACHED, WEBHOOK, ROLE, INVITATION, TOKEN,
)  # fmt: skip
LEDGERS = {
    "shared/history.py": "the mover",
    "shared/outbox.py": "the entries of the outbox",
    "services/notifications/actions/deliveries.py": "the postman's ledger",
    "services/notifications/actions/returns.py": "what came back of what the postman carried",
    "services/notifications/actions/resending.py": "what the postman is asked to carry once more",
    "services/notifications/actions/launches.py": "what a cancelled campaign leaves in the postman's ledger",
}
"""Where a state may be written, and which."""
OF_NO_EDITION = {"staff_invitation", "token_made", "passphrase_changed", "authenticator_changed"}
OF_NO_EDITION |= {"account_reset", "new_browser", "reply_received"}
"""Notices that never stand in the story of an application."""
BY_SQL = re.compile(r"UPDATE\s+\w+\.\w+(\s+\w+)?\s+SET(?:(?!\bWHERE\b)[^;\"])*\bstate\s*=", re.IGNORECASE)
FILES = [
    path
    for room in ("services", "shared")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "migrations" not in path.parts and "demo" not in path.as_posix()
]


def writes_a_state(source: str) -> list[int]:
    """Return the lines that set a column ``state``: by an attribute, by ``values(state=…)`` of an update, by SQL."""
    lines = [source[: found.start()].count("\n") + 1 for found in BY_SQL.finditer(source)]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named = [part for target in targets for part in ast.walk(target)]
            lines += [node.lineno for part in named if isinstance(part, ast.Attribute) and part.attr == "state"]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
            lines += [node.lineno for keyword in node.keywords if keyword.arg == "state"]
    return lines


def test_no_state_is_written_past_the_mover() -> None:
    found = {path.relative_to(ROOT).as_posix(): writes_a_state(path.read_text()) for path in FILES}
    assert {name: lines for name, lines in found.items() if lines and name not in LEDGERS} == {}


@pytest.mark.parametrize(
    "source",
    [
        "campaign.state = 'paused'",
        "campaign.state, campaign.at = 'paused', now",
        "update(Campaign).where(x).values(state='paused')",
        'text("UPDATE notifications.campaign c SET name = 1, state = 2")',
    ],
)
def test_the_watchman_sees_each_way_to_write_one(source: str) -> None:
    assert writes_a_state(source) == [1]


@pytest.mark.parametrize("law", MACHINES, ids=lambda law: law.noun)
def test_a_machine_fits_its_table(law: Machine) -> None:
    table = metadata.tables[law.table]
    assert list(table.primary_key.columns) == [table.c.id]
    if law.mark:
        assert table.c[law.mark].nullable
    elif "state" in table.c:
        checks = " ".join(str(check.sqltext) for check in table.constraints if hasattr(check, "sqltext"))
        assert set(re.findall(r"'(\w+)'", checks)) >= law.states - {"deleted", "recalled"}


@pytest.mark.parametrize("law", MACHINES, ids=lambda law: law.noun)
def test_every_state_is_named_by_one_noun_only(law: Machine) -> None:
    assert [other.table for other in MACHINES if other.noun == law.noun] == [law.table]


def test_every_machine_is_tried_here() -> None:
    rules = [path for room in ("services", "shared") for path in (ROOT / room).glob("**/rules/*.py")]
    modules = [import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in rules]
    declared = {value.table for module in modules for value in vars(module).values() if isinstance(value, Machine)}
    assert declared == {law.table for law in MACHINES}, "a machine declared in rules/ stands in MACHINES above"


def test_every_mail_in_the_story_of_an_application_has_words() -> None:
    wordless = sorted(set(NOTICES) - set(MAILS) - OF_NO_EDITION)
    assert wordless == [], "MAILS in services/registration/views/histories.py says what each notice is"


def test_every_mail_on_the_pages_about_deliveries_has_words() -> None:
    wordless = sorted(set(NOTICES) - set(NOTICE_KINDS))
    assert wordless == [], "NOTICE_KINDS in services/notifications/views/wording.py says what each notice is"
