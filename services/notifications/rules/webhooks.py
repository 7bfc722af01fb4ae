"""Where webhooks may lead, what they carry, how they are signed, and when they are tried again.

The form is that of Standard Webhooks 1.0 (standardwebhooks.com): any of its libraries can check ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from shared.machines import machine

WEBHOOK: Final = machine("notifications.webhook", begins="active", moves={"active": "stopped", "stopped": "active"})
TOLD: Final = ("sent", "failed", "suppressed", "uncertain", "bounced", "complained")
"""The states of a delivery that are told."""
RESTS: Final = (timedelta(seconds=5), *[timedelta(minutes=1)] * 5, *[timedelta(hours=1)] * 24)
"""Before each further try: a receiver that comes back within a day misses nothing."""
PREFIX: Final = "whsec_"
_LONGEST: Final = 500
_TRANSLATING: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""What leads to an IPv4 address in another's disguise (RFC 6052, RFC 8215)."""


def is_public(address: str, *, allowed: Sequence[str] = ()) -> bool:
    """Say whether ``address`` lies in the public Internet, or in one of the networks that are ``allowed`` in spite."""
    found = ip_address(address.partition("%")[0])
    if any(found in ip_network(network) for network in allowed):
        return True
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None or any(found in network for network in _TRANSLATING):
            return False
    return found.is_global and not found.is_multicast and not _is_reserved(found)


def _is_reserved(found: IPv4Address | IPv6Address) -> bool:
    return found.is_reserved or found.is_unspecified or found.is_loopback or found.is_link_local


def may_be_called(url: str, *, allowed: Sequence[str] = ()) -> bool:
    """Say whether ``url`` can be that of a webhook: HTTPS, a host, no password. What it resolves to is asked later."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment or "#" in url or port == 0:
        return False
    try:
        literal = is_public(host, allowed=allowed)
    except ValueError:  # a name
        return parts.scheme == "https" and "." in host.strip(".")
    return literal and (parts.scheme == "https" or (parts.scheme == "http" and not is_public(host)))


def secret_of(key: bytes, webhook_id: UUID) -> bytes:
    """Return the secret that a webhook is signed with; it is made anew each time and stored nowhere."""
    return hmac.digest(key, b"webhook" + webhook_id.bytes, hashlib.sha256)


def shown_secret(secret: bytes) -> str:
    """Return a secret as its receiver writes it down."""
    return PREFIX + base64.b64encode(secret).decode("ascii")


def body_of(*, told: str, happened_at: datetime, delivery_id: UUID, reference: str) -> bytes:
    """Return what is told: the same bytes at each try, and nothing of a person."""
    content = {
        "type": f"notice.{told}",
        "timestamp": happened_at.isoformat(),
        "data": {"id": str(delivery_id), "reference": reference, "state": told},
    }
    return json.dumps(content, separators=(",", ":")).encode()


def signed_headers(secret: bytes, *, call_id: UUID, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers by which a receiver knows that it was us, and just now."""
    name, stamp = f"msg_{call_id.hex}", str(int(now.timestamp()))
    signature = hmac.digest(secret, f"{name}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(signature).decode("ascii"),
    }


def rest_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many tries that failed; None to give up."""
    return RESTS[attempts - 1] if attempts <= len(RESTS) else None
