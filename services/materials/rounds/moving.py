"""Copies every file of the library from one store to another: ``./academy move-store FROM TO``.

What is there already is read and compared, so that it can be broken off and begun again; nothing is taken away from
where it was. Afterwards STORE_URL names the other one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import BinaryIO, Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.materials.settings import MaterialsSettings
from shared.database import Database
from shared.schema.materials.files import StoredFile
from shared.store import Store, hash_of, pieces_of, store_at


class Moved(NamedTuple):
    """What became of one file: it was there already, was copied, or is missing or damaged where it came from."""

    sha256: str
    size: int
    what: Literal["there", "copied", "missing", "damaged"]


class NotTheSame(Exception):  # noqa: N818 - a finding, listed by name
    """The bytes are not those that the name says."""


def move_files(session: Session, source: Store, target: Store) -> Iterator[Moved]:
    """Copy what the library knows of; each file is in ``target`` whole, by its hash, or is told of."""
    rows = session.execute(
        select(StoredFile.sha256, StoredFile.size, StoredFile.modified_at).order_by(StoredFile.sha256)
    ).all()
    for sha256, size, modified_at in rows:
        if target.size(sha256) == size and _is_whole(target, sha256):
            yield Moved(sha256, size, "there")
            continue

        def same(file: BinaryIO, sha256: str = sha256) -> None:
            if hash_of(pieces_of(file)) != sha256:
                raise NotTheSame

        try:
            with source.reading(sha256) as file:
                target.keep(pieces_of(file), limit=size, modified_at=modified_at, check=same)
        except FileNotFoundError:
            yield Moved(sha256, size, "missing")
        except NotTheSame:
            yield Moved(sha256, size, "damaged")
        else:
            yield Moved(sha256, size, "copied" if _is_whole(target, sha256) else "damaged")


def _is_whole(store: Store, sha256: str) -> bool:
    with store.reading(sha256) as file:
        return hash_of(pieces_of(file)) == sha256


def main() -> int:
    """Copy between the two stores that are named; say each file that is not whole, and the sums."""
    if len(sys.argv) != 3:  # noqa: PLR2004 - the program and its two words
        sys.stderr.write("Say from where and to where: file:///folder s3://bucket/prefix\n")
        return 2
    source, target = (store_at(url) for url in sys.argv[1:])
    target.prepare()
    database = Database(MaterialsSettings().database_url.get_secret_value(), name="academy move-store")
    found = dict.fromkeys(("there", "copied", "missing", "damaged"), 0)
    with database.reading() as session:
        for moved in move_files(session, source, target):
            found[moved.what] += 1
            if moved.what in {"missing", "damaged"}:
                sys.stdout.write(f"{moved.what}: {moved.sha256}\n")
    sys.stdout.write(f"{found['copied']} copied, {found['there']} there already, ")
    sys.stdout.write(f"{found['missing']} missing and {found['damaged']} damaged where they came from.\n")
    return 1 if found["missing"] or found["damaged"] else 0


if __name__ == "__main__":
    sys.exit(main())
