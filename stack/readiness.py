"""When is a part ready? Each is asked in its own language, and nothing is assumed from the passing of time."""

from __future__ import annotations

import smtplib
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException

from stack.addresses import SERVICES
from stack.embedded.postgres import accepts_connections
from stack.ports import Ports
from stack.processes import Outline

Question = Callable[[], bool]


def questions(outline: Outline) -> dict[str, Question]:
    """Return for every part that can be asked a question that is true once the part is ready."""
    ports, embedded = outline.ports, outline.addresses.embedded
    found: dict[str, Question] = {}
    if "postgres" in embedded:
        found["postgres"] = lambda: accepts_connections(ports.postgres)
    if "valkey" in embedded:
        found["valkey"] = lambda: valkey_answers(ports.valkey, outline.keys.valkey_password)
    if outline.demo:
        found["mail"] = lambda: smtp_answers(ports.smtp) and page_answers(f"http://127.0.0.1:{ports.mailbox}/mailbox")
    for name in SERVICES:
        found[name] = _ready(ports, name)
    found["gateway"] = lambda: page_answers(f"http://127.0.0.1:{ports.gateway}/healthz")
    return found


def wait_until(question: Question, *, seconds: float, alive: Question = lambda: True) -> bool:
    """Ask again and again until the answer is yes; give up after ``seconds`` or when ``alive`` says no."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and alive():
        if question():
            return True
        time.sleep(0.1)
    return False


def page_answers(address: str, *, host: str | None = None) -> bool:
    """Tell whether the page at this address answers 200."""
    return status_of(address, host=host) == 200  # noqa: PLR2004


def status_of(address: str, *, host: str | None = None) -> int | None:
    """Return the status with which a page answers, following redirects; None when nobody answers."""
    request = urllib.request.Request(address, headers={"Host": host} if host else {})  # noqa: S310 - our own http addresses
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except (OSError, HTTPException):
        return None


def valkey_answers(port: int, password: str) -> bool:
    """Tell whether Valkey has loaded its file, knows the password and answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answers:
                return answers.readline().startswith(b"+OK") and answers.readline().startswith(b"+PONG")
    except OSError:
        return False


def smtp_answers(port: int) -> bool:
    """Tell whether an SMTP server greets."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=2):
            return True
    except (OSError, smtplib.SMTPException):
        return False


def _ready(ports: Ports, service: str) -> Question:
    return lambda: page_answers(f"http://127.0.0.1:{getattr(ports, service)}/readyz")
