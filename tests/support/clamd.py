"""A clamd for tests: speaks INSTREAM, and knows one signature."""

from __future__ import annotations

import socketserver
import struct
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

HARM: Final = b"X5O!P%@AP-a-test-signature"


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        came = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            came += self.rfile.read(length)
        self.wfile.write(b"stream: Test-Signature FOUND\0" if HARM in came else b"stream: OK\0")


@contextmanager
def running_clamd() -> Iterator[str]:
    """Run one; yield its address."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
