"""What happened to a thing, as lines of the component ``timeline``: what, who and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shared.histories import Past
from shared.words.sentences import LazyText, _

Titles = Mapping[tuple[str, str], tuple[LazyText, str]]
"""What is said of a noun that reached a state, or of an act on it; with the kind that colours it."""


def lines_of(steps: Iterable[Past], titles: Titles) -> list[dict[str, Any]]:
    """Return the steps that ``titles`` has words for, in the order given.

    What nobody did, did itself: the clock closes a campaign.
    """
    return [
        {"at": step.at, "title": title, "kind": kind, "by": step.by or _("by itself"), "text": step.why}
        for step in steps
        if step.after is not None
        for title, kind in [_said(step, titles)]
        if title is not None
    ]


def _said(step: Past, titles: Titles) -> tuple[LazyText | None, str]:
    """Return the words for this step: those for coming from just this state win."""
    found = titles.get((step.noun, f"{step.before} {step.after}")) or titles.get((step.noun, str(step.after)))
    return found or (None, "")
