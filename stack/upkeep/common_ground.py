"""What the parts written in Python have in common: imported once by the supervisor, shared by all that it forks.

Each of them alone would take some hundred megabytes for the same modules. Nothing here opens a connection, starts a
thread, draws an id or reads the environment: a part does that when it has been told who it is.
"""

from __future__ import annotations

import gc
import importlib
from typing import Final

from stack.addresses import SERVICES
from stack.places import CHECKOUT

MODULES: Final = (
    "shared.schema.everything",
    "services.registration.app",
    "services.materials.app",
    "services.notifications.app",
    "services.registration.worker",
    "services.materials.worker",
    "services.notifications.worker",
    "services.notifications.lanes",
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.events.receiver",
    "celery.fixups.django",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.loops",
    "celery.worker.strategy",
    "billiard.heap",
    "billiard.popen_fork",
    "billiard.sharedctypes",
    "kombu.transport.redis",
    "gunicorn.app.wsgiapp",
    "gunicorn.glogging",
    "gunicorn.workers.gthread",
    "limits.storage.redis",
    "valkey",
    "encodings.idna",
    "stack.mailbox.pages",
    "aiosmtpd.smtp",
    "wsgiref.simple_server",
)


def prepare() -> list[str]:
    """Import it, and keep it out of garbage collection, so that pages stay shared. Return what could not be had.

    What cannot be imported here cannot be in its part either, which will say so itself; the others are not to suffer.
    """
    failed = []
    _read_the_languages()  # first: much of what reading makes is thrown away, and what is imported fills the gaps
    for name in MODULES:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - see above
            failed.append(f"{name}: {type(error).__name__}: {error}")
    _wire_the_tables()
    compile_the_pages()
    gc.collect()
    gc.freeze()
    return failed


def _read_the_languages() -> None:
    from shared.words.languages import LANGUAGES, babel_locale  # late: the supervisor itself needs none of it
    from shared.words.sentences import catalogue

    for language in LANGUAGES:
        catalogue(language)
        _ = babel_locale(language).territories  # reads the locale's file


def _wire_the_tables() -> None:
    from sqlalchemy.orm import configure_mappers

    configure_mappers()


def compile_the_pages() -> None:
    """Compile what visitors and participants open, once for all processes of all services."""
    from shared.web.pages.rendering import compile_pages  # late: as above

    for service in SERVICES:
        compile_pages(CHECKOUT / "services" / service / "templates", CHECKOUT / "shared" / "people" / "templates")
