"""One JSON line for each thing worth telling, under its request's id, without personal data.

Ids instead of names and addresses; routes instead of paths, so no token of a link is written; of an exception its kind
and where it happened, not its message, which may quote a row. In a demo the lines are for people.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TextIO

import structlog

from shared.context import request_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import EventDict, Processor

    from shared.settings import Settings

    Tell = Callable[[Mapping[str, object]], None]

_FRAMES: Final = 12
log = logging.getLogger(__name__)


def use_logs(settings: Settings, *, service: str) -> Tell:
    """Let this process write its log to standard error; tests keep their own.

    Return what writes the line that tells of an answer.
    """
    if settings.environment == "test":
        return _write_plainly
    for_people = settings.environment == "demo" and sys.stderr.isatty()

    def add_service(_logger: object, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    chain: list[Processor] = [
        add_service,
        add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        place_of_exception,
    ]
    last: Processor = structlog.dev.ConsoleRenderer() if for_people else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("werkzeug", "urllib3", "kombu", "amqp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return (
        _write_plainly
        if for_people or settings.log_level in {"warning", "error"}
        else _write_quickly(service, sys.stderr)
    )


def tell_in_one_line(logger: str) -> None:
    """Let what fails in ``logger`` take a line and not a page: it fails every few seconds while a neighbour is away."""
    logging.getLogger(logger).addFilter(_in_one_line)


def _in_one_line(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg, record.args, record.exc_info = "nobody heard: %s", (" of ".join(kinds_of(error)[:2]),), None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _write_quickly(service: str, stream: TextIO) -> Tell:
    """Return what writes the one line that every request costs, past the general way, which takes ten times as long.

    A line that cannot be written, on a full disk or to nobody, is lost; the answer it tells of is not.
    """
    frame = json.dumps({"event": "answered", "level": "info", "service": service})[:-1]

    def write(answer: Mapping[str, object]) -> None:
        line = json.dumps({**answer, "request_id": request_id(), "timestamp": datetime.now(UTC).isoformat()})
        with suppress(OSError, ValueError):
            stream.write(f"{frame}, {line[1:]}\n")

    return write


def _write_plainly(answer: Mapping[str, object]) -> None:
    log.info("answered", extra=dict(answer))


def add_request_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Say to which request or task the line belongs."""
    if identifier := request_id():
        event["request_id"] = identifier
    return event


def place_of_exception(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its kinds, outermost first, and the last frames it came through."""
    error = _exception_in(event)
    event.pop("exc_info", None)
    if error is not None:
        event["exception"] = kinds_of(error)
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def kinds_of(error: BaseException) -> list[str]:
    """Return the qualified names of an exception and of what caused it."""
    kinds = []
    found: BaseException | None = error
    while found is not None:
        kinds.append(f"{type(found).__module__}.{type(found).__qualname__}")
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return kinds


def _exception_in(event: Mapping[str, Any]) -> BaseException | None:
    found = event.get("exc_info")
    record = event.get("_record")
    if found is None and isinstance(record, logging.LogRecord):
        found = record.exc_info
        record.exc_info = None
    if isinstance(found, BaseException):
        return found
    if isinstance(found, tuple):
        return found[1] if isinstance(found[1], BaseException) else None
    return sys.exc_info()[1] if found else None
