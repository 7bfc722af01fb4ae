"""Who may touch what. Each migration grants exactly what its tables need; a test proves it by trying the rest."""

from __future__ import annotations

from typing import Final, Protocol

SERVICES: Final = ("registration", "materials", "notifications")
WRITER: Final = {
    "people": "registration",
    "registration": "registration",
    "materials": "materials",
    "notifications": "notifications",
}


class Op(Protocol):
    """The part of Alembic's operations used here."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""


def role_of(service: str) -> str:
    """Return the PostgreSQL role that ``service`` logs in with."""
    return f"academy_{service}"


def make_roles(op: Op) -> None:
    """Create the service roles where they are missing; they get their passwords from ``./academy migrate``."""
    for service in SERVICES:
        role = role_of(service)
        op.execute(
            f"DO $$ BEGIN CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )


def make_schema(op: Op, owner: str) -> None:
    """Create the schema of ``owner`` and let every service look inside; tables grant the rest."""
    op.execute(f"CREATE SCHEMA {owner}")
    for service in SERVICES:
        op.execute(f"GRANT USAGE ON SCHEMA {owner} TO {role_of(service)}")


def publish(op: Op, table: str, *, readers: tuple[str, ...] = ()) -> None:
    """Let the owner's service write ``table`` (``owner.name``).

    ``readers`` belongs to the first migrations: since owners publish views, see :func:`reveal`, no other service reads
    a table.
    """
    writer = WRITER[table.partition(".")[0]]
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role_of(writer)}")
    for reader in readers:
        op.execute(f"GRANT SELECT ON {table} TO {role_of(reader)}")


def reveal(op: Op, view: str, **columns: str) -> None:
    """Let each service named read of ``view`` (``owner.name``) the columns it needs: names with commas, or ``*``."""
    for reader, needed in columns.items():
        of = "" if needed == "*" else f" ({needed})"
        op.execute(f"GRANT SELECT{of} ON {view} TO {role_of(reader)}")


def conceal(op: Op, owner: str) -> None:
    """Let no other service read anything of ``owner``; what it publishes is revealed after this."""
    for service in SERVICES:
        if service != WRITER[owner]:
            op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {owner} FROM {role_of(service)}")
