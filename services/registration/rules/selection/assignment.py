"""Who reads which application: as evenly as languages and conflicts of interest allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID


class Pair(NamedTuple):
    """One application in the hands of one reviewer."""

    application_id: UUID
    reviewer_id: UUID


@dataclass(frozen=True)
class Readable:
    """An application that wants readers: the language it is written in, and who may not read it."""

    id: UUID
    language: str
    barred: frozenset[UUID] = frozenset()
    """Who has a conflict of interest, or gave it back."""
    read_by: frozenset[UUID] = frozenset()
    """Who has it already, handed in or not."""


@dataclass(frozen=True)
class Reader:
    """A reviewer with the languages she reads; an empty set reads all."""

    id: UUID
    languages: frozenset[str] = frozenset()

    def reads(self, language: str) -> bool:
        """Say whether she reads ``language``."""
        return not self.languages or language in self.languages


@dataclass(frozen=True)
class Spread:
    """New pairs, and the applications that stay short: ``{application: how many readers are missing}``."""

    pairs: Sequence[Pair]
    short: Mapping[UUID, int] = field(default_factory=dict)


def spread(applications: Collection[Readable], readers: Collection[Reader], *, each: int, seed: str = "") -> Spread:
    """Give every application ``each`` readers; nobody gets one she may not read or has, and loads differ little.

    Those with the fewest possible readers choose first, and each takes whoever has least so far, with what she has
    already counted in. Neither the order of applications nor that of readers matters: ties are drawn by ``seed``.
    """
    load = Counter({reader.id: 0 for reader in readers})
    load.update(one for application in applications for one in application.read_by if one in load)
    able = {
        application.id: [
            reader.id
            for reader in readers
            if reader.reads(application.language) and reader.id not in application.barred | application.read_by
        ]
        for application in applications
    }
    pairs: list[Pair] = []
    short: dict[UUID, int] = {}
    for application in sorted(applications, key=lambda one: (len(able[one.id]), _drawn(seed, one.id))):
        wanted = each - len(application.read_by)
        if wanted <= 0:
            continue
        chosen = sorted(able[application.id], key=lambda one: (load[one], _drawn(seed, application.id, one)))[:wanted]
        load.update(chosen)
        pairs += [Pair(application.id, reader) for reader in chosen]
        if len(chosen) < wanted:
            short[application.id] = wanted - len(chosen)
    return Spread(sorted(pairs), short)


def _drawn(seed: str, *ids: UUID) -> bytes:
    return blake2b(b"".join(one.bytes for one in ids), key=seed.encode()[:64], digest_size=8).digest()
