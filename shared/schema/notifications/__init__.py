"""Notifications' tables: topics and opt-outs, campaigns, and the ledger of deliveries."""

from __future__ import annotations

from shared.schema.notifications.campaigns import Campaign, CampaignText
from shared.schema.notifications.deliveries import Delivery
from shared.schema.notifications.senders import RelayPace, RelayTrouble, Sender
from shared.schema.notifications.topics import OptOut, Suppression, Topic

__all__ = [
    "Campaign",
    "CampaignText",
    "Delivery",
    "OptOut",
    "RelayPace",
    "RelayTrouble",
    "Sender",
    "Suppression",
    "Topic",
]
