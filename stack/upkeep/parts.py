"""How the parts are, as the launcher last saw it: kept in a file, for ``doctor``, ``/readyz`` and the desk to say."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from shared.signs_of_life import PARTS_FILE
from stack.places import Places

__all__ = ["PARTS_FILE", "Ailing", "ailing_parts", "note_ailing", "parts_file"]


@dataclass(frozen=True)
class Ailing:
    """A part that cannot be kept running."""

    part: str
    said: str
    """The last line of its log: most often the reason."""


def parts_file(places: Places) -> Path:
    """Return where the state of this stack's parts is kept."""
    return places.run / "ailing.json"


def note_ailing(places: Places, ailing: list[Ailing]) -> None:
    """Keep who ails. A disk that takes nothing keeps the launcher from nothing."""
    path = parts_file(places)
    new = path.with_suffix(".new")
    with suppress(OSError):
        new.write_text(json.dumps([asdict(one) for one in ailing]), encoding="utf-8")
        os.replace(new, path)  # noqa: PTH105 - beside it stands what it replaces


def ailing_parts(places: Places) -> list[Ailing]:
    """Return who ails; nobody, where nothing is known."""
    try:
        return [Ailing(**one) for one in json.loads(parts_file(places).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
