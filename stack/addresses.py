"""Where the parts find each other: addresses of embedded parts, or those the environment puts in their place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from stack.keys import OWNER, Keys
from stack.places import Places
from stack.ports import Ports

SERVICES = ("registration", "materials", "notifications")
REPLACEABLE = ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "STORE_URL")


@dataclass(frozen=True)
class Addresses:
    """Everything the parts must know of each other. ``embedded`` names the parts this stack runs itself."""

    public_url: str
    owner_url: str
    redis_url: str
    smtp_url: str
    store_url: str
    embedded: frozenset[str]

    def role_url(self, service: str, keys: Keys) -> str:
        """Return the database address with which this service logs in as its own role."""
        role = f"academy_{service}"
        return with_login(self.owner_url, role, keys.role_passwords[role])


def addresses_for(
    places: Places, ports: Ports, keys: Keys, *, public_url: str | None = None, environ: Mapping[str, str] = os.environ
) -> Addresses:
    """Put the environment's addresses in the place of the embedded parts'; see REPLACEABLE."""
    given = {name: environ[name] for name in REPLACEABLE if environ.get(name)}
    owner = f"postgresql+psycopg://{OWNER}@127.0.0.1:{ports.postgres}/academy"
    parts = {"DATABASE_URL": "postgres", "REDIS_URL": "valkey", "SMTP_URL": "smtp", "STORE_URL": "store"}
    return Addresses(
        public_url=public_url or environ.get("PUBLIC_URL") or f"http://127.0.0.1:{ports.gateway}",
        owner_url=psycopg_url(given.get("DATABASE_URL") or with_login(owner, OWNER, keys.role_passwords[OWNER])),
        redis_url=given.get("REDIS_URL") or f"redis://:{keys.valkey_password}@127.0.0.1:{ports.valkey}/0",
        smtp_url=given.get("SMTP_URL") or f"smtp://127.0.0.1:{ports.smtp}",
        store_url=given.get("STORE_URL") or places.store.as_uri(),
        embedded=frozenset(part for name, part in parts.items() if name not in given),
    )


def with_login(url: str, user: str, password: str) -> str:
    """Return the address with another user and password; host, port, database and options stay."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}"))


def psycopg_url(url: str) -> str:
    """Name the driver in addresses that say only postgres:// or postgresql://."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in {"postgres", "postgresql"} else url


def libpq_url(url: str) -> str:
    """Return the address as libpq understands it, without the driver's name."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def without_password(url: str) -> str:
    """Return the address as it may be shown."""
    parts = urlsplit(url)
    user, separator, host = parts.netloc.rpartition("@")
    shown = f"{user.partition(':')[0]}{separator}{host}"
    return urlunsplit(parts._replace(netloc=shown))
