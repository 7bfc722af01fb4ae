from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

LONGEST: Final = 254
"""RFC 5321, 4.5.3.1.3: a path of 256 octets less its two brackets."""

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SHAPE: Final = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+(?!\d+$){_LABEL}", re.IGNORECASE)
"""The shape the HTML standard gives ``<input type=email>``, with at least two labels. ASCII: not every relay
on the way speaks SMTPUTF8 (RFC 6531), and a mail that cannot arrive proves nothing."""

COMMON_DOMAINS: Final = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.fr", "yahoo.es", "yahoo.com.br", "hotmail.com", "hotmail.fr",
    "hotmail.es", "outlook.com", "outlook.fr", "live.com", "live.fr", "icloud.com", "proton.me", "protonmail.com",
    "aol.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "orange.fr", "wanadoo.fr", "free.fr", "laposte.net",
    "uol.com.br", "mail.ru", "yandex.ru", "qq.com", "163.com",
)  # fmt: skip


def normal_email(text: str) -> str:
    """Return the address as it is compared and kept: trimmed and in lower case."""
    return text.strip().lower()


def is_email(text: str) -> bool:
    """Say whether ``text`` looks like an address a mail can go to; proof is the mail itself."""
    if len(text) > LONGEST or not text.isascii() or not _SHAPE.fullmatch(text):
        return False
    local = text.rpartition("@")[0]
    return ".." not in local and local[0] != "." and local[-1] != "."


def suggested_email(text: str) -> str | None:
    """Return what was probably meant by a mistyped common domain (``gmial.com``), or None. A hint, never a refusal."""
    local, at, domain = normal_email(text).rpartition("@")
    if not at or not local or domain in COMMON_DOMAINS or not domain:
        return None
    squashed = domain.replace(",", ".")
    if squashed.endswith((".con", ".cmo", ".comm")):
        squashed = squashed.rsplit(".", 1)[0] + ".com"
    close = _closest(squashed)
    return f"{local}@{close}" if close else None


@lru_cache(maxsize=4096)
def _closest(domain: str) -> str | None:
    # Comparing with every common domain costs more than the rest of reading a form, and domains repeat.
    close = [domain] if domain in COMMON_DOMAINS else get_close_matches(domain, COMMON_DOMAINS, n=1, cutoff=0.86)
    return close[0] if close else None
