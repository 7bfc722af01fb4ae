"""Supervisor keeps the processes of a stack alive: its configuration, its start, and the conversation with it.

Each process begins as a small shell script that notes its process id before it becomes the process itself, so that
what an interrupted run left behind can be recognised (``leftovers.py``), also after restarts nobody watched.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import psutil

from stack.places import CHECKOUT, Places
from stack.processes import Process

SUPERVISOR = "supervisor"
STATES_OF_FAILURE = {"FATAL"}

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
minfds=1024
{user}
[inet_http_server]
port=127.0.0.1:{port}
username=academy
password={password}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

PROGRAM = """
[program:{name}]
command=/bin/sh {script}
directory={directory}
priority={rank}
autostart={autostart}
autorestart=true
startsecs=1
startretries=20
stopsignal={signal}
stopwaitsecs={seconds}
killasgroup=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=2
redirect_stderr=true
{user}
"""


@dataclass(frozen=True)
class State:
    """How one process stands, in Supervisor's words."""

    name: str
    state: str
    pid: int
    description: str


class Supervision:
    """The supervisor of one stack."""

    def __init__(self, places: Places, *, port: int, password: str) -> None:
        self._places = places
        self._port = port
        self._password = password
        self._child: subprocess.Popen[bytes] | None = None

    def write(self, processes: Sequence[Process], *, autostart: Iterable[str]) -> None:
        """Write the configuration and the start scripts. Parts named in ``autostart`` start with the supervisor."""
        run, logs = self._places.run, self._places.logs
        root = os.geteuid() == 0
        at_once = set(autostart)
        user = "user=root" if root else ""
        text = [HEAD.format(logs=_quoted(logs), run=_quoted(run), port=self._port, password=self._password, user=user)]
        for process in processes:
            script = run / f"{process.name}.start"
            _write_script(script, process, pid_file=None if process.user else run / f"{process.name}.pid")
            text.append(
                PROGRAM.format(
                    name=process.name,
                    script=_quoted(shlex.quote(str(script))),
                    directory="/" if process.user else _quoted(CHECKOUT),
                    rank=process.rank,
                    autostart=str(process.name in at_once).lower(),
                    signal=process.stop_signal,
                    seconds=process.stop_seconds,
                    logs=_quoted(logs),
                    user=f"user={process.user}" if process.user else "",
                )
            )
        configuration = run / "supervisord.conf"
        configuration.touch(mode=0o600)
        configuration.chmod(0o600)
        configuration.write_text("".join(text), encoding="utf-8")

    def start(self) -> None:
        """Start the supervisor in a session of its own, so that Ctrl-C reaches only the launcher."""
        conf = self._places.run / "supervisord.conf"
        with (self._places.logs / "supervisor.log").open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and configuration
                [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(conf)],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (self._places.run / f"{SUPERVISOR}.pid").write_text(f"{self._child.pid}\n", encoding="ascii")

    def is_alive(self) -> bool:
        """Tell whether the supervisor we started still runs."""
        return self._child is not None and self._child.poll() is None

    def states(self) -> list[State]:
        """Return how each process stands; empty while the supervisor does not answer."""
        found: Any = self._ask("getAllProcessInfo") or []
        return [State(one["name"], one["statename"], one["pid"], one["description"]) for one in found]

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
        if self._child is not None:
            self._child.kill()
        return False

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


def _write_script(script: Path, process: Process, *, pid_file: Path | None) -> None:
    """Write what the supervisor runs: note the id, set the environment, become the process."""
    lines = ["#!/bin/sh"]
    if pid_file:
        clean = [sys.executable, "-m", "stack.leftovers", str(pid_file)]
        note, new = shlex.quote(str(pid_file)), shlex.quote(f"{pid_file}.new")
        lines += [f"echo $$ >{new}", f"[ -f {note} ] && {shlex.join(clean)}", f"mv {new} {note}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in process.environment.items() if _plain(name)]
    lines.append(f"exec {shlex.join(process.command)}")
    script.touch(mode=0o600)
    script.chmod(0o644 if process.user else 0o600)  # a script for another user must be readable, and holds no secret
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _plain(name: str) -> bool:
    return name.isidentifier() and name.isascii()


def _quoted(path: Path | str) -> str:
    """Supervisor expands percent signs."""
    return str(path).replace("%", "%%")
