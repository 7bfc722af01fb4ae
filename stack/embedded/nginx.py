"""The embedded gateway: the same server as in production, from deploy/nginx, inside a small main configuration."""

from __future__ import annotations

import re
import resource
from collections.abc import Mapping
from pathlib import Path

from stack.embedded.binaries import nginx_executable
from stack.places import CHECKOUT

TEMPLATE = CHECKOUT / "deploy" / "nginx" / "academy.conf.template"
PROBLEMS = CHECKOUT / "deploy" / "nginx" / "problems"
UPLOAD_LIMIT = 150_000_000
"""As services/materials/settings.py has it where nothing else is said."""

NOBODY = "0.0.0.0/32"
"""The network of a trusted proxy where there is none: no caller can ever have this address."""

MOST_FILES = 16384
"""Descriptors of the gateway, half of them for connections: slow callers must not use all of them up."""
MAIN = """\
# Written by ./academy at every start.
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid "{folder}/nginx.pid";
# The error log names each caller and the whole address asked for, tokens too; the access log says what failed.
error_log stderr crit;
events {{ worker_connections {connections}; }}
http {{
    client_body_temp_path "{folder}/body";
    proxy_temp_path "{folder}/proxy";
    include "{folder}/academy.conf";
}}
"""

MAILBOX = """\
# The demo's mailbox. It shows mail of everybody and exists nowhere else.
location /mailbox {{
    proxy_pass http://127.0.0.1:{mailbox};
    proxy_set_header Host $http_host;
}}
"""

ONE_NAME = """\
# The services answer to one name only; the other name of this machine leads there.
if ($http_host = "localhost:{gateway}") {{ return 307 {public_url}$request_uri; }}
"""


def prepare(folder: Path, values: Mapping[str, str], *, extras: Mapping[str, str]) -> Path:
    """Write the configuration: the template filled with ``values``, ``extras`` by file name. Return the main file."""
    (folder / "extras").mkdir(parents=True, exist_ok=True)
    for old in (folder / "extras").glob("*.conf"):
        old.unlink()
    for name, text in extras.items():
        (folder / "extras" / f"{name}.conf").write_text(text, encoding="utf-8")
    given = {"PROBLEMS_PATH": str(PROBLEMS), **values, "GATEWAY_EXTRAS": str(folder / "extras")}
    filled = fill(TEMPLATE.read_text(encoding="utf-8"), given)
    (folder / "academy.conf").write_text(filled, encoding="utf-8")
    main = folder / "nginx.conf"
    files = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], MOST_FILES)
    text = MAIN.format(folder=folder, files=files, connections=files // 2)
    main.write_text(text, encoding="utf-8")
    return main


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace ``${NAME}`` as envsubst does: only names that have a value; nginx keeps its own variables."""
    return re.sub(r"\$\{([A-Z_]+)\}", lambda found: values.get(found[1], found[0]), template)


def command(main: Path) -> list[str]:
    """Return the command that runs the gateway in the foreground."""
    return [str(nginx_executable()), "-p", f"{main.parent}/", "-c", str(main), "-e", "stderr"]
