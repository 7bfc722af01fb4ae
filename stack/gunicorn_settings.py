"""How every service is served, here and in containers: ``gunicorn -c stack/gunicorn_settings.py``.

The application is imported once and then forked, so that the workers share its memory.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True
timeout = 60
graceful_timeout = 15
keepalive = 75  # longer than the gateway keeps its side open, so that only the gateway closes
max_requests = 0
limit_request_line = 8190  # as much as the gateway lets through: a search for a page of Arabic is long
accesslog = None  # the gateway writes one line for each request, the application its own
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"  # only decides the URL scheme; X-Forwarded-* are judged by the application
if Path("/dev/shm").is_dir():  # noqa: S108 - heartbeat files belong in memory: a slow disk must not kill workers
    worker_tmp_dir = "/dev/shm"  # noqa: S108


def when_ready(server: Any) -> None:  # noqa: ARG001 - gunicorn calls it with its arbiter
    """Leave what was imported out of garbage collection: a collector that touches nothing keeps pages shared."""
    gc.collect()
    gc.freeze()
