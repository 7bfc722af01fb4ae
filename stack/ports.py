"""Ports on the loopback interface: chosen free, remembered, chosen again only when somebody else took them."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

FIRST_GATEWAY = 8080
LAST_GATEWAY = 8180


@dataclass(frozen=True)
class Ports:
    """Where each part of one stack listens, always on 127.0.0.1."""

    gateway: int
    registration: int
    materials: int
    notifications: int
    postgres: int
    valkey: int
    smtp: int
    mailbox: int
    supervisor: int


def is_free(port: int) -> bool:
    """Tell whether something could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_ports(state: Path, *, gateway: int | None = None) -> Ports:
    """Return the ports of this stack and remember them.

    ``gateway`` is the wished port of the gateway; without it the remembered one, then 8080 and the next free ones.
    """
    path = state / "ports.json"
    remembered: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    chosen = {"gateway": _gateway_port(gateway, remembered.get("gateway"))}
    for name in (name for name in Ports.__dataclass_fields__ if name != "gateway"):
        wished = remembered.get(name)
        free = wished is not None and wished not in chosen.values() and is_free(wished)
        chosen[name] = wished if wished is not None and free else _any_free_port(set(chosen.values()))
    ports = Ports(**chosen)
    path.write_text(json.dumps(asdict(ports), indent=1), encoding="utf-8")
    return ports


def remembered_ports(state: Path) -> Ports | None:
    """Return the ports of the stack as it was last started, if it ever was."""
    path = state / "ports.json"
    return Ports(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def _gateway_port(asked: int | None, remembered: int | None) -> int:
    if asked == 0:
        return _any_free_port(set())
    first = asked or FIRST_GATEWAY
    candidates = [*([] if asked else [remembered or first]), *range(first, first + LAST_GATEWAY - FIRST_GATEWAY)]
    return next((port for port in candidates if is_free(port)), 0) or _any_free_port(set())


def _any_free_port(taken: set[int]) -> int:
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port
