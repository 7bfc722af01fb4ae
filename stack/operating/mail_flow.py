"""Whether mail flows: what the senders found when they last asked the mail server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import psycopg

WORDS: Final = {
    "unreachable": "cannot be reached",
    "silent": "does not answer in time",
    "unsafe": "has no certificate to be trusted",
    "login": "refuses our login",
    "sender": "refuses our sender address",
    "refusals": "refuses one mail after another for the same reason",
    "closing": "ends the conversation before it has taken anything",
}


def standstills(connection: psycopg.Connection[Any]) -> Iterator[str]:
    """Give one sentence for each lane of mail that stands still; none where the tables are not there yet."""
    with connection.transaction():
        there = connection.execute("SELECT to_regclass('notifications.relay_trouble')").fetchone()
    if not there or there[0] is None:
        return
    rows = connection.execute(
        "SELECT lane, relay, trouble, said, since FROM notifications.relay_trouble ORDER BY lane DESC, relay"
    ).fetchall()
    for lane, relay, trouble, said, since in rows:
        why = f"the mail server {relay} {WORDS.get(trouble, trouble)} ({said})"
        yield f"{lane} stand still since {since:%Y-%m-%d %H:%M} UTC: {why}"
