"""A real DNS server on the loopback that knows what a test tells it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dnslib import QTYPE, RR
from dnslib.server import BaseResolver, DNSLogger, DNSServer

from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class _Zone(BaseResolver):  # type: ignore[misc]
    def __init__(self, text: str) -> None:
        self.records = RR.fromZone(text)
        self.known = {str(record.rname) for record in self.records}

    def resolve(self, request: Any, _handler: Any) -> Any:
        reply, asked = request.reply(), request.q
        name = str(asked.qname)
        found = [one for one in self.records if str(one.rname) == name and QTYPE[one.rtype] == QTYPE[asked.qtype]]
        for record in found:
            reply.add_answer(record)
        if name not in self.known:
            reply.header.rcode = 3  # NXDOMAIN
        return reply


@contextmanager
def running_dns(zone: str) -> Iterator[int]:
    """Answer for ``zone``, in the form of RFC 1035; give the port."""
    port = free_port()
    server = DNSServer(_Zone(zone), address="127.0.0.1", port=port, logger=DNSLogger(logf=lambda _line: None))
    server.start_thread()
    try:
        yield port
    finally:
        server.server.shutdown()
        server.server.server_close()
