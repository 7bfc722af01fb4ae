from __future__ import annotations

from typing import Final

from shared.facts.notifications import CampaignLaunched
from shared.machines import machine

CAMPAIGN: Final = machine(
    "notifications.campaign",
    begins="draft",
    moves={
        "draft": "awaiting_approval sending deleted",
        "awaiting_approval": "draft sending deleted",
        "sending": "draft paused cancelled finished",
        "paused": "sending cancelled",
        "cancelled": "",
        "finished": "sending",
        "deleted": "",
    },
    tells={("draft", "sending"): CampaignLaunched, ("awaiting_approval", "sending"): CampaignLaunched},
)
