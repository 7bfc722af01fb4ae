"""The command line behind ./academy. Every command imports what it needs when it runs, so that --help is quick."""

from __future__ import annotations

import sys

import click

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
def academy() -> None:
    """Run, test and look after the Academy.

    Everything runs on this machine alone: PostgreSQL, Valkey, nginx, three services, worker and clock, on the loopback
    interface, with their data under .academy/ in this checkout. DATABASE_URL, REDIS_URL, SMTP_URL and STORE_URL, when
    set, take the place of the part that runs here otherwise.
    """


@academy.command()
@click.option("--fresh", is_flag=True, help="Start over: forget the demo's data first.")
@click.option("--walk-through", is_flag=True, help="Do the main job once on a fresh stack of its own, then stop.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port of the gateway. [default: 8080, or the next free one]"
)
def demo(fresh: bool, walk_through: bool, port: int | None) -> None:
    """Run the whole system with the 2011 edition and some hundred made-up applicants.

    Prints where to look and how to sign in, and runs until Ctrl-C. Mail goes nowhere but to /mailbox. The data stays
    for the next time, unless --fresh.

    With --walk-through: a stack of its own in a temporary directory, on free ports; the main job is done over HTTP and
    SMTP with what a person has, a browser and a mailbox. Exit code 0 only if every step really happened.
    """
    if walk_through:
        from stack.walk_through.command import run_on_own_stack

        sys.exit(run_on_own_stack())
    from stack.foreground import Runner
    from stack.places import places_of_checkout

    sys.exit(Runner(places_of_checkout(), demo=True, gateway=port, fresh=fresh).run())


@academy.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port of the gateway. [default: 8080, or the next free one]"
)
@click.option("--organiser", metavar="EMAIL", help="Address of the first organiser, when there is none yet.")
def up(port: int | None, organiser: str | None) -> None:
    """Run the system as in production: no demo data, mail through SMTP_URL.

    The first time it asks for the first organiser's address and prints how to sign in. PUBLIC_URL says under which
    address people reach the gateway when something stands in front of it. Runs until Ctrl-C.
    """
    from stack.production import run_up

    sys.exit(run_up(gateway=port, organiser=organiser))


@academy.command()
def migrate() -> None:
    """Bring the database to the present schema and set the passwords of the service roles.

    Works on DATABASE_URL (the owner's address), or on the embedded PostgreSQL of this checkout, which is started for it
    when it does not run. Safe to repeat.
    """
    from stack.production import run_migrate

    sys.exit(run_migrate())


@academy.command()
@click.argument("email")
def code(email: str) -> None:
    """Print the present six digits for a demo staff account, as their phone would show them."""
    from stack.operating.codes import print_code

    sys.exit(print_code(email))


@academy.command()
def doctor() -> None:
    """Check settings, connections, migrations, roles, SMTP, clock, disk, ports and Python; say how to mend each.

    Exit code 0 when nothing is broken; warnings do not count.
    """
    from stack.operating.doctor import run_doctor

    sys.exit(run_doctor())


@academy.command()
def fixity() -> None:
    """Read every file of the library again and name those that are gone or changed.

    Works beside a running stack. Exit code 0 when all are what was stored.
    """
    from stack.operating.rounds import run_round

    sys.exit(run_round("services.materials.rounds.fixity", "materials", command="fixity"))


@academy.command(name="move-store")
@click.argument("source")
@click.argument("target")
def move_store(source: str, target: str) -> None:
    """Copy every file of the library from SOURCE to TARGET, file:///folder or s3://bucket/prefix, and compare hashes.

    Works beside a running stack, and can be broken off and begun again. Then set STORE_URL to TARGET and start anew.
    """
    from stack.operating.rounds import run_round

    module = "services.materials.rounds.moving"
    sys.exit(run_round(module, "materials", command="move-store", arguments=(source, target)))


@academy.command()
def reseal() -> None:
    """Seal special answers anew by the first of SPECIAL_KEYS, after a new key was put in front of the others.

    Works beside a running stack. When it is done the old key may be taken away.
    """
    from stack.operating.rounds import run_round

    sys.exit(run_round("services.registration.rounds.resealing", "registration", command="reseal"))


@academy.command(name="secrets")
def secrets_command() -> None:
    """Print a new .env for docker-compose.yml; ./academy secrets > .env keeps it.

    Every secret is fresh; the last lines are for you to fill in.
    """
    from stack.operating.secrets_file import secrets_file

    click.echo(secrets_file(), nl=False)


@academy.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run the tests, in two processes, without the slow suites. ARGUMENTS go to pytest.

    The slow suites are marked chaos, slow, browser and compose; name one to run it: ./academy test -m chaos
    """
    from stack.developing.checks import run_tests

    sys.exit(run_tests(arguments))


@academy.command()
@click.argument("names", nargs=-1)
def check(names: tuple[str, ...]) -> None:
    """Check the code: ruff and its format, mypy, the imports' layers, the dependencies, the migrations.

    All are run, then shown; with NAMES, such as ruff or mypy, only those.
    """
    from stack.developing.checks import TOOLS, run_checks

    unknown = sorted(set(names) - set(TOOLS))
    if unknown:
        raise click.BadArgumentUsage(f"{', '.join(unknown)}: no such check; there are {', '.join(TOOLS)}")
    sys.exit(run_checks(names))


@academy.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure: each workload beside its calibration in the same run. ARGUMENTS go to the bench."""
    from stack.developing.checks import run_bench

    sys.exit(run_bench(arguments))


@academy.command()
@click.option("--upgrade", is_flag=True, help="Take the newest version of everything that pyproject.toml allows.")
@click.option("--package", "packages", metavar="NAME", multiple=True, help="Take the newest version of this one.")
def lock(upgrade: bool, packages: tuple[str, ...]) -> None:
    """Write both lock files from pyproject.toml, with every version and its hashes.

    What is locked stays at its version unless pyproject.toml forbids it, or --upgrade or --package asks for more.
    """
    from stack.developing.locks import run_lock

    sys.exit(run_lock(upgrade=upgrade, packages=packages))


@academy.command()
def roles() -> None:
    """Write docs/roles.md, who may open what, from what the routes declare."""
    from stack.developing.checks import write_roles

    sys.exit(write_roles())


if __name__ == "__main__":
    academy(prog_name="./academy")
