"""Starts docker-compose.yml under a name of its own on free ports, asks it questions, and removes every trace."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from stack.operating.secrets_file import SECRETS, secrets_file

ROOT: Final = Path(__file__).resolve().parents[2]
FILES: Final = (ROOT / "docker-compose.yml", ROOT / "tests" / "compose" / "docker-compose.test.yml")
SERVICES: Final = ("registration", "materials", "notifications")
RUNNING: Final = (
    "gateway",
    "registration",
    "materials",
    "notifications",
    "worker",
    "postmen",
    "clock",
    "postgres",
    "valkey",
)
PASSED_ON: Final = (
    "PATH",
    "HOME",
    *(f"DOCKER_{name}" for name in ("HOST", "CONTEXT", "CONFIG", "CERT_PATH", "TLS_VERIFY")),
)
"""Nothing else of this environment reaches compose, where it would win over the file."""


class NoEngine(Exception):  # noqa: N818 - it is the reason why the tests are skipped
    """No Docker engine answers, or there is no compose to drive it."""


def compose_command() -> list[str]:
    """Return the compose that is here, the plugin before the old program. Raises NoEngine with the reason."""
    if shutil.which("docker") is None:
        raise NoEngine("there is no docker command")
    if not _succeeds(["docker", "info"]):
        raise NoEngine("no Docker engine answers (docker info fails)")
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and _succeeds([*command, "version"]):
            return command
    raise NoEngine("there is neither docker compose nor docker-compose")


def free_port() -> int:
    """Return a port of the loopback that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@dataclass(frozen=True)
class Composition:
    """One running composition, or one about to run."""

    compose: list[str]
    project: str
    folder: Path
    site: str
    mailbox: str

    @property
    def env_file(self) -> Path:
        """The file that stands for ``.env``."""
        return self.folder / "env"

    def command(self, *words: str, env_file: Path | None = None) -> list[str]:
        """Return the whole command line for these words."""
        files = [word for path in FILES for word in ("--file", str(path))]
        options = ["--project-name", self.project, "--env-file", str(env_file or self.env_file), *files]
        return [*self.compose, *options, *words]

    def call(self, *words: str, seconds: float = 120, env_file: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run compose with these words; the caller looks at the exit code."""
        return _run(self.command(*words, env_file=env_file), seconds=seconds)

    def do(self, *words: str, seconds: float = 120) -> str:
        """Run compose with these words and return what it printed; fail with its complaints."""
        result = self.call(*words, seconds=seconds)
        assert result.returncode == 0, f"{' '.join(words)}:\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
        return result.stdout

    def inside(self, service: str, *words: str) -> str:
        """Run a program inside a running container and return what it printed."""
        return self.do("exec", "-T", service, *words)

    def inspect(self, service: str) -> dict[str, Any]:
        """Return what the engine knows of the newest container of this service, running or not."""
        names = _run(
            [
                *("docker", "ps", "--all", "--quiet"),
                *("--filter", f"label=com.docker.compose.project={self.project}"),
                *("--filter", f"label=com.docker.compose.service={service}"),
                *("--filter", "label=com.docker.compose.oneoff=False"),
            ],
            seconds=30,
        ).stdout.split()
        assert names, f"there is no container of {service}"
        found: list[dict[str, Any]] = json.loads(_run(["docker", "inspect", names[0]], seconds=30).stdout)
        return found[0]

    def state(self, service: str) -> str:
        """Return ``healthy``, ``unhealthy`` or ``starting`` of a running container, else ``exited`` and the like."""
        found = self.inspect(service)["State"]
        return str(found["Health"]["Status"] if found["Running"] and "Health" in found else found["Status"])

    def wait_healthy(self, *services: str, seconds: float) -> None:
        """Return when all of them are healthy; fail with the logs of those that are not."""
        until = time.monotonic() + seconds
        while ill := [name for name in services if self.state(name) != "healthy"]:
            if time.monotonic() > until:
                logs = self.call("logs", "--tail=40", *ill, "migrate")
                raise AssertionError(f"not healthy after {seconds:.0f} s: {ill}\n{logs.stdout[-6000:]}")
            time.sleep(1)

    def containers(self) -> list[str]:
        """Return the ids of all containers of this project."""
        label = f"label=com.docker.compose.project={self.project}"
        return _run(["docker", "ps", "--all", "--quiet", "--filter", label], seconds=30).stdout.split()


@contextmanager
def composition(folder: Path) -> Iterator[Composition]:
    """Prepare a composition with fresh secrets on free ports, and remove its containers, networks and volumes after."""
    site, mailbox = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    made = Composition(
        compose_command(), f"academy-{uuid4().hex[:8]}", folder, f"http://{site}", f"http://{mailbox}/mailbox"
    )
    text = secrets_file()
    settings = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    settings |= {
        "PUBLIC_URL": made.site,
        "GATEWAY_ADDRESS": site,
        "SMTP_URL": "smtp://mail:2525",
        "MAILBOX_PORT": mailbox.rpartition(":")[2],
        "RECALL_SECONDS": "2",
        "ACADEMY_IMAGE": "academy:test",
        "ACADEMY_GATEWAY_IMAGE": "academy-gateway:test",
    }
    assert set(SECRETS) <= set(settings)
    made.env_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    made.env_file.chmod(0o600)
    try:
        yield made
    finally:
        made.call("down", "--volumes", "--remove-orphans", "--timeout", "10", seconds=180)


def _succeeds(command: list[str]) -> bool:
    try:
        return _run(command, seconds=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _run(command: list[str], *, seconds: float) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )
