"""Supervisor keeps the processes of a stack alive: its configuration, its start, and the conversation with it.

Each program begins as a small shell script that marks the process as this stack's (``leftovers.py``), ends what an
earlier life of the part left behind, and becomes the part; a part written in Python does the same without a shell
(``becoming.py``). The sockets of the services are held here: while a service
starts anew its callers wait in the queue of a socket that never closed, and nobody is refused.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import psutil

from stack.ordinary_user import as_ordinary_user, hand_over_file
from stack.places import CHECKOUT, Places
from stack.processes import Process, bare_environment
from stack.upkeep.leftovers import SUPERVISOR, SUPERVISOR_RANK, marks

BECOMING = (sys.executable, "-m", "stack.upkeep.becoming")
"""What the supervisor is told to execute for a part in Python; it forks such a part from itself where it can."""
FIRST_HELD = 200
"""Supervisor closes all lower descriptors in its children, and uses far fewer itself; held sockets stand above."""
BACKLOG = 1024
TRIES = 8
"""Starts that fail in a row, each after a second's longer pause, before the launcher takes over (tending.py)."""

HEAD = """\
; Written by ./academy at every start.
[supervisord]
nodaemon=true
silent=true
logfile={logs}/supervisor.log
logfile_maxbytes=2MB
logfile_backups=1
pidfile={run}/supervisord.pid
identifier=academy
childlogdir={logs}
strip_ansi=false
minfds={minfds}

[inet_http_server]
port=127.0.0.1:{port}
username=academy
password={password}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

PROGRAM = """
[program:{name}]
command={begins}
environment={marks}
directory={directory}
priority={rank}
autostart={autostart}
autorestart=true
startsecs={settles}
startretries={tries}
stopsignal={signal}
stopwaitsecs={seconds}
killasgroup=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=2
redirect_stderr=true
"""


@dataclass(frozen=True)
class State:
    """How one process stands, in Supervisor's words."""

    name: str
    state: str
    pid: int
    description: str
    started: int
    """When its process began, in seconds since the epoch."""


class Supervision:
    """The supervisor of one stack."""

    def __init__(self, places: Places, *, port: int, password: str) -> None:
        self._places = places
        self._port = port
        self._password = password
        self._child: subprocess.Popen[bytes] | None = None
        self._held: dict[int, int] = {}
        """Descriptors of listening sockets by port."""

    def write(self, processes: Sequence[Process], *, autostart: Iterable[str]) -> None:
        """Write the configuration and the start scripts. Parts named in ``autostart`` start with the supervisor."""
        run, logs = self._places.run, self._places.logs
        at_once = set(autostart)
        head = {"logs": _quoted(logs), "run": _quoted(run), "port": self._port, "password": self._password}
        text = [HEAD.format(**head, minfds=FIRST_HELD)]
        for process in processes:
            script = run / f"{process.name}.start"
            listens = self._hold(process.listens) if process.listens else None
            told = _told_to_python if process.python else _script_of
            _write_for_us_only(script, told(process, self._places, listens))
            begins = [*BECOMING, str(script)] if process.python else ["/bin/sh", str(script)]
            marked = marks(self._places, process.name, process.rank)
            text.append(
                PROGRAM.format(
                    name=process.name,
                    begins=_quoted(shlex.join(begins)),
                    marks=",".join(f'{name}="{_quoted(value)}"' for name, value in marked.items()),
                    directory=_quoted(process.directory or CHECKOUT),
                    rank=process.rank,
                    autostart=str(process.name in at_once).lower(),
                    settles=process.settles,
                    tries=TRIES,
                    signal=process.stop_signal,
                    seconds=process.stop_seconds,
                    logs=_quoted(logs),
                )
            )
        _write_for_us_only(run / "supervisord.conf", "".join(text))

    def _hold(self, port: int) -> int:
        """Listen on a loopback port for as long as the stack lives; return the descriptor a service is given."""
        if port not in self._held:
            with socket.create_server(("127.0.0.1", port), backlog=BACKLOG) as listening:
                self._held[port] = fcntl.fcntl(listening, fcntl.F_DUPFD_CLOEXEC, FIRST_HELD)
        return self._held[port]

    def start(self) -> None:
        """Start the supervisor in a session of its own, so that Ctrl-C reaches only the launcher.

        What it says beside its log goes nowhere: on a full disk a word that cannot be written would end it.
        """
        conf = self._places.run / "supervisord.conf"
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and configuration
            [sys.executable, "-m", "stack.upkeep.supervising", "-n", "-c", str(conf)],
            cwd=CHECKOUT,
            env=bare_environment() | marks(self._places, SUPERVISOR, SUPERVISOR_RANK),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=tuple(self._held.values()),
            **as_ordinary_user(),
        )
        with suppress(OSError):  # for whoever looks; nothing depends on it
            (self._places.run / f"{SUPERVISOR}.pid").write_text(f"{self._child.pid}\n", encoding="ascii")

    def is_alive(self) -> bool:
        """Tell whether the supervisor we started still runs."""
        return self._child is not None and self._child.poll() is None

    def states(self) -> list[State]:
        """Return how each process stands; empty while the supervisor does not answer."""
        found: Any = self._ask("getAllProcessInfo") or []
        if not isinstance(found, list):  # it is shutting down
            return []
        return [State(one["name"], one["statename"], one["pid"], one["description"], one["start"]) for one in found]

    def start_process(self, name: str) -> None:
        """Start one process, unless it runs."""
        self._ask("startProcess", name, False)

    def stop(self, *, seconds: float = 90) -> bool:
        """Stop all processes in order and the supervisor itself. Return False when it had to be left or killed."""
        self._ask("shutdown")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._child is not None:
                if self._child.poll() is not None:
                    return True
            elif not self._answers():
                return True
            time.sleep(0.05)
        self.kill()
        return False

    def kill(self) -> None:
        """End the supervisor alone and at once; what it had started lives on."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def let_go(self) -> None:
        """Close the held sockets: the stack is over."""
        for descriptor in self._held.values():
            os.close(descriptor)
        self._held.clear()

    def _answers(self) -> bool:
        return self._ask("getSupervisorVersion") is not None

    def _ask(self, question: str, *arguments: Any) -> Any:
        address = f"http://academy:{self._password}@127.0.0.1:{self._port}/RPC2"
        with ServerProxy(address) as proxy:
            try:
                return getattr(proxy.supervisor, question)(*arguments)
            except Fault as fault:  # "already started" and its like: what was asked for is so
                return fault.faultCode
            except (OSError, HTTPException):
                return None


def processes_below(pid: int) -> list[psutil.Process]:
    """Return the process and everything it started, as far as it can be seen."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def _script_of(process: Process, places: Places, listens: int | None) -> str:
    """Return what the supervisor runs for a program: end its earlier life, become the part.

    A note of the process id says that there was an earlier life; where it cannot be kept, there may have been one.
    """
    note, new = (shlex.quote(str(places.run / f"{process.name}{end}")) for end in (".pid", ".pid.new"))
    clean = shlex.join([sys.executable, "-m", "stack.upkeep.leftovers", str(places.state), process.name])
    told = dict(process.environment) | {"PYTHONPATH": str(CHECKOUT)}
    lines = ["#!/bin/sh"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in told.items() if _plain(name)]
    lines += [f"( echo $$ >{new} ) 2>/dev/null && kept=yes", f'[ "$kept" = yes ] && [ ! -f {note} ] || {clean}']
    lines += [f'[ "$kept" = yes ] && mv {new} {note}']
    return "\n".join([*lines, f"exec {shlex.join(_command_of(process, listens))}", ""])


def _told_to_python(process: Process, places: Places, listens: int | None) -> str:
    """Return what ``becoming.py`` reads."""
    environment = dict(process.environment) | marks(places, process.name, process.rank)
    told = {"part": process.name, "state": str(places.state), "niceness": process.niceness}
    return json.dumps(told | {"command": _command_of(process, listens), "environment": environment}, indent=1)


def _command_of(process: Process, listens: int | None) -> list[str]:
    return [*process.command, *([f"--bind=fd://{listens}"] if listens else [])]


def _write_for_us_only(path: Path, text: str) -> None:
    """Write a file that holds secrets: nobody but the user that the parts run as may read it."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
    hand_over_file(path)


def _plain(name: str) -> bool:
    return name.isidentifier() and name.isascii()


def _quoted(path: Path | str) -> str:
    """Supervisor expands percent signs."""
    return str(path).replace("%", "%%")
