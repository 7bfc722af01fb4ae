"""A whole stack: started in parallel, watched, stopped in order, and taken over after an interrupted run."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from typing import IO

import psutil

from stack import schema_state
from stack.addresses import SERVICES, addresses_for
from stack.beforehand import (
    CannotStart,
    check_port,
    check_replacements,
    check_settings,
    keep_apart,
    only_one,
    require_place,
)
from stack.embedded import postgres
from stack.keys import OWNER, keys_of
from stack.ordinary_user import hand_over, hand_over_file
from stack.places import Places
from stack.ports import FIRST_GATEWAY, choose_ports, remembered_ports
from stack.processes import Outline, Process, postmen_environment, processes_of, worker_environment
from stack.readiness import questions, status_of, wait_until
from stack.screen import Screen
from stack.upkeep.leftovers import end_leftovers
from stack.upkeep.supervision import Supervision, processes_below
from stack.upkeep.tending import Tending, last_line

SECONDS_TO_READINESS = 60.0
SECONDS_BETWEEN_LOOKS = 2.0
VAIN_STARTS = 3
"""A part that died so often while it was waited for is not waited for any longer."""


class Stack:
    """One running stack. ``demo`` adds the demo's data, its mail catcher and its mailbox."""

    def __init__(self, places: Places, *, demo: bool, screen: Screen, gateway: int | None = None) -> None:
        self.places = places
        self._demo = demo
        self._screen = screen
        self._gateway = gateway
        self._lock: IO[str] | None = None
        self._given_up = threading.Event()
        self.outline: Outline = None  # type: ignore[assignment]  # known once prepared
        self._supervision: Supervision = None  # type: ignore[assignment]
        self._processes: list[Process] = []

    @property
    def public_url(self) -> str:
        """Where people look."""
        return self.outline.addresses.public_url

    def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Start every part and return when all are ready and the first page has come through the gateway.

        Raises CannotStart before anything has started, where that can be known; what had started is stopped again.
        """
        require_place(self.places)
        self._lock = only_one(self.places)
        try:
            keep_apart(self.places, demo=self._demo)
            survivors = end_leftovers(self.places)
            if survivors:
                left = ", ".join(survivors)
                self._screen.say(f"  An interrupted run had left {left} behind: ended, now starting anew.")
            self._prepare(settings or {})
            self._bring_up()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all parts in order: gateway, services, clock, worker, mail, Valkey, PostgreSQL."""
        if self._supervision is not None:
            self._supervision.stop()
            self._supervision.let_go()
        end_leftovers(self.places)
        for gone in (self.places.passing, self.places.figures):
            shutil.rmtree(gone, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def tend(self) -> None:
        """Keep everything running until Ctrl-C, whatever dies."""
        say = self._screen.say
        tending = Tending(
            self.places, self._supervision, self._processes, replace_supervisor=self._start_supervisor_anew, say=say
        )
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            tending.look()

    def _start_supervisor_anew(self) -> None:
        """Start another supervisor on what is written already: it may be a full disk that ended the first one."""
        supervision = self._supervision
        supervision.kill()
        end_leftovers(self.places)
        with suppress(OSError):
            supervision.start()
        if wait_until(lambda: bool(supervision.states()), seconds=20, alive=supervision.is_alive):
            for process in self._processes:
                supervision.start_process(process.name)

    def processes(self) -> list[psutil.Process]:
        """Return every process of this stack, the launcher included."""
        return processes_below(os.getpid())

    def pid_of(self, name: str) -> int:
        """Return the process id of a part; 0 when it does not run."""
        return next((state.pid for state in self._supervision.states() if state.name == name), 0)

    def _prepare(self, settings: Mapping[str, str]) -> None:
        keys = keys_of(self.places.state)
        before = remembered_ports(self.places.state)
        ports = choose_ports(self.places.state, gateway=self._gateway)
        wished = self._gateway if self._gateway is not None else (before.gateway if before else FIRST_GATEWAY)
        if wished and ports.gateway != wished:
            self._screen.say(f"  Port {wished} is taken by another program; using {ports.gateway}.")
        addresses = addresses_for(self.places, ports, keys)
        check_replacements(addresses, demo=self._demo)
        check_port(ports.gateway)
        own = {"TRUSTED_PROXIES": "1", "DEMO_ACCOUNTS": str(self.places.state / "demo-accounts.json")}
        self.outline = Outline(self.places, ports, keys, addresses, self._demo, {**own, **settings})
        check_settings(worker_environment(self.outline) | postmen_environment(self.outline))
        self._supervision = Supervision(self.places, port=ports.supervisor, password=keys.supervisor_password)

    def _bring_up(self) -> None:
        self._processes = processes = processes_of(self.outline)
        if self._demo:
            accounts = self.places.state / "demo-accounts.json"
            accounts.touch(mode=0o600)
            hand_over_file(accounts)
        hand_over(self.places)
        known = self._start_supervision(processes)
        with self._waiting_together() as pool:
            asked = questions(self.outline)
            stores = [name for name in asked if name not in {*SERVICES, "gateway"}]
            waiting: dict[str, Future[None]] = {name: pool.submit(self._await, name, asked[name]) for name in stores}
            if "postgres" in waiting:
                waiting["postgres"].result()
            if not known:
                self._make_schema(processes)
            waiting |= {name: pool.submit(self._await, name, asked[name]) for name in (*SERVICES, "gateway")}
            if self._demo:
                waiting["demo"] = pool.submit(self._load_demo)
            for part in as_completed(waiting.values()):  # the first that fails is said at once
                part.result()
        with self._screen.step("first page"):
            self._first_page()
        for process in (one for one in processes if one.after_pages):
            self._supervision.start_process(process.name)

    def _start_supervision(self, processes: list[Process]) -> bool:
        """Start the supervisor and what needs nothing else. Return whether the schema is known to be the present one.

        It is when an earlier start has brought our own cluster there; then the services start at once as well.
        """
        supervision = self._supervision
        embedded = "postgres" in self.outline.addresses.embedded
        new_cluster = embedded and not (self.places.postgres / "PG_VERSION").exists()
        known = embedded and not new_cluster and self._schema_is_known()
        if embedded and not new_cluster:
            self._prepare_cluster()
        later = {one.name for one in processes if one.after_pages or (one.needs_schema and not known)}
        later |= {"postgres"} if new_cluster else set()
        supervision.write(processes, autostart=[one.name for one in processes if one.name not in later])
        supervision.start()
        if new_cluster:
            with self._screen.step("PostgreSQL's data directory"):
                self._prepare_cluster()
            wait_until(lambda: bool(supervision.states()), seconds=20, alive=supervision.is_alive)
            supervision.start_process("postgres")
        return known

    @contextmanager
    def _waiting_together(self) -> Iterator[ThreadPoolExecutor]:
        """Wait for many things at once; when one fails, or Ctrl-C comes, nobody waits any longer."""
        with ThreadPoolExecutor(max_workers=12) as pool:
            try:
                yield pool
            except BaseException:
                self._given_up.set()
                raise

    def _prepare_cluster(self) -> None:
        outline = self.outline
        password = outline.keys.role_passwords[OWNER]
        postgres.prepare_cluster(self.places.postgres, port=outline.ports.postgres, password=password)

    def _schema_is_known(self) -> bool:
        return schema_state.remembered_progress(self.places).get("schema") == schema_state.expected_schema()

    def _make_schema(self, processes: list[Process]) -> None:
        with self._screen.step("schema"):
            schema_state.migrate(self.outline)
        if "postgres" in self.outline.addresses.embedded:
            schema_state.remember_progress(self.places, schema=schema_state.expected_schema())
        wait_until(lambda: bool(self._supervision.states()), seconds=20, alive=self._supervision.is_alive)
        for process in processes:
            if process.needs_schema:
                self._supervision.start_process(process.name)

    def _load_demo(self) -> None:
        done = schema_state.remembered_progress(self.places)
        if done.get("demo") == "loaded" and "postgres" in self.outline.addresses.embedded:
            return
        for service in SERVICES:
            if schema_state.has_demo(service):
                with self._screen.step(f"demo of {service}"):
                    schema_state.load_demo(self.outline, service)
        schema_state.remember_progress(self.places, demo="loaded")

    def _await(self, name: str, question: Callable[[], bool]) -> None:
        with self._screen.step(name):
            known: set[int] = set()
            alive = lambda: not self._given_up.is_set() and self._may_become(name, known)  # noqa: E731 - one line says it
            if not wait_until(question, seconds=SECONDS_TO_READINESS, alive=alive):
                last = last_line(self.places.logs / f"{name}.log")
                raise CannotStart(f"{name} does not become ready; {self.places.logs / name}.log says: {last}")

    def _may_become(self, name: str, starts: set[int]) -> bool:
        """Tell whether it is worth waiting for a part; ``starts`` are those seen so far."""
        if not self._supervision.is_alive():
            return False
        state = next((one for one in self._supervision.states() if one.name == name), None)
        if state is not None:
            starts.add(state.started)
        return len(starts - {0}) <= VAIN_STARTS

    def _first_page(self) -> None:
        status = status_of(self.public_url + "/")
        if status != 200:  # noqa: PLR2004
            raise CannotStart(f"The first page answers {status}; see the logs in {self.places.logs}.")


@contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """Start the stack, and stop it at the block's end whatever happens."""
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()
