from __future__ import annotations

from typing import Final

from shared.machines import machine

RELEASE: Final = machine(
    "materials.release",
    begins="draft",
    moves={"draft": "published deleted", "published": "withdrawn", "withdrawn": "", "deleted": ""},
)
