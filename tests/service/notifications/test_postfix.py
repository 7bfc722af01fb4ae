"""Postfix as judge: it takes our mail, cannot deliver it, and brings its own report back to us."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import text

from services.notifications.intake import listener_for
from tests.support.mail import arrange_campaign, carry_once, row_of, states
from tests.support.patience import until
from tests.support.postgres import free_port
from tests.support.returns import RETURN, intake_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.database import Database

POSTFIX: Final = shutil.which("postfix", path=os.environ.get("PATH", "") + ":/usr/sbin")
pytestmark = pytest.mark.skipif(
    POSTFIX is None or os.geteuid() != 0, reason="needs Postfix, which starts as root alone"
)

SERVICES: Final = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
SETTINGS: Final = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
multi_instance_directories =
myhostname = mx.example.net
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
alias_maps =
alias_database =
lmtp_host_lookup = native
transport_maps = inline:{{ {{ academy.example = lmtp:inet:127.0.0.1:{returns} }}, {{ example.org = error:{said} }} }}
"""


@contextmanager
def postfix(*, returns: int, said: str) -> Iterator[int]:
    """Run a Postfix that answers for every address but ours with ``said``, and reports to port ``returns``."""
    with TemporaryDirectory(prefix="academy-postfix-", dir="/var/tmp") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        for part in ("queue", "data", "etc"):
            (folder / part).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "etc" / "main.cf").write_text(SETTINGS.format(folder=folder, returns=returns, said=said))
        (folder / "etc" / "master.cf").write_text(SERVICES.format(port=port))
        command = [str(POSTFIX), "-c", str(folder / "etc")]
        subprocess.run([*command, "start"], check=True, capture_output=True)
        try:
            yield port
        finally:
            subprocess.run([*command, "stop"], check=False, capture_output=True)


@pytest.mark.parametrize(
    ("said", "lasting"), [("5.1.1 User unknown in our table", True), ("5.2.2 Mailbox is full", False)]
)
def test_what_postfix_reports_arrives_at_the_mail_it_is_about(
    said: str, lasting: bool, owner_database: Database, notifications_database: Database
) -> None:
    arrange_campaign(owner_database, recipients=3)
    intake, returns = intake_for(notifications_database), free_port()
    listener = listener_for(intake, f"lmtp://127.0.0.1:{returns}")
    listener.start()
    try:
        with postfix(returns=returns, said=said) as port:
            carry_once(notifications_database, f"smtp://127.0.0.1:{port}", mail_return=RETURN)
            until(lambda: _all_back(owner_database), seconds=60)
    finally:
        listener.stop()
    intake.settle()
    assert states(owner_database) == {"bounced": 3}
    row: Any = row_of(owner_database, "p1@example.org")
    assert row.reason == ("bounced" if lasting else "bounced_for_now")
    assert said.partition(" ")[2] in row.reply_text


def _all_back(database: Database) -> bool:
    with database.reading() as session:
        return bool(session.execute(text("SELECT count(*) = 3 FROM notifications.returned_mail")).scalar_one())
