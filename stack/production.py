"""``up`` and ``migrate``: the stack without a demo."""

from __future__ import annotations

import os
from pathlib import Path

import click

from stack import schema_state
from stack.addresses import addresses_for
from stack.beforehand import CannotStart, only_one, require_place
from stack.embedded import postgres
from stack.foreground import Runner
from stack.keys import OWNER, keys_of
from stack.ordinary_user import hand_over
from stack.places import Places, places_of_checkout
from stack.ports import choose_ports, remembered_ports
from stack.processes import Outline, postgres_process, service_environment
from stack.running import Stack
from stack.schema_state import StepFailed
from stack.screen import Screen
from stack.upkeep.leftovers import end_leftovers
from stack.upkeep.supervision import Supervision


def run_up(*, gateway: int | None, organiser: str | None) -> int:
    """Run the stack as in production until Ctrl-C. Return the exit code."""
    if not os.environ.get("SMTP_URL"):
        click.echo(
            "SMTP_URL is not set, and without it no mail leaves: set it to smtp+starttls://user:password@host:587 "
            "(or smtp://127.0.0.1:25 for a mail server on this machine) and start again.",
            err=True,
        )
        return 1
    return Runner(places_of_checkout(), demo=False, gateway=gateway, ready=lambda stack: first(stack, organiser)).run()


def first(stack: Stack, email: str | None) -> None:
    """Make the first organiser when there is none, and print how to sign in; ask for the address where it can."""
    if has_organiser(stack.outline.addresses.owner_url):
        return
    if email is None and os.isatty(0):
        email = str(click.prompt("There is no organiser yet. Their e-mail address"))
    if email is None:
        click.echo("There is no organiser yet: start once with --organiser EMAIL.", err=True)
        return
    environment = service_environment(stack.outline, "registration")
    # Through a pipe: what it prints lets whoever reads it become organiser.
    click.echo(schema_state.words_of_module("stack.operating.first_organiser", environment, arguments=(email,)))


def has_organiser(owner_url: str) -> bool:
    """Tell whether somebody is organiser of everything."""
    import psycopg  # late: the launcher stays small

    from stack.addresses import libpq_url

    with psycopg.connect(libpq_url(owner_url), connect_timeout=5) as connection:
        found = connection.execute(
            "SELECT 1 FROM people.role WHERE name = 'organiser' AND edition_id IS NULL LIMIT 1"
        ).fetchone()
    return found is not None


def run_migrate() -> int:
    """Migrate DATABASE_URL or the embedded database. Return the exit code."""
    screen = Screen()
    places = places_of_checkout()
    try:
        require_place(places)
        with screen.step("schema"):
            _migrate(places)
    except (CannotStart, StepFailed, RuntimeError, OSError) as reason:
        screen.console.print(str(reason), markup=False)
        return 1
    return 0


def _migrate(places: Places) -> None:
    keys = keys_of(places.state)
    try:
        lock = only_one(places)
    except CannotStart:  # it runs: its ports are the remembered ones, and its PostgreSQL is there
        ports = remembered_ports(places.state)
        if ports is None:
            raise
        schema_state.migrate(Outline(places, ports, keys, addresses_for(places, ports, keys), demo=False))
        return
    with lock:
        end_leftovers(places)
        ports = choose_ports(places.state)
        outline = Outline(places, ports, keys, addresses_for(places, ports, keys), demo=False)
        if "postgres" not in outline.addresses.embedded:
            schema_state.migrate(outline)
            return
        _migrate_embedded(outline, places)


def _migrate_embedded(outline: Outline, places: Places) -> None:
    """Start the embedded PostgreSQL alone, migrate, stop it."""
    port = outline.ports.postgres
    postgres.prepare_cluster(places.postgres, port=port, password=outline.keys.role_passwords[OWNER])
    supervision = Supervision(places, port=outline.ports.supervisor, password=outline.keys.supervisor_password)
    hand_over(places)
    supervision.write([postgres_process(places)], autostart=["postgres"])
    supervision.start()
    try:
        if not postgres.wait_for_postgres(port, seconds=30):
            raise CannotStart(f"PostgreSQL does not start; see {Path(places.logs, 'postgres.log')}.")
        schema_state.migrate(outline)
        schema_state.remember_progress(places, schema=schema_state.expected_schema())
    finally:
        supervision.stop()
        end_leftovers(places)
