"""Looks through every migration's SQL, written down without a database, for what would stop those who are at work.

A migration may take a risk with open eyes: ``accepted = {"rule": "why it does no harm here"}`` in its file. A reason
that is no longer needed is refused too. Migrations are therefore plain statements: one that has to ask the database
first cannot be written down, and says it in SQL instead (``UPDATE … FROM``, ``INSERT … SELECT``).
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from alembic import command
from alembic.script import ScriptDirectory

from shared.migrations.run import configuration
from stack.places import CHECKOUT

_ALEMBICS_OWN: Final = re.compile(
    r"^(CREATE TABLE public\.alembic_version \(.*?\)|BEGIN|COMMIT);$", re.DOTALL | re.MULTILINE
)

_WAY_OUT: Final = """Another statement, or in the migration's file a reason: accepted = {"rule": "why it does no harm"}.
All migrations of an upgrade are one transaction, so nothing is made CONCURRENTLY."""


def rendered() -> dict[str, tuple[str, Mapping[str, str]]]:
    """Return each revision's SQL and the risks it accepts (rule → reason), oldest first."""
    found = {}
    for script in reversed(list(ScriptDirectory.from_config(configuration()).walk_revisions())):
        writing = configuration()
        writing.output_buffer = text = io.StringIO()
        command.upgrade(writing, f"{script.down_revision or 'base'}:{script.revision}", sql=True)
        found[script.revision] = (_ALEMBICS_OWN.sub("", text.getvalue()), getattr(script.module, "accepted", {}))
    return found


def complaints(migrations: Mapping[str, tuple[str, Mapping[str, str]]]) -> list[str]:
    """Return a sentence for every risk that no reason accepts, and for every reason without a risk."""
    said = []
    with tempfile.TemporaryDirectory(prefix="academy-migrations-") as folder:
        for revision, (sql, _accepted) in migrations.items():
            Path(folder, f"{revision}.sql").write_text(sql, "utf-8")
        found = _look_through(Path(folder), list(migrations))
    for revision, (sql, accepted) in migrations.items():
        lines, own = sql.splitlines(), [one for one in found if Path(str(one["file"])).stem == revision]
        said += [
            f"{revision}: {one['rule_name']}: {one['message']}\n    {lines[int(str(one['line']))].strip()}"
            for one in own
            if one["rule_name"] not in accepted
        ]
        unneeded = sorted(set(accepted) - {str(one["rule_name"]) for one in own})
        said += [f"{revision}: accepts {rule}, which does not occur" for rule in unneeded]
    return said


def _look_through(folder: Path, revisions: list[str]) -> list[dict[str, object]]:
    squawk = [str(Path(sys.executable).parent / "squawk"), "--config", str(CHECKOUT / ".squawk.toml")]
    names = [f"{revision}.sql" for revision in revisions]
    result = subprocess.run(  # noqa: S603 - the tool of our own environment
        [*squawk, "--reporter", "json", *names], cwd=folder, capture_output=True, text=True, check=False
    )
    try:
        found: list[dict[str, object]] = json.loads(result.stdout)
    except ValueError:
        raise RuntimeError(result.stderr) from None
    return found


if __name__ == "__main__":
    sentences = complaints(rendered())
    sys.exit("\n".join([*sentences, _WAY_OUT]) if sentences else 0)
