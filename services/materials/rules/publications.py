from __future__ import annotations

from typing import Final

from shared.machines import machine

PUBLICATION: Final = machine(
    "materials.publication",
    begins="kept",
    moves={"kept": "removed", "removed": "kept"},
    mark="removed_at",
)
