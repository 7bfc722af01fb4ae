"""pgbench with the statements of one application: what PostgreSQL alone gives for the same work.

The statements are recorded from the real action. Each run of the script needs new keys and a new address, so every
UUID that the action made becomes one whose end pgbench draws at random, the same wherever the action used it again.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
from psycopg import ClientCursor, sql
from sqlalchemy import event

from bench.load import LoadFailed, load_seconds
from bench.stand import SLUG, opened_database, write_edition
from services.registration.actions.submissions import start_application
from services.registration.rules.forms.library import standard_form
from shared.clock import now
from shared.migrations.run import upgrade
from stack.addresses import libpq_url
from stack.embedded.binaries import postgres_executable

if TYPE_CHECKING:
    from bench.stand import Stand

CLIENTS = 8
APART = "academy_pgbench"
DIGITS = (10**11, 10**12 - 1)
PLAIN_FORM = re.compile(r"\b[0-9a-f]{32}\b")
"""How psycopg writes a UUID."""
UUID_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Pgbench:
    """The recorded script, ready to run against a database of its own as the registration service.

    On the stand's server, in its schema, but nobody reads its outbox: what pgbench writes causes no mail and leaves the
    worker nothing to do.
    """

    def __init__(self, stand: Stand, answers: dict[str, str]) -> None:
        self._url = libpq_url(in_database(stand.role_url("registration"), APART))
        self._script = stand.folder / "application.sql"
        statements = recorded_statements(stand, answers, url=self._url)
        self._script.write_text(script_of(statements, keep=stand.edition_id), encoding="utf-8")

    def per_second(self) -> float:
        """Run the script with eight clients; return applications per second."""
        program = str(postgres_executable("pgbench"))
        load = [f"--client={CLIENTS}", "--jobs=1", f"--time={load_seconds()}"]
        result = subprocess.run(
            [program, "--no-vacuum", *load, f"--file={self._script}", self._url],
            capture_output=True,
            text=True,
            check=False,
        )
        found = re.search(r"^tps = ([0-9.]+)", result.stdout, re.MULTILINE)
        if found is None or not re.search(r"failed transactions: 0 ", result.stdout):
            raise LoadFailed(f"pgbench failed:\n{result.stdout}\n{result.stderr}")
        return float(found[1])


@contextmanager
def database_apart(stand: Stand) -> Iterator[None]:
    """Make a database like the stand's with the stand's edition in it, and drop it at the block's end."""
    owner_url = in_database(stand.owner_url, APART)
    with psycopg.connect(libpq_url(stand.owner_url), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(APART)))
        try:
            upgrade(owner_url)
            write_edition(
                in_database(stand.role_url("registration"), APART),
                edition_id=stand.edition_id,
                slug=SLUG,
                capacity=1_000_000,
            )
            yield
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(APART)))
            connection.execute("CHECKPOINT")  # else it comes during whatever is measured next


def in_database(url: str, name: str) -> str:
    """Return the address with another database; everything else stays."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def recorded_statements(stand: Stand, answers: dict[str, str], *, url: str) -> list[str]:
    """Submit one application with the real action at ``url``; return the statements it sent, values filled in."""
    read, problems = standard_form().read(
        {**answers, "email": "applicant@bench.example"}, languages=["en", "fr", "es"], locale="en"
    )
    if read is None:
        raise RuntimeError(f"the bench's answers are refused: {problems}")
    statements: list[str] = []

    def note(_connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        several = parameters if isinstance(parameters, list) else [parameters]
        statements.extend(ClientCursor(cursor.connection).mogrify(statement, values) for values in several)

    with opened_database(url) as database:
        event.listen(database.engine, "before_cursor_execute", note)
        with database.transaction() as session:
            start_application(
                session,
                edition_id=stand.edition_id,
                submission_key=uuid4(),
                answers=read,
                locale="en",
                now=now(),
            )
    statements = [PLAIN_FORM.sub(lambda found: str(UUID(found[0])), one) for one in statements]
    return [one for one in statements if one.lstrip().upper().startswith(("INSERT", "SELECT", "UPDATE", "WITH"))]


def script_of(statements: list[str], *, keep: UUID) -> str:
    """Return a pgbench script of one transaction in which every UUID but ``keep`` is new each time."""
    made = {one for statement in statements for one in UUID_FORM.findall(statement)} - {str(keep)}
    names = {one: f"n{place}" for place, one in enumerate(sorted(made))}
    lines = [f"\\set {name} random({DIGITS[0]}, {DIGITS[1]})" for name in (*names.values(), "address")]
    lines.append("BEGIN;")
    for statement in statements:
        renewed = UUID_FORM.sub(lambda found: _new(found[0], names), statement)
        lines.append(" ".join(renewed.replace("applicant@", "applicant-:address@").split()) + ";")
    return "\n".join([*lines, "COMMIT;"]) + "\n"


def _new(found: str, names: dict[str, str]) -> str:
    return f"{found[:24]}:{names[found]}" if found in names else found
