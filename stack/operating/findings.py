from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "warning", "broken"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``mend`` says what to do unless it is good."""

    subject: str
    verdict: Verdict
    found: str
    mend: str = ""
