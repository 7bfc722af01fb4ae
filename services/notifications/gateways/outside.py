"""Calls an address that somebody outside gave us, and nothing else: not our own network, and nowhere it sends us on to.

The name is looked up once, each address is judged, and the connection goes to the very address that was judged, so that
a name cannot change its mind in between.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from services.notifications.rules.webhooks import is_public

SECONDS: Final = 10.0
"""For each step of a call."""
_MOST: Final = 1024
"""So much of an answer is read."""


@dataclass(frozen=True)
class Answer:
    """What came of a call: a status code, or one word on why there is none."""

    code: int | None
    said: str = ""

    @property
    def taken(self) -> bool:
        """Whether it arrived."""
        return self.code is not None and 200 <= self.code < 300  # noqa: PLR2004 - RFC 9110, 15.3


def call(url: str, *, headers: Mapping[str, str], body: bytes, allowed: Sequence[str] = ()) -> Answer:
    """POST ``body`` to ``url``; never raises for what the other side does. Redirects are not followed."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return Answer(None, "unknown_name")
    addresses = [str(one[4][0]) for one in found]
    if not all(is_public(address, allowed=allowed) for address in addresses):
        return Answer(None, "not_public")
    connection = _Pinned(host, port, address=addresses[0], safe=parts.scheme == "https")
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers={"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        answer.read(_MOST)
    except ssl.SSLError:
        return Answer(None, "unsafe")
    except TimeoutError:
        return Answer(None, "silent")
    except (OSError, http.client.HTTPException, ValueError):
        return Answer(None, "unreachable")
    else:
        return Answer(answer.status)
    finally:
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to one address that speaks to ``host``, whose certificate it wants to see where ``safe``."""

    def __init__(self, host: str, port: int, *, address: str, safe: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address = address
        self._safe = safe
        self.default_port = 443 if safe else 80

    def connect(self) -> None:
        """Connect to the address that was judged."""
        sock = socket.create_connection((self._address, self.port), timeout=SECONDS)
        self.sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self.host) if self._safe else sock
