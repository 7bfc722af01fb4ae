"""Notifications' tables: topics and opt-outs, campaigns, the ledger of deliveries, and what came back."""

from __future__ import annotations

from shared.schema.notifications.campaigns import AgreedText, Campaign, CampaignText
from shared.schema.notifications.deliveries import Delivery
from shared.schema.notifications.returns import MailboxPlace, ReturnedMail, Unreached
from shared.schema.notifications.senders import DomainPace, KnownRelay, RelayDay, RelayPace, RelayTrouble, Sender
from shared.schema.notifications.topics import OptOut, Suppression, Topic
from shared.schema.notifications.webhooks import Webhook, WebhookCall

__all__ = [
    "AgreedText",
    "Campaign",
    "CampaignText",
    "Delivery",
    "DomainPace",
    "KnownRelay",
    "MailboxPlace",
    "OptOut",
    "RelayDay",
    "RelayPace",
    "RelayTrouble",
    "ReturnedMail",
    "Sender",
    "Suppression",
    "Topic",
    "Unreached",
    "Webhook",
    "WebhookCall",
]
