"""The real materials service behind the real gateway, on free ports of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
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


@contextmanager
def materials_behind_gateway(
    folder: Path, *, database_url: str, store: Path, settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Start gunicorn with materials and nginx in front of it; give the public address, stop both at the end."""
    gateway, service = free_port(), free_port()
    public_url = f"http://127.0.0.1:{gateway}"
    nowhere = "127.0.0.1:1"
    values = {
        "GATEWAY_LISTEN": f"127.0.0.1:{gateway}",
        "REGISTRATION_UPSTREAM": nowhere,
        "MATERIALS_UPSTREAM": f"127.0.0.1:{service}",
        "NOTIFICATIONS_UPSTREAM": nowhere,
        "STATIC_PATH": str(CHECKOUT / "shared" / "web" / "pages" / "static"),
        "STORE_PATH": str(store),
        "UPLOAD_LIMIT": "150000000",
        "TRUSTED_PROXY": NOBODY,
    }
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
        main = prepare(folder, values, extras={})
        for line in (serve, command(main)):
            started = subprocess.Popen(line, cwd=CHECKOUT, env=environment, stdout=log, stderr=log)
            stack.callback(_stop, started)
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
