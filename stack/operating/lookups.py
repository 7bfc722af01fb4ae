"""Asks DNS: the servers of this machine, or those it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import dns.exception
import dns.resolver
import dns.reversename
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT

from stack.operating.mail_dns import Unanswered

SECONDS: Final = 5.0
"""For each question."""


class Dns:
    """A :class:`stack.operating.mail_dns.Resolver`."""

    def __init__(self, *, servers: Sequence[str] = (), port: int = 53, seconds: float = SECONDS) -> None:
        """Ask ``servers``, else those of this machine; raise :class:`Unanswered` where it names none."""
        try:
            self._resolver = dns.resolver.Resolver(configure=not servers)
        except dns.resolver.NoResolverConfiguration as none:
            raise Unanswered("anything: no DNS server is set on this machine") from none
        if servers:
            self._resolver.nameservers = list(servers)
            self._resolver.port = port
        self._resolver.lifetime = seconds

    def texts(self, name: str) -> list[str]:
        """See the protocol."""
        found = [one for one in self._ask(name, "TXT") if isinstance(one, TXT)]
        return [b"".join(one.strings).decode("utf-8", "replace") for one in found]

    def exchangers(self, name: str) -> list[str]:
        """See the protocol. A lone ``.`` says that no mail is taken (RFC 7505)."""
        found = [one for one in self._ask(name, "MX") if isinstance(one, MX)]
        return [str(one.exchange).rstrip(".") or "." for one in found]

    def addresses(self, name: str) -> list[str]:
        """See the protocol."""
        return [str(one) for kind in ("A", "AAAA") for one in self._ask(name, kind)]

    def names_of(self, address: str) -> list[str]:
        """See the protocol."""
        asked = dns.reversename.from_address(address).to_text()
        return [str(one.target).rstrip(".") for one in self._ask(asked, "PTR") if isinstance(one, PTR)]

    def _ask(self, name: str, kind: str) -> list[object]:
        try:
            return list(self._resolver.resolve(name, kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as failure:
            raise Unanswered(name) from failure
