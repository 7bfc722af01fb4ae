from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import idna

from shared.words.cleaning import clean_address

LONGEST: Final = 254
"""RFC 5321, 4.5.3.1.3: a path of 256 octets less its two brackets."""

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SHAPE: Final = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+(?!\d+$){_LABEL}", re.IGNORECASE)
"""The shape the HTML standard gives ``<input type=email>``, with at least two labels, the domain in its ASCII form."""

PROVIDERS: Final = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.fr", "yahoo.es", "yahoo.com.br", "hotmail.com", "hotmail.fr",
    "hotmail.es", "outlook.com", "outlook.fr", "icloud.com", "protonmail.com", "orange.fr", "wanadoo.fr",
    "laposte.net", "yandex.ru",
)  # fmt: skip
"""Large providers whose names are long enough that one slip of a finger is rarely another name."""
_IN_USE: Final = frozenset({
    "email.com", "ymail.com", "gmail.co", "mail.com", "gmai.com", "yahoo.co", "yahoo.cm", "outlook.es", "outlook.de",
    "grange.fr", "range.fr", "cloud.com", "icloud.co", "yandex.com", "yandex.by", "yandex.kz", "hotmail.co",
})  # fmt: skip
"""Domains one slip away from those that people do have addresses at."""
_ENDINGS: Final = {"con": "com", "cmo": "com", "comm": "com", "vom": "com", "xom": "com", "ocm": "com"}
"""Last labels that no registry has, and what was meant."""


def normal_email(text: str) -> str:
    """Return the address as it is compared and kept: visible, in lower case, its domain in ASCII (RFC 5891).

    Programs paste an address as ``mailto:ana@example.org`` or ``Ana <ana@example.org>``, and keyboards for Chinese and
    Japanese write a wide at sign: what is meant is beyond doubt. A domain that IDNA does not allow, or an address
    longer than any can be, stays as it is and is no address then.
    """
    if len(text) > 4 * LONGEST:
        return text
    address = _pasted(clean_address(text).lower())
    if address.isascii():
        return address
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{_ascii_domain(domain)}"


def _pasted(address: str) -> str:
    if address.endswith(">"):
        address = address[address.rfind("<") + 1 : -1].strip()
    return address.removeprefix("mailto:").replace("\N{FULLWIDTH COMMERCIAL AT}", "@")


@lru_cache(maxsize=1024)
def _ascii_domain(domain: str) -> str:
    try:
        # UTS 46 folds what people type (capitals, full width); "non-transitional" keeps ß and the joiners apart.
        return idna.encode(domain, uts46=True, transitional=False).decode()
    except idna.IDNAError:
        return domain


def is_email(text: str) -> bool:
    """Say whether ``text`` (see :func:`normal_email`) is an address a mail can go to; proof is the mail itself."""
    if len(text) > LONGEST or not text.isascii() or not _SHAPE.fullmatch(text):
        return False
    local = text.rpartition("@")[0]
    return ".." not in local and local[0] != "." and local[-1] != "."


def needs_other_letters(text: str) -> bool:
    """Say whether only the part before the @ stands in the way: not every relay speaks SMTPUTF8 (RFC 6531)."""
    local, at, domain = text.rpartition("@")
    return bool(at) and not local.isascii() and is_email(f"a@{domain}")


def suggested_email(text: str) -> str | None:
    """Return what was probably meant by a slip of the finger in a large provider's name, or None.

    A hint, never a refusal, and never for a domain that may be somebody's own: only one letter left out, doubled,
    swapped with its neighbour or hit beside it, and only where the result is no domain in use.
    """
    local, at, domain = normal_email(text).rpartition("@")
    if not at or not local:
        return None
    meant = _meant(domain)
    return f"{local}@{meant}" if meant else None


@lru_cache(maxsize=4096)
def _meant(domain: str) -> str | None:
    if domain in PROVIDERS or domain in _IN_USE:
        return None
    name, dot, ending = domain.replace(",", ".").rpartition(".")
    mended = f"{name}{dot}{_ENDINGS.get(ending, ending)}"
    if mended in PROVIDERS:
        return mended
    return next((provider for provider in PROVIDERS if _is_slip(mended, provider)), None)


_BESIDE: Final = {
    letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for at, letter in enumerate(row)
}


def _is_slip(typed: str, provider: str) -> bool:
    """Say whether ``typed`` is ``provider`` with one slip in the name; the endings are the same."""
    typed_name, _, typed_ending = typed.partition(".")
    name, _, ending = provider.partition(".")
    if typed_ending != ending or abs(len(typed_name) - len(name)) > 1:
        return False
    at = next((place for place, pair in enumerate(zip(typed_name, name, strict=False)) if pair[0] != pair[1]), None)
    if at is None:  # one is the beginning of the other
        return typed_name[:-1] == name or (typed_name == name[:-1])
    if len(typed_name) == len(name):
        swapped = name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
        beside = typed_name[at] in _BESIDE.get(name[at], "") and typed_name[at + 1 :] == name[at + 1 :]
        return typed_name == swapped or beside
    if len(typed_name) < len(name):
        return typed_name[at:] == name[at + 1 :]
    return typed_name[at + 1 :] == name[at:] and typed_name[at] == typed_name[at - 1]
