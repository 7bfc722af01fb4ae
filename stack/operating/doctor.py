"""``./academy doctor``: what is wrong with this installation, and how to mend each thing."""

from __future__ import annotations

import os
import shutil
import smtplib
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg
from redis import Redis
from redis.exceptions import RedisError
from rich.table import Table

from stack import ports as ports_of
from stack.addresses import SERVICES, Addresses, addresses_for, libpq_url, without_password
from stack.beforehand import read_settings
from stack.buckets import NOWHERE, answers, origin_of
from stack.keys import Keys, keys_of
from stack.operating.findings import Finding, Verdict
from stack.operating.mail_flow import standstills
from stack.operating.mail_names import mail_names
from stack.places import Places, places_of_checkout
from stack.ports import Ports
from stack.processes import Outline, postmen_environment, worker_environment
from stack.screen import Screen
from stack.upkeep.parts import ailing_parts

ENOUGH_FREE = 2 * 1024**3
LITTLE_FREE = 300 * 1024**2
CLOCK_SECONDS = 2.0
OLDEST_POSTGRES = 150000


@dataclass(frozen=True)
class Patient:
    """What is examined."""

    places: Places
    addresses: Addresses
    ports: Ports
    keys: Keys
    environ: Mapping[str, str]
    running: bool


def run_doctor() -> int:
    """Examine this checkout, print a table; return 1 when something is broken."""
    screen = Screen()
    findings = examine(places_of_checkout(), os.environ)
    table = Table(box=None, pad_edge=False)
    for column in ("", "Looked at", "Found", "How to mend"):
        table.add_column(column, overflow="fold")
    marks = {"good": "[green]✓[/]", "warning": "[yellow]![/]", "broken": "[red]✗[/]"}
    for finding in findings:
        table.add_row(marks[finding.verdict], finding.subject, finding.found, finding.mend)
    screen.console.print(table)
    broken = sum(finding.verdict == "broken" for finding in findings)
    screen.say("Nothing is broken." if not broken else f"{broken} of {len(findings)} are broken.")
    return int(bool(broken))


def examine(places: Places, environ: Mapping[str, str]) -> list[Finding]:
    """Look at everything; an examination that fails is itself a finding."""
    try:
        places.prepare()
    except OSError as error:
        mend = "Mend or free the disk, start as the user it belongs to, or name another directory in ACADEMY_STATE."
        return [*_python(None), Finding("State directory", "broken", f"{places.state}: {error.strerror}", mend)]
    ports = ports_of.remembered_ports(places.state)
    running = ports is not None and not ports_of.is_free(ports.supervisor)
    ports = ports or ports_of.choose_ports(places.state)
    keys = keys_of(places.state)
    patient = Patient(places, addresses_for(places, ports, keys, environ=environ), ports, keys, environ, running)
    findings: list[Finding] = []
    for examination in (_python, _disk, _settings, _parts, _ports, _database, _redis, _smtp, _names, _store):
        findings += list(examination(patient))
    return findings


def _python(_patient: Patient | None) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    yield Finding("Python", "good" if good else "broken", version, "" if good else "Install Python 3.11 or newer.")


def _disk(patient: Patient) -> Iterator[Finding]:
    free = shutil.disk_usage(patient.places.state).free
    verdict: Verdict = "good" if free > ENOUGH_FREE else "warning" if free > LITTLE_FREE else "broken"
    mend = "" if verdict == "good" else f"Free some space on the disk of {patient.places.state}."
    yield Finding("Free disk", verdict, f"{free / 1024**3:.1f} GB", mend)


def _settings(patient: Patient) -> Iterator[Finding]:
    given = [name for name in ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "STORE_URL") if patient.environ.get(name)]
    yield Finding("Replaced parts", "good", ", ".join(given) or "none: all parts are embedded")
    outline = Outline(patient.places, patient.ports, patient.keys, patient.addresses, demo=False)
    told = read_settings(worker_environment(outline) | postmen_environment(outline))
    mend = "Set what the sentence names; the services and the worker would refuse to start with it."
    yield Finding(
        "Settings",
        "broken" if told else "good",
        told or "read as the services and the worker read them",
        mend * bool(told),
    )
    url = urlsplit(patient.addresses.public_url)
    if url.scheme not in {"http", "https"} or not url.netloc or url.path:
        mend = "Give scheme and host only, such as https://academy.example.org."
        yield Finding("PUBLIC_URL", "broken", patient.addresses.public_url, mend)
    elif url.scheme == "http" and url.hostname not in {"127.0.0.1", "localhost"}:
        mend = "Put a server with TLS in front and say https:// here."
        yield Finding("PUBLIC_URL", "warning", f"{patient.addresses.public_url} is not encrypted", mend)
    else:
        yield Finding("PUBLIC_URL", "good", patient.addresses.public_url)


def _parts(patient: Patient) -> Iterator[Finding]:
    if not patient.running:
        return
    for ailing in ailing_parts(patient.places):
        log = patient.places.logs / f"{ailing.part}.log"
        found = f"keeps dying: {ailing.said}" if ailing.said else "keeps dying"
        yield Finding(ailing.part, "broken", found, f"It is tried again for ever; {log} says why it dies.")


def _ports(patient: Patient) -> Iterator[Finding]:
    ports = ports_of.remembered_ports(patient.places.state)
    if ports is None or patient.running:
        yield Finding("Ports", "good", "in use by this stack" if patient.running else "chosen at the first start")
        return
    taken = [name for name in ports.__dataclass_fields__ if not ports_of.is_free(getattr(ports, name))]
    found = f"taken by others: {', '.join(taken)}" if taken else "all free"
    yield Finding(
        "Ports", "warning" if taken else "good", found, "Others will be chosen at the next start." * bool(taken)
    )


def _database(patient: Patient) -> Iterator[Finding]:
    shown = without_password(libpq_url(patient.addresses.owner_url))
    if "postgres" in patient.addresses.embedded and not patient.running:
        yield Finding("PostgreSQL", "warning", "embedded, not running", "Start it with ./academy demo or ./academy up.")
        return
    with (
        _finding_of_failure("PostgreSQL", f"Check DATABASE_URL ({shown}) and that the server runs.") as failures,
        psycopg.connect(libpq_url(patient.addresses.owner_url), connect_timeout=5) as connection,
    ):
        yield from _server(connection)
        yield _schema(connection)
        yield from _roles(connection, patient)
        mend = "Mend it at the mail server or in SMTP_URL and MAIL_FROM; mail goes on by itself, nobody is left out."
        for sentence in standstills(connection):
            yield Finding("Mail", "broken", sentence, mend)
    yield from failures


def _server(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    number = connection.info.server_version
    shown = f"{number // 10000}.{number % 10000}"
    old = number < OLDEST_POSTGRES
    yield Finding("PostgreSQL", "broken" if old else "good", shown, "Use PostgreSQL 15 or newer." * old)
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    away = abs((datetime.now(UTC) - row[0]).total_seconds()) if row else 0.0
    mend = "Let both machines keep time with NTP; links and codes depend on it." * (away > CLOCK_SECONDS)
    yield Finding("Clock", "broken" if mend else "good", f"{away:.2f} s away from the database's", mend)


def _schema(connection: psycopg.Connection[Any]) -> Finding:
    from shared.migrations.run import newest_revision  # late: Alembic is slow to import

    expected = newest_revision()
    with connection.transaction():
        there = connection.execute("SELECT to_regclass('public.alembic_version')").fetchone()
    if not there or there[0] is None:
        return Finding("Schema", "broken", "the database is empty", "Run ./academy migrate.")
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    if not row or row[0] != expected:
        return Finding("Schema", "broken", f"{row and row[0]}, not {expected}", "Run ./academy migrate.")
    return Finding("Schema", "good", expected)


def _roles(connection: psycopg.Connection[Any], patient: Patient) -> Iterator[Finding]:
    for service in SERVICES:
        role = f"academy_{service}"
        subject = f"Role {role}"
        with _finding_of_failure(subject, "Run ./academy migrate: it sets the role's password.") as failures:
            address = libpq_url(patient.addresses.role_url(service, patient.keys))
            with psycopg.connect(address, connect_timeout=5) as own:
                yield _grants(own, role, service, subject)
        yield from failures
    names = [f"academy_{name}" for name in SERVICES]
    row = connection.execute("SELECT count(*) FROM pg_roles WHERE rolsuper AND rolname = ANY(%s)", (names,)).fetchone()
    if row and row[0]:
        mend = "ALTER ROLE … NOSUPERUSER: services may do only what the migrations grant."
        yield Finding("Roles", "broken", f"{row[0]} service roles are superusers", mend)


def _grants(own: psycopg.Connection[Any], role: str, service: str, subject: str) -> Finding:
    """Compare what this role may write with what it should: its own schema and the outbox."""
    rows = own.execute(
        "SELECT n.nspname, bool_and(has_table_privilege(%s, c.oid, 'INSERT')), "
        "bool_or(has_table_privilege(%s, c.oid, 'INSERT')) "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY(%s) GROUP BY 1",
        (role, role, [*SERVICES, "people", "outbox"]),
    ).fetchall()
    may = {schema: (everything, something) for schema, everything, something in rows}
    missing = [schema for schema in (service, "outbox") if schema in may and not may[schema][1]]
    foreign = [schema for schema in SERVICES if schema != service and may.get(schema, (False, False))[1]]
    if missing or foreign:
        found = "; ".join(
            [*(f"cannot write {schema}" for schema in missing), *(f"may write {schema}" for schema in foreign)]
        )
        return Finding(subject, "broken", found, "Run ./academy migrate; if that changes nothing, REVOKE by hand.")
    return Finding(subject, "good", "logs in, grants as migrated")


def _redis(patient: Patient) -> Iterator[Finding]:
    if "valkey" in patient.addresses.embedded and not patient.running:
        yield Finding("Valkey", "warning", "embedded, not running", "Start it with ./academy demo or ./academy up.")
        return
    shown = without_password(patient.addresses.redis_url)
    try:
        with Redis.from_url(patient.addresses.redis_url, socket_timeout=3, socket_connect_timeout=3) as redis:
            facts: Any = redis.info()
    except (RedisError, OSError) as failure:
        yield Finding("Redis", "broken", str(failure), f"Check REDIS_URL ({shown}). Until then everything is slower.")
        return
    policy = facts.get("maxmemory_policy", "")
    evicts = policy not in {"noeviction", ""}
    mend = "Set maxmemory-policy noeviction: queues live there." * evicts
    version = facts.get("valkey_version") or facts.get("redis_version")
    yield Finding("Redis", "broken" if evicts else "good", f"{version}, {policy}", mend)


def _smtp(patient: Patient) -> Iterator[Finding]:
    address = urlsplit(patient.addresses.smtp_url)
    if "smtp" in patient.addresses.embedded:
        if patient.environ.get("ENVIRONMENT") == "production":
            yield Finding("SMTP", "broken", "SMTP_URL is not set", "Set it to smtp+starttls://user:password@host:587.")
        elif not patient.running:
            yield Finding(
                "SMTP", "warning", "no SMTP_URL; the demo catches its own mail", "Set SMTP_URL for ./academy up."
            )
            return
    mend = "Check SMTP_URL: host, port, smtp+starttls:// or smtps://, user and password."
    try:
        yield Finding("SMTP", "good", _greeting(address.scheme, address.hostname or "", address.port, address))
    except (smtplib.SMTPException, OSError) as failure:
        yield Finding("SMTP", "broken", f"{type(failure).__name__}: {failure}", mend)


def _greeting(scheme: str, host: str, port: int | None, address: Any) -> str:
    trusted = ssl.create_default_context()  # as the postmen do, which give no password to a stranger
    opened = (
        smtplib.SMTP_SSL(host, port or 465, timeout=10, context=trusted)
        if scheme == "smtps"
        else smtplib.SMTP(host, port or 25, timeout=10)
    )
    with opened as smtp:
        if scheme == "smtp+starttls":
            smtp.starttls(context=trusted)
        if address.username:
            smtp.login(address.username, address.password or "")
        smtp.ehlo()
        secured = "with STARTTLS" if smtp.has_extn("starttls") else "without STARTTLS"
        return f"{host} answers, {secured}"


def _names(patient: Patient) -> Iterator[Finding]:
    """Look up what DNS says of the sender, unless all mail is caught here."""
    if "smtp" not in patient.addresses.embedded:
        yield from mail_names(patient.environ, smtp_url=patient.addresses.smtp_url)


def _store(patient: Patient) -> Iterator[Finding]:
    origin = origin_of(patient.addresses.store_url, patient.environ)
    if origin != NOWHERE:
        told, good = f"{patient.addresses.store_url} at {origin}", answers(origin)
        mend = "Start the object store, or name another in AWS_ENDPOINT_URL."
    else:
        told = urlsplit(patient.addresses.store_url).path
        good, mend = os.access(told, os.W_OK | os.X_OK), "Create the folder and let the services write there."
    yield Finding("File store", "good" if good else "broken", told, "" if good else mend)


@contextmanager
def _finding_of_failure(subject: str, mend: str) -> Iterator[list[Finding]]:
    """Turn a refused connection into a finding, left in the list this gives."""
    failures: list[Finding] = []
    try:
        yield failures
    except psycopg.Error as failure:
        failures.append(Finding(subject, "broken", str(failure).strip().splitlines()[0], mend))
