from __future__ import annotations

from typing import Final

from shared.machines import machine

RELEASE: Final = machine(
    "materials.release",
    begins="draft",
    moves={
        "draft": "published deleted",
        "published": "withdrawn removed",
        "removed": "published",
        "withdrawn": "",
        "deleted": "",
    },
)
"""``removed``: together with its publication, and back with it; ``withdrawn``: by itself, and for ever."""
TAKEN_BACK: Final = ("withdrawn", "removed")
"""Whoever could open it is told that it was taken back."""
