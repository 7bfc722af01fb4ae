"""The clients in docs/clients do what they are there to show."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from tests.service.notifications.test_api import token_of
from tests.service.notifications.test_written_notices import API, OWN, SCOPES, call_all, notice
from tests.support.mail import carry_once
from tests.support.mail_desk import mail_desk
from tests.support.receiver import running_receiver
from tests.support.relay import running_relay
from tests.support.web import person_called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from shared.database import Database

CLIENTS = Path(__file__).parents[3] / "docs" / "clients"
COMMANDS = {
    "python": [sys.executable, str(CLIENTS / "send_notice.py")],
    "node": ["node", str(CLIENTS / "send-notice.mjs")],
    "shell": ["sh", str(CLIENTS / "send-notice.sh")],
}


@contextmanager
def served(app: Flask) -> Iterator[str]:
    def as_the_gateway_hands_on(environ: Any, start: Any) -> Any:
        body = BytesIO(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        return app(environ | {"HTTP_HOST": "academy.example", "wsgi.url_scheme": "https", "wsgi.input": body}, start)

    server = make_server("127.0.0.1", 0, as_the_gateway_hands_on, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.mark.parametrize("language", COMMANDS)
def test_a_client_run_twice_sends_one_mail(databases: dict[str, Database], language: str) -> None:
    command = COMMANDS[language]
    if shutil.which(command[0]) is None or (language == "shell" and shutil.which("curl") is None):
        pytest.skip(f"{command[0]} or curl is not on this machine")
    desk = mail_desk(databases)
    owner_id = person_called(databases["owner"], "Olga", roles=["organiser"])
    told = {"ACADEMY_TOKEN": token_of(databases, owner_id, SCOPES), "EDITION": "2026", "PERSON": str(desk.people[0])}
    with served(desk.browser.application) as url:
        for _time in range(2):
            done = subprocess.run(
                [*command, "visa-17", "Your letter", "It is **ready**."],
                env=os.environ | told | {"ACADEMY_URL": url},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert (done.stdout.strip(), done.returncode) == ("queued", 0), done.stderr
    with running_relay() as relay:
        carry_once(databases["notifications"], relay.url)
    assert [mail.message["Subject"] for mail in relay.taken] == ["Your letter"]


def test_clients_know_our_webhooks_from_forged_ones(databases: dict[str, Database]) -> None:
    desk = mail_desk(databases, **OWN)
    owner_id = person_called(databases["owner"], "Olga", roles=["organiser"])
    bearer = {"Authorization": f"Bearer {token_of(databases, owner_id, SCOPES)}"}
    with running_receiver() as receiver, running_relay() as relay:
        made = desk.browser.post(f"{API}/webhooks", json={"url": receiver.url}, headers=bearer).get_json()
        desk.browser.post(f"{API}/notices", json=notice(desk), headers=bearer)
        carry_once(databases["notifications"], relay.url)
        call_all(databases)
    (headers, body) = receiver.got[0]
    spec = importlib.util.spec_from_file_location("client", CLIENTS / "send_notice.py")
    assert spec is not None
    assert spec.loader is not None
    client = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(client)
    tries = [(headers, body), (headers, body + b" "), ({**headers, "webhook-timestamp": "1700000000"}, body)]
    assert [client.is_genuine(made["secret"], *one) for one in tries] == [True, False, False]
    if shutil.which("node"):
        script = (
            f"import {{ isGenuine }} from {json.dumps(str(CLIENTS / 'send-notice.mjs'))};"
            f"const tries = {json.dumps([[one, text.decode()] for one, text in tries])};"
            f"console.log(tries.map(([h, b]) => isGenuine({json.dumps(made['secret'])}, h, Buffer.from(b))).join());"
        )
        said = subprocess.run(
            ["node", "--input-type=module", "-e", script], capture_output=True, text=True, timeout=30, check=False
        )
        assert said.stdout.strip() == "true,false,false", said.stderr
