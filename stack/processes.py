"""The parts of the stack and the command of each: the one place that says how a process is started."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from shared.doors import QUEUES
from stack.addresses import SERVICES, Addresses
from stack.buckets import BUCKET_KEYS, keys_of_bucket, origin_of, trust_of
from stack.embedded import nginx, postgres, valkey
from stack.keys import Keys
from stack.ordinary_user import ordinary_user
from stack.places import CHECKOUT, Places
from stack.ports import Ports
from stack.upkeep.leftovers import RANKS, STEP_RANK, marks
from stack.upkeep.parts import PARTS_FILE, parts_file

LOOPBACK = "127.0.0.1"
PRIVATE_TO_POSTMEN = frozenset({"MAIL_BOX", "MAIL_DKIM_KEYS", "MAIL_LISTEN", "MAIL_RELAYS"})
"""Where mail comes and goes, with passwords and keys."""
NOT_PASSED_ON = frozenset(
    {"DATABASE_URL", "REDIS_URL", "SMTP_URL", "STORE_URL", "SECRET_KEY", "ENVIRONMENT", "PUBLIC_URL", "SPECIAL_KEYS"}
    | PRIVATE_TO_POSTMEN
    | BUCKET_KEYS
)


@dataclass(frozen=True)
class Process:
    """One supervised process. Parts of a higher ``rank`` stop earlier; each rank has stopped before the next does."""

    name: str
    command: list[str]
    """A program and its arguments; a module of Python's and its arguments, where ``python`` says so."""
    rank: int
    python: bool = False
    niceness: int = 0
    """How far a Python part stands back when the processor is short."""
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    listens: int | None = None
    """Port of the socket that is held for it while it starts anew."""
    settles: int = 1
    """Seconds it must live to count as started."""
    disposable: Path | None = None
    """What it keeps and may lose, when it does not start with it."""
    stop_signal: str = "TERM"
    stop_seconds: int = 20
    needs_schema: bool = False
    """Started only when the database is at the present schema."""
    after_pages: bool = False
    """Started once the pages are there: nobody waits for it before somebody has done something."""


@dataclass(frozen=True)
class Outline:
    """Everything that decides how the processes of one stack look."""

    places: Places
    ports: Ports
    keys: Keys
    addresses: Addresses
    demo: bool
    settings: Mapping[str, str] = field(default_factory=dict)
    """More environment for the services and the worker, such as mail_from."""


def processes_of(outline: Outline) -> list[Process]:
    """Return every process of this stack, in the order in which they are named on the screen."""
    return [
        *_stores(outline),
        *([_catcher(outline)] if outline.demo else []),
        *(_service(outline, name) for name in SERVICES),
        _celery(outline, "worker", worker_arguments()),
        _postmen(outline),
        _celery(outline, "clock", clock_arguments()),
        _gateway(outline),
    ]


def worker_arguments() -> list[str]:
    """Return Celery's words for the worker: one machine, so no gossip with others."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return ["worker", "--queues", ",".join(QUEUES), "--concurrency", "2", "--loglevel", "WARNING", *quiet]


def clock_arguments() -> list[str]:
    """Return Celery's words for the clock. It remembers nothing: every schedule is a matter of seconds."""
    return ["beat", "--loglevel", "WARNING", "--scheduler", "celery.beat:Scheduler"]


def bare_environment() -> dict[str, str]:
    """Return what every Python of ours is told: no secret, and nothing that another part is told for itself."""
    user = ordinary_user()
    passed = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    return passed | {
        **({"HOME": user.pw_dir} if user else {}),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
        # glibc: threads share heaps, and what is free goes back to the system; saves tens of megabytes
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRIM_THRESHOLD_": "131072",
        "MALLOC_MMAP_THRESHOLD_": "131072",
    }


def common_environment(outline: Outline) -> dict[str, str]:
    """Return what the services, the worker and the one-off commands all are told."""
    addresses = outline.addresses
    return bare_environment() | {
        "ENVIRONMENT": "demo" if outline.demo else "production",
        "SECRET_KEY": os.environ.get("SECRET_KEY") or outline.keys.secret_key,
        "PUBLIC_URL": addresses.public_url,
        "REDIS_URL": addresses.redis_url,
        "STORE_URL": addresses.store_url,
        PARTS_FILE: str(parts_file(outline.places)),
        **marks(outline.places, "step", STEP_RANK),
        **outline.settings,
    }


NICENESS = 10
"""How far the worker stands back: pages come before it, and so do the mails that somebody waits for."""
SIZE = {"notifications": ["--workers=1"]}
"""On one machine one process is enough for the few pages of notifications."""


def service_environment(outline: Outline, service: str) -> dict[str, str]:
    """Return what one service is told: its own database role and no other; registration alone the keys of answers."""
    told = common_environment(outline) | {"DATABASE_URL": outline.addresses.role_url(service, outline.keys)}
    if service == "registration":
        told["SPECIAL_KEYS"] = os.environ.get("SPECIAL_KEYS") or outline.keys.special_keys
    return told | (keys_of_bucket(os.environ) if service == "materials" else {})


def worker_environment(outline: Outline) -> dict[str, str]:
    """Return what the worker is told: the roles of all three services."""
    urls = {f"{name.upper()}_DATABASE_URL": outline.addresses.role_url(name, outline.keys) for name in SERVICES}
    return common_environment(outline) | urls | keys_of_bucket(os.environ)


def postmen_environment(outline: Outline) -> dict[str, str]:
    """Return what the postmen are told: one role, and alone the mail relay's address."""
    return common_environment(outline) | {
        "NOTIFICATIONS_DATABASE_URL": outline.addresses.role_url("notifications", outline.keys),
        "SMTP_URL": outline.addresses.smtp_url,
        "MAIL_NOTES_PATH": str(outline.places.run / "mail-notes"),
        **{name: os.environ[name] for name in sorted(PRIVATE_TO_POSTMEN) if os.environ.get(name)},
    }


def clock_environment(outline: Outline) -> dict[str, str]:
    """Return what the clock is told: where to ring."""
    return bare_environment() | {"REDIS_URL": outline.addresses.redis_url}


def _stores(outline: Outline) -> list[Process]:
    places, ports, embedded = outline.places, outline.ports, outline.addresses.embedded
    found = []
    if "postgres" in embedded:
        found.append(postgres_process(places))
    if "valkey" in embedded:
        configuration = valkey.prepare(places.valkey, port=ports.valkey, password=outline.keys.valkey_password)
        kept = places.valkey / valkey.KEPT
        found.append(Process("valkey", valkey.command(configuration), RANKS["valkey"], disposable=kept))
    return found


def postgres_process(places: Places) -> Process:
    """Return the embedded PostgreSQL; it stops by the fast shutdown, which does not wait for clients."""
    command = postgres.command(places.postgres)
    folder = places.postgres.parent
    return Process("postgres", command, RANKS["postgres"], directory=folder, stop_signal="INT", stop_seconds=30)


def _catcher(outline: Outline) -> Process:
    ports = outline.ports
    options = [f"--maildir={outline.places.mail}", f"--smtp={ports.smtp}", f"--http={ports.mailbox}"]
    return Process(
        "mail", ["stack.mailbox.catcher", *options], RANKS["mail"], python=True, environment=bare_environment()
    )


def _service(outline: Outline, name: str) -> Process:
    settings = CHECKOUT / "stack" / "gunicorn_settings.py"
    factory = f"services.{name}.app:create()"
    size = [] if "WEB_WORKERS" in os.environ else SIZE.get(name, [])
    command = ["gunicorn", f"--config={settings}", *size, f"--name={name}", factory]
    told = service_environment(outline, name)
    port: int = getattr(outline.ports, name)
    return Process(
        name, command, RANKS[name], python=True, environment=told, listens=port, settles=5, needs_schema=True
    )


def _celery(outline: Outline, name: str, arguments: list[str]) -> Process:
    command = ["celery", "-A", f"services.{name}", "-q", *arguments]
    told = worker_environment(outline) if name == "worker" else clock_environment(outline)
    return _behind_the_pages(name, command, told, niceness=NICENESS if name == "worker" else 0)


def _postmen(outline: Outline) -> Process:
    return _behind_the_pages("postmen", ["services.postmen"], postmen_environment(outline))


def _behind_the_pages(name: str, command: list[str], told: Mapping[str, str], *, niceness: int = 0) -> Process:
    """Return a part that starts after the first page."""
    return Process(
        name,
        command,
        RANKS[name],
        python=True,
        niceness=niceness,
        environment=told,
        settles=10,
        stop_seconds=30,
        after_pages=True,
    )


def _gateway(outline: Outline) -> Process:
    places, ports, addresses = outline.places, outline.ports, outline.addresses
    store, origin = urlsplit(addresses.store_url), origin_of(addresses.store_url, os.environ)
    values = {
        "GATEWAY_LISTEN": f"{LOOPBACK}:{ports.gateway}",
        "STORE_PATH": url2pathname(store.path) if store.scheme == "file" else str(places.store),
        "CACHE_PATH": str(places.run / "nginx" / "cache"),
        "STORE_ORIGIN": origin,
        "STORE_TLS": trust_of(origin),
        "UPLOAD_LIMIT": os.environ.get("UPLOAD_LIMIT") or str(nginx.UPLOAD_LIMIT),
        "TRUSTED_PROXY": os.environ.get("TRUSTED_PROXY", nginx.NOBODY),
        **{f"{name.upper()}_UPSTREAM": f"{LOOPBACK}:{getattr(ports, name)}" for name in SERVICES},
    }
    extras = {"mailbox": nginx.MAILBOX.format(mailbox=ports.mailbox)} if outline.demo else {}
    if addresses.public_url == f"http://{LOOPBACK}:{ports.gateway}":
        extras["name"] = nginx.ONE_NAME.format(gateway=ports.gateway, public_url=addresses.public_url)
    folder: Path = places.run / "nginx"
    main = nginx.prepare(folder, values, extras=extras)
    # It works inside the state directory: its workers, which outlive a killed master, are recognised by that.
    return Process(
        "gateway", nginx.command(main), RANKS["gateway"], directory=folder, stop_signal="QUIT", stop_seconds=5
    )
