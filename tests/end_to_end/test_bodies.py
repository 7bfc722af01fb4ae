"""What the gateway takes of bodies: so many of each size at once, from those who may send them. Real nginx."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from stack.embedded.nginx import TEMPLATE
from tests.end_to_end.test_gateway import UPLOAD, begin, first_line
from tests.support.gateway import Gateway, gateway_before

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose services all are away."""
    with gateway_before(tmp_path_factory.mktemp("lonely")) as gateway:
        yield gateway


@contextmanager
def answering(asked: list[bytes], answer: bytes) -> Iterator[int]:
    """Give the port of a server that answers every request alike and keeps what it was sent."""

    def serve(server: socket.socket) -> None:
        while True:
            try:
                connection, _peer = server.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def test_a_thousand_slow_bodies_of_one_caller_refuse_nobody_else(lonely: Gateway) -> None:
    """The others come from another address of the loopback."""
    with ExitStack() as stack:
        lines = [
            stack.enter_context(begin(lonely.address, "/sign-in", "Content-Length: 1000")) for _number in range(1100)
        ]
        time.sleep(1)
        with socket.create_connection(("127.0.0.1", lonely.port), timeout=5, source_address=("127.0.0.9", 0)) as other:
            other.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{lonely.port}\r\n\r\n".encode())
            assert first_line(other).split()[1] == "200"
        assert [first_line(line).split()[1] for line in lines[-3:]] == ["429"] * 3


@pytest.mark.parametrize("path", ["/desk/e/x/applications", "/api/registration/v1/x", "/desk/mail/e/x/campaigns",
                                  "/api/notifications/v1/x", UPLOAD, "/api/materials/tus/x"])  # fmt: skip
def test_authority_is_asked_before_a_long_body_is_taken_wherever_it_is_needed(tmp_path: Path, path: str) -> None:
    """Whoever is asked says no; a short body is taken first, as every form is."""
    asked: list[bytes] = []
    refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with (
        answering(asked, refusal) as port,
        gateway_before(tmp_path, registration=port, materials=port, notifications=port) as gateway,
    ):
        with begin(gateway.address, path, "Content-Length: 100000") as line:
            assert first_line(line).split()[1] == "403"
        assert b"X-Body-Announced: 100000" in asked[0]
        with begin(gateway.address, path, "Content-Length: 2") as line:
            line.sendall(b"ok")
            assert first_line(line).split()[1] == "403"
        assert asked[1].endswith(b"ok"), "it was not asked about, but sent"


def test_slow_bodies_of_many_callers_leave_connections_to_those_who_read(lonely: Gateway) -> None:
    """Each of twenty callers holds as many bodies as one may; together they get no more than their share."""
    with ExitStack() as stack:
        answers = []
        for caller in range(20):
            lines = []
            for _number in range(65):
                line = stack.enter_context(socket.create_connection(
                    ("127.0.0.1", lonely.port), timeout=5, source_address=(f"127.0.1.{caller + 1}", 0)
                ))  # fmt: skip
                line.sendall(
                    f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{lonely.port}\r\nContent-Length: 9\r\n\r\nx".encode()
                )
                lines.append(line)
            answers.append(lines)
        assert first_line(answers[0][64]).split()[1] == "429", "one caller has 64 and no more"
        time.sleep(1)
        refused = 0
        for line in answers[19][:64]:
            line.settimeout(0.01)
            try:
                refused += line.recv(12) == b"HTTP/1.1 429"
            except TimeoutError:
                continue
        assert refused == 64, "all together have 1024"
        assert httpx.get(f"{lonely.address}/healthz").text == "ok\n"


def test_what_is_spooled_at_once_fits_on_the_disk() -> None:
    """The numbers of the template, multiplied: so many bodies of each size at once, from everybody together."""
    template = TEMPLATE.read_text("utf-8")

    def most(zone: str) -> int:
        [number] = set(re.findall(rf"limit_conn {zone} (\d+);", template))
        return int(number)

    [*limits] = (int(found) for found in re.findall(r"client_max_body_size (\d+)m;", template))
    large = most("academy_large") * max(limits) * 1_000_000
    middling = (most("academy_middling") + most("academy_middling_of_staff")) * 999_999
    small = most("academy_bodies") * 99_999
    assert large + middling + small < 2_000_000_000
