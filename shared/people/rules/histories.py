"""How roles, invitations and tokens begin and end."""

from __future__ import annotations

from typing import Final

from shared.facts.people import StaffInvited, TokenMade
from shared.machines import machine

ROLE: Final = machine("people.role", begins="granted", moves={"granted": "revoked", "revoked": ""})
"""A role that was taken away is no row any more; that it was held is told by its history."""
INVITATION: Final = machine(
    "people.staff_invitation",
    begins="sent",
    moves={"sent": "used", "used": ""},
    tells={(None, "sent"): StaffInvited},
    mark="used_at",
)
TOKEN: Final = machine(
    "people.api_token",
    begins="made",
    moves={"made": "revoked", "revoked": ""},
    tells={(None, "made"): TokenMade},
    mark="revoked_at",
)
