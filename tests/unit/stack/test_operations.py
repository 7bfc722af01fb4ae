"""What docker-compose.yml relies on: the file of secrets, and the signs of life that health checks look for."""

from __future__ import annotations

import os
import re
import socket
import threading
from pathlib import Path

import pytest

from stack.operating.container_health import main, service_is_ready, showed_life
from stack.operating.secrets_file import SECRETS, secrets_file

ROOT = Path(__file__).resolve().parents[3]


def lines_of(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if re.match(r"[A-Z_]+=", line))


def test_a_fresh_file_of_secrets_answers_everything_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert asked == set(lines_of(secrets_file())) - {"GATEWAY_ADDRESS"}


def test_the_sentence_for_a_missing_setting_names_it() -> None:
    asked = re.findall(
        r"\$\{([A-Z_]+):\?(\w+) is missing\. [A-Z]", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    )
    assert asked
    assert all(name == named for name, named in asked)


def test_every_secret_is_new_each_time_and_good_in_addresses() -> None:
    one, other = lines_of(secrets_file()), lines_of(secrets_file())
    for name in SECRETS:
        assert one[name] != other[name]
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", one[name])


def test_no_secret_has_a_default_in_compose() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert not [name for name in SECRETS if f"${{{name}:-" in text]


def test_a_part_that_was_silent_for_a_minute_is_ill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign = tmp_path / "alive"
    assert not showed_life(sign, now=1_000.0)
    sign.touch()
    os.utime(sign, (1_000.0, 1_000.0))
    assert showed_life(sign, now=1_059.0)
    assert not showed_life(sign, now=1_061.0)
    monkeypatch.setenv("ALIVE_FILE", str(sign))
    assert main(["alive"]) == 1


@pytest.mark.parametrize(
    ("answer", "well"),
    [(b"HTTP/1.1 200 OK\r\n\r\n", True), (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False), (b"", False)],
)
def test_a_service_is_well_when_it_says_that_it_is_ready(answer: bytes, well: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def reply() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        listener = threading.Thread(target=reply)
        listener.start()
        assert service_is_ready(server.getsockname()[1]) is well
        listener.join()


def test_a_service_that_does_not_listen_is_ill() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert main(["http", str(port)]) == 1
