"""What this service is told from outside."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pydantic import Field

from shared.settings import Settings


class NotificationsSettings(Settings):
    """Settings of notifications."""

    approval_above: int = Field(default=500, ge=0)
    """A campaign to more people than this needs a second person."""
    campaign_senders: int = Field(default=2, ge=1, le=64)
    """How many connections carry campaign mail at once; notices have others of their own."""
    mail_batch: int = Field(default=200, ge=1, le=1000)
    """How many mails are claimed at once at most; fewer where the relay is slow."""
    mail_per_second: float | None = Field(default=None, gt=0, le=10_000)
    """What the relay's owner allows. Without it the pace is learned where the relay complains."""
    mail_notes_path: Path = Path(tempfile.gettempdir()) / "academy-mail-notes"
    """Where senders note which mail is on the wire. It need not outlive the machine, and no other machine reads it."""
