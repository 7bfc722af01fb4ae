"""The real materials service behind the real gateway, on free ports of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from stack.embedded.nginx import NOBODY, command, prepare
from stack.places import CHECKOUT
from tests.support.patience import until
from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SECRET = "a secret that is only good for tests"


@dataclass(frozen=True)
class Gateway:
    """A running gateway."""

    port: int

    @property
    def address(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def gateway_before(
    folder: Path,
    *,
    port: int = 0,
    store: Path | None = None,
    registration: int = 1,
    materials: int = 1,
    notifications: int = 1,
    origin: str = "http://127.0.0.1:1",
) -> Iterator[Gateway]:
    """Start nginx with our configuration before services on these ports; on port 1 there is nobody."""
    gateway = Gateway(port or free_port())
    values = {
        "GATEWAY_LISTEN": f"127.0.0.1:{gateway.port}",
        "REGISTRATION_UPSTREAM": f"127.0.0.1:{registration}",
        "MATERIALS_UPSTREAM": f"127.0.0.1:{materials}",
        "NOTIFICATIONS_UPSTREAM": f"127.0.0.1:{notifications}",
        "STORE_PATH": str(store or folder),
        "CACHE_PATH": str(folder / "cache"),
        "STORE_ORIGIN": origin,
        "STORE_TLS": "",
        "UPLOAD_LIMIT": "150000000",
        "TRUSTED_PROXY": NOBODY,
    }
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        log = stack.enter_context((folder / "gateway.log").open("wb"))
        main = prepare(folder, values, extras={})
        if os.geteuid() == 0:  # here, unlike in a stack, the store is root's
            main.write_text("user root;\n" + main.read_text("utf-8"), "utf-8")
        started = subprocess.Popen(command(main), cwd=CHECKOUT, stdout=log, stderr=log)
        stack.callback(_stop, started)
        until(lambda: _answers(f"{gateway.address}/healthz"), seconds=30, what="the gateway to answer")
        yield gateway


@contextmanager
def materials_behind_gateway(
    folder: Path,
    *,
    database_url: str,
    store: Path,
    settings: Mapping[str, str] | None = None,
    origin: str = "http://127.0.0.1:1",
) -> Iterator[str]:
    """Start gunicorn with materials and nginx in front of it; give the public address, stop both at the end."""
    gateway, service = free_port(), free_port()
    public_url = f"http://127.0.0.1:{gateway}"
    environment = {
        **os.environ,
        "ENVIRONMENT": "test",
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": public_url,
        "DATABASE_URL": database_url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "STORE_URL": store.as_uri(),
        **(settings or {}),
    }
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", str(CHECKOUT / "stack" / "gunicorn_settings.py")]
    serve = [*gunicorn, f"--bind=127.0.0.1:{service}", "services.materials.app:create()"]
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        log = stack.enter_context((folder / "processes.log").open("wb"))
        started = subprocess.Popen(serve, cwd=CHECKOUT, env=environment, stdout=log, stderr=log)
        stack.callback(_stop, started)
        stack.enter_context(gateway_before(folder, port=gateway, store=store, materials=service, origin=origin))
        until(lambda: _answers(f"{public_url}/materials"), seconds=30, what=f"{public_url}/materials to answer")
        yield public_url


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code < 500
    except httpx.TransportError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
