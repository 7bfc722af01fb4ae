"""When so much of a campaign comes back that sending on would ruin the name of the sender."""

from __future__ import annotations

from typing import Final

LEAST: Final = 50
"""Of fewer mails a share says nothing."""
SHARE: Final = 0.10
"""More than one dead address in ten is an old or a wrong list; mailbox providers begin to turn away below that."""


def is_too_much(*, dead: int, tried: int) -> bool:
    """Say whether a campaign is to stop by itself: ``dead`` addresses among ``tried`` mails."""
    return tried >= LEAST and dead > tried * SHARE
