"""The embedded Valkey: on loopback only, never evicting, since Celery's queues live in it."""

from __future__ import annotations

from pathlib import Path

from stack.embedded.binaries import valkey_executable
from stack.ordinary_user import hand_over_file

KEPT = "appendonlydir"
"""What it writes, below its folder. PostgreSQL owns the work, so all of it may be lost."""

CONFIGURATION = """\
# Written by ./academy at every start.
bind 127.0.0.1
protected-mode yes
requirepass {password}
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


def prepare(folder: Path, *, port: int, password: str) -> Path:
    """Write the configuration, which holds the password and is read by its user alone; return its path."""
    path = folder / "valkey.conf"
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(CONFIGURATION.format(port=port, folder=folder, password=password), encoding="utf-8")
    hand_over_file(path)
    return path


def command(configuration: Path) -> list[str]:
    """Return the command that runs the server in the foreground."""
    return [str(valkey_executable()), str(configuration)]
