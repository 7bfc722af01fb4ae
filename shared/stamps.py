"""Signatures with the moment they were made at, by the one clock that all keep to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from itsdangerous import SignatureExpired, TimestampSigner

from shared.clock import now


class Stamped(TimestampSigner):
    """Signs with the present second. What was signed by a process whose clock is ahead is good, not from the future."""

    def get_timestamp(self) -> int:
        """Return the present second since 1970."""
        return int(now().timestamp())

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        """Return the value, with its moment if wanted; refuses what is older than ``max_age`` seconds."""
        value, stamped = super().unsign(signed_value, return_timestamp=True)
        if max_age is not None and now() - stamped > timedelta(seconds=max_age):
            message = f"signed more than {max_age} seconds ago"
            raise SignatureExpired(message, payload=value, date_signed=stamped)
        return (value, stamped) if return_timestamp else value
