"""The embedded PostgreSQL: one cluster in the state directory, TCP on loopback only, SCRAM for everybody.

PostgreSQL refuses to run as root; as whom everything runs then, stack/ordinary_user.py says.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from stack.addresses import libpq_url
from stack.embedded.binaries import postgres_executable
from stack.keys import OWNER
from stack.ordinary_user import as_ordinary_user, ordinary_user

DATABASE = "academy"

CONFIGURATION = """\
# Written by ./academy at every start; put your own settings into own.conf beside it.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
# Small and honest: three services, worker and postmen, all with small pools, share one little machine. Each of these is
# reasoned in docs/decisions/memory.md.
max_connections = 60
superuser_reserved_connections = 3
shared_buffers = '64MB'
work_mem = '4MB'
maintenance_work_mem = '32MB'
effective_cache_size = '{cache_megabytes}MB'
random_page_cost = 1.1
io_method = 'sync'
max_worker_processes = 4
max_parallel_workers_per_gather = 0
max_logical_replication_workers = 0
jit = off
autovacuum_max_workers = 2
wal_buffers = '4MB'
min_wal_size = '64MB'
max_wal_size = '512MB'
checkpoint_timeout = '15min'
idle_in_transaction_session_timeout = '60s'
lock_timeout = 0
timezone = 'UTC'
log_timezone = 'UTC'
log_destination = 'stderr'
logging_collector = off
log_min_duration_statement = '1s'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
include_if_exists = 'own.conf'
"""

ACCESS = """\
# Written by ./academy at every start.
host all all 127.0.0.1/32 scram-sha-256
"""


def prepare_cluster(data: Path, *, port: int, password: str) -> None:
    """Make the cluster where there is none, and write its configuration.

    It is made under another name and moved into place, so that an interrupted first start leaves none behind.
    """
    user = ordinary_user()
    if not (data / "PG_VERSION").exists():
        _make_cluster(data, password)
    _forget_stale_pid(data)
    for name, text in (("postgresql.conf", _configuration(port)), ("pg_hba.conf", ACCESS)):
        path = data / name
        path.write_text(text, encoding="utf-8")
        if user:
            os.chown(path, user.pw_uid, user.pw_gid)


def _configuration(port: int) -> str:
    """Return postgresql.conf. What the system will have cached of its files is half of this machine's memory."""
    return CONFIGURATION.format(port=port, cache_megabytes=psutil.virtual_memory().total // 2**21)


def command(data: Path) -> list[str]:
    """Return the command that runs the server in the foreground."""
    return [str(postgres_executable("postgres")), "-D", str(data)]


def ensure_database(owner_url: str) -> None:
    """Create the database in the embedded cluster unless it is there."""
    import psycopg  # late: only the launcher's children need a driver

    address = libpq_url(owner_url)
    with psycopg.connect(address.rpartition("/")[0] + "/postgres", autocommit=True, connect_timeout=5) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if not there:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


def _make_cluster(data: Path, password: str) -> None:
    user = ordinary_user()
    new = data.with_name(f"{data.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    with tempfile.NamedTemporaryFile("w", prefix="academy-", encoding="utf-8") as secret:
        secret.write(password + "\n")
        secret.flush()
        if user:
            os.chown(new, user.pw_uid, user.pw_gid)
            os.chown(secret.name, user.pw_uid, user.pw_gid)
        options = [
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--no-instructions",
            "--no-sync",
        ]
        arguments = [*options, f"--username={OWNER}", f"--pwfile={secret.name}", f"--pgdata={new}"]
        result = subprocess.run(  # noqa: S603 - our own executable and our own arguments
            [str(postgres_executable("initdb")), *arguments],
            **as_ordinary_user(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise RuntimeError(f"PostgreSQL could not make its data directory: {result.stderr.strip()}")
    shutil.rmtree(data, ignore_errors=True)
    new.rename(data)


def _forget_stale_pid(data: Path) -> None:
    """Remove a postmaster.pid whose process is gone or, by its start time, somebody else's."""
    path = data / "postmaster.pid"
    if path.exists() and running_postmaster(data) is None:
        path.unlink(missing_ok=True)


def running_postmaster(data: Path) -> psutil.Process | None:
    """Return the server that runs on this data directory, recognised by process id and start time."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        process = psutil.Process(int(lines[0]))
        started = int(lines[2])
        # PostgreSQL notes whole seconds, a moment after the process began.
        ours = abs(process.create_time() - started) < 5 and process.status() != psutil.STATUS_ZOMBIE  # noqa: PLR2004
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return process if ours else None


def accepts_connections(port: int) -> bool:
    """Tell whether the server would let somebody log in: asked without a driver, which would double the launcher.

    A StartupMessage (PostgreSQL's protocol 3.0) is answered with an authentication request, R, once the server is up;
    while it starts or recovers, with an error, E.
    """
    names = b"user\0nobody\0database\0nothing\0\0"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack("!ii", 8 + len(names), 196608) + names)
            return connection.recv(1) == b"R"
    except OSError:
        return False


def wait_for_postgres(port: int, *, seconds: float) -> bool:
    """Wait until the server accepts connections."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if accepts_connections(port):
            return True
        time.sleep(0.05)
    return False
