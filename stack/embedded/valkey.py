"""The embedded Valkey: on loopback only, never evicting, since Celery's queues live in it."""

from __future__ import annotations

from pathlib import Path

from stack.embedded.binaries import valkey_executable

CONFIGURATION = """\
# Written by ./academy at every start.
bind 127.0.0.1
protected-mode yes
port {port}
dir "{folder}"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory 96mb
maxmemory-policy noeviction
databases 4
loglevel notice
"""


def prepare(folder: Path, *, port: int) -> Path:
    """Write the configuration and return its path."""
    path = folder / "valkey.conf"
    path.write_text(CONFIGURATION.format(port=port, folder=folder), encoding="utf-8")
    return path


def command(configuration: Path) -> list[str]:
    """Return the command that runs the server in the foreground."""
    return [str(valkey_executable()), str(configuration)]
