"""Addresses as people write them."""

from __future__ import annotations

import idna


def readable_email(address: str) -> str:
    """Return an address with its domain as people write it (``ana@müller.example``), for pages."""
    local, at, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except idna.IDNAError:
        return address
