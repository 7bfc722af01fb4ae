"""Reads from the settings whose names ``doctor`` looks up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from stack.operating.findings import Finding
from stack.operating.mail_dns import MailNames, Unanswered, examine_names


def mail_names(environ: Mapping[str, str], *, smtp_url: str) -> Iterator[Finding]:
    """Look up what DNS says of the sender in ``environ``; nothing where no sender is set."""
    from email.utils import parseaddr

    from services.notifications.letters.signatures import (  # late, as all that doctor may not need
        KeysUnusable,
        read_keys,
    )
    from stack.operating.lookups import Dns

    sender = parseaddr(environ.get("MAIL_FROM", ""))[1].rpartition("@")[2].lower()
    if not sender:
        return
    keys: dict[str, str] = {}
    if environ.get("MAIL_DKIM_KEYS"):
        try:
            keys = {key.selector: key.record for key in read_keys(Path(environ["MAIL_DKIM_KEYS"]))}
        except KeysUnusable as unusable:
            yield Finding("DKIM", "broken", str(unusable), "Make a key: openssl genrsa -out <selector>.pem 2048.")
    host = urlsplit(smtp_url).hostname or ""
    returns = environ.get("MAIL_RETURN", "").rpartition("@")[2].lower() or sender
    names = MailNames(sender, returns, keys, [host] if _is_name(host) else [])
    try:
        yield from examine_names(names, Dns())
    except Unanswered as unanswered:
        yield Finding("DNS", "warning", f"no answer for {unanswered}", "Run doctor where a DNS server answers.")


def _is_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." in host
    return False
