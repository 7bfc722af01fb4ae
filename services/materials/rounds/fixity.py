"""Reads every file of the library again and says which ones are no longer what was stored: ``./academy fixity``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.materials.settings import MaterialsSettings
from shared.database import Database
from shared.schema.materials.files import Rendition, StoredFile
from shared.store import Store, hash_of, pieces_of, store_at


class Damage(NamedTuple):
    """A stored file that is gone or changed, and under which names people know it."""

    sha256: str
    what: Literal["missing", "damaged"]
    filenames: tuple[str, ...]


def damaged_files(session: Session, store: Store) -> Iterator[Damage]:
    """Yield what the store has lost of the files that renditions point at; every byte of the others is read."""
    names: dict[str, list[str]] = {}
    rows = select(StoredFile.sha256, Rendition.filename).join(Rendition, Rendition.sha256 == StoredFile.sha256)
    for sha256, filename in session.execute(rows.order_by(StoredFile.sha256, Rendition.filename)):
        names.setdefault(sha256, []).append(filename)
    for sha256, filenames in names.items():
        try:
            with store.reading(sha256) as file:
                found = hash_of(pieces_of(file))
        except FileNotFoundError:
            yield Damage(sha256, "missing", tuple(filenames))
            continue
        if found != sha256:
            yield Damage(sha256, "damaged", tuple(filenames))


def main() -> int:
    """Write each damaged file on a line; return 1 when there is one."""
    settings = MaterialsSettings()
    database = Database(settings.database_url.get_secret_value(), name="academy fixity")
    with database.reading() as session:
        found = list(damaged_files(session, store_at(settings.store_url)))
    lines = [f"{damage.what}: {damage.sha256} ({', '.join(damage.filenames)})" for damage in found]
    if found:
        lines.append(f"{len(found)} damaged. Upload the same bytes again in the same place, and they are whole again.")
    else:
        lines.append("Every file is what was stored.")
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
