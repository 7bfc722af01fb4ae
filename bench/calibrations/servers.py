"""The servers that the calibrations are taken from, on free ports of the loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.load import tool
from stack.embedded.binaries import nginx_executable
from stack.places import CHECKOUT
from stack.readiness import smtp_answers, status_of, wait_until

NGINX = """\
daemon off;
{user}worker_processes 1;
pid "{folder}/nginx.pid";
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 75s;
    client_body_temp_path "{folder}/body";
    proxy_temp_path "{folder}/proxy";
    server {{ listen 127.0.0.1:{port}; root "{files}"; }}
}}
"""


def free_port() -> int:
    """Return a TCP port on the loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def bare_flask(folder: Path) -> Iterator[str]:
    """Serve the bare Flask page under gunicorn with two sync workers; give its URL."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", "2", "-k", "sync", "-b", f"127.0.0.1:{port}"]
    with _running([*command, "--log-level", "warning", "bench.calibrations.bare:app"], folder / "bare.log"):
        url = f"http://127.0.0.1:{port}/"
        _wait(lambda: status_of(url) == 200, "gunicorn")  # noqa: PLR2004
        yield url


@contextmanager
def plain_nginx(folder: Path, *, files: Path, user: str) -> Iterator[str]:
    """Serve ``files`` with nginx and nothing else; give its URL without a slash at the end."""
    port = free_port()
    home = folder / "plain"
    home.mkdir()
    configuration = home / "nginx.conf"
    configuration.write_text(NGINX.format(user=user, folder=home, port=port, files=files), encoding="utf-8")
    command = [str(nginx_executable()), "-p", f"{home}/", "-c", str(configuration), "-e", "stderr"]
    with _running(command, folder / "plain.log"):
        url = f"http://127.0.0.1:{port}"
        _wait(lambda: status_of(url + "/") is not None, "nginx")
        yield url


@contextmanager
def smtp_sink(folder: Path) -> Iterator[int]:
    """Run Postfix's sink, which takes every mail and keeps none; give its port."""
    port = free_port()
    program = tool("smtp-sink", package="postfix")
    with _running([program, "-u", "nobody", f"127.0.0.1:{port}", "512"], folder / "sink.log"):
        _wait(lambda: smtp_answers(port), "smtp-sink")
        yield port


def smtp_source(port: int, *, mails: int, size: int, kept: bool) -> float:
    """Send ``mails`` of ``size`` bytes over eight sessions with Postfix's source; return mails per second.

    As it comes it connects anew for each mail; ``kept`` lets it keep its eight connections.
    """
    program = tool("smtp-source", package="postfix")
    began = time.monotonic()
    options = [*(["-d"] if kept else []), "-s", "8", "-m", str(mails), "-l", str(size)]
    subprocess.run(
        [program, *options, "-f", "a@bench.example", "-t", "b@bench.example", f"127.0.0.1:{port}"], check=True
    )
    return mails / (time.monotonic() - began)


def _wait(question: object, name: str) -> None:
    if not wait_until(question, seconds=20):  # type: ignore[arg-type]
        raise RuntimeError(f"{name} did not start")


@contextmanager
def _running(command: Sequence[str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
