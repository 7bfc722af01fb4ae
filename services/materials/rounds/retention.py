"""What materials lets go of by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.materials.actions.arrivals import prune_arrivals

if TYPE_CHECKING:
    from shared.pruning import Prune

PRUNES: Final[tuple[Prune, ...]] = (prune_arrivals,)
