"""How a publication is cited in running text."""

from __future__ import annotations

from collections.abc import Sequence


def citation(*, contributors: Sequence[str], dated: str, title: str, publisher: str, url: str) -> str:
    """Return one line: names (year). Title. Publisher. Address. Empty parts are left out."""
    year = dated[:4] or "n.d."
    names = "; ".join(contributors)
    head = f"{names} ({year})." if names else f"({year})."
    parts = [head, f"{title.rstrip('.')}."]
    if publisher and publisher not in contributors:
        parts.append(f"{publisher}.")
    return " ".join([*parts, url])
