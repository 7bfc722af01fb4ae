from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Words:
    """What a campaign says in one language, with the names its frame uses in that language."""

    campaign_id: UUID
    locale: str
    subject: str
    preheader: str
    body: str
    edition: str
    edition_slug: str
    place: str
    starts_on: date
    ends_on: date
    topic: str
    topic_slug: str
    contact: str = field(default="", repr=False)
    """Where answers go. Not a part of what is said, so nobody has to agree to it anew."""

    def to_keep(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        dates = {"starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()}
        return asdict(self) | dates | {"campaign_id": str(self.campaign_id)}


def kept_words(kept: Mapping[str, Any]) -> Words:
    """Return what :meth:`Words.to_keep` gave."""
    dates = {name: date.fromisoformat(kept[name]) for name in ("starts_on", "ends_on")}
    return Words(**{**kept, **dates, "campaign_id": UUID(kept["campaign_id"])})
