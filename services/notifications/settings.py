"""What this service is told from outside."""

from __future__ import annotations

from pydantic import Field

from shared.settings import Settings


class NotificationsSettings(Settings):
    """Settings of notifications."""

    approval_above: int = Field(default=500, ge=0)
    """A campaign to more people than this needs a second person."""
    campaign_senders: int = Field(default=2, ge=1, le=64)
    """How many connections carry campaign mail at once; notices have one more of their own beside them."""
    mail_batch: int = Field(default=200, ge=1, le=1000)
    """How many mails are claimed at once. Larger is faster; a crash leaves at most one of them in doubt."""
