"""Brings the database to the present schema, and loads the demo: one-off commands, each with the right role."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from stack.addresses import SERVICES
from stack.ordinary_user import as_ordinary_user
from stack.places import CHECKOUT, Places
from stack.processes import Outline, common_environment, service_environment


class StepFailed(Exception):  # noqa: N818 - it is a sentence for a person
    """A one-off command failed; the message holds the end of what it said."""


def expected_schema() -> str:
    """Return a fingerprint of the migrations and of the demo's sources, to know without asking that nothing changed."""
    digest = hashlib.sha256()
    for path in sorted((CHECKOUT / "shared" / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def remembered_progress(places: Places) -> dict[str, str]:
    """Return what earlier starts of this stack have done already: ``schema`` and ``demo``, each with a fingerprint."""
    try:
        found: dict[str, str] = json.loads((places.state / "progress.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def remember_progress(places: Places, **done: str) -> None:
    """Note what has been done."""
    path = places.state / "progress.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps(remembered_progress(places) | done), encoding="utf-8")
    new.replace(path)


def migrate(outline: Outline) -> None:
    """Create the database if it is embedded, migrate it and give the service roles their passwords."""
    environment = common_environment(outline) | {
        "OWNER_DATABASE_URL": outline.addresses.owner_url,
        "ROLE_PASSWORDS": json.dumps({name: outline.keys.role_passwords[f"academy_{name}"] for name in SERVICES}),
        "CREATE_DATABASE": "1" if "postgres" in outline.addresses.embedded else "",
    }
    run_module("stack.migrating", environment, log=outline.places.logs / "migrate.log")


def load_demo(outline: Outline, service: str) -> None:
    """Load one service's part of the demo, as that service."""
    log = outline.places.logs / f"demo-{service}.log"
    run_module(f"services.{service}.demo", service_environment(outline, service), log=log)


def has_demo(service: str) -> bool:
    """Tell whether a service brings demo data."""
    folder = CHECKOUT / "services" / service
    return (folder / "demo.py").exists() or (folder / "demo" / "__main__.py").exists()


def run_module(module: str, environment: Mapping[str, str], *, log: Path, arguments: tuple[str, ...] = ()) -> None:
    """Run a module of the checkout to its end; its words go to ``log``. Raise StepFailed with the last of them."""
    with log.open("wb") as sink:
        code = _run(module, arguments, environment, sink)
    if code.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-12:]
        raise StepFailed(f"{module} failed (all of it in {log}):\n" + "\n".join(last))


def words_of_module(module: str, environment: Mapping[str, str], *, arguments: tuple[str, ...]) -> str:
    """Run a module of the checkout to its end and return what it printed, which no file ever holds."""
    result = _run(module, arguments, environment, subprocess.PIPE)
    words = result.stdout.decode("utf-8", errors="replace").strip()
    if result.returncode:
        raise StepFailed(f"{module} failed:\n" + "\n".join(words.splitlines()[-12:]))
    return words


def _run(
    module: str, arguments: tuple[str, ...], environment: Mapping[str, str], sink: IO[bytes] | int
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", module, *arguments],
        env=dict(environment),
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=sink,
        stderr=subprocess.STDOUT,
        check=False,
        **as_ordinary_user(),
    )
