"""Writes the ``.env`` that docker-compose.yml reads: fresh secrets, and the lines only the operator knows.

Needs nothing but Python, so that a server with Docker alone can make one:
``python3 -m stack.operating.secrets_file > .env``, or ``./academy secrets > .env``.
"""

from __future__ import annotations

import secrets
import sys
from typing import Final

SECRETS: Final = {
    "SECRET_KEY": "signs cookies and mailed links; a new one signs everybody out and ends links under way",
    "POSTGRES_PASSWORD": "of the database's owner, who migrates; PostgreSQL takes it when its volume is made",
    "REGISTRATION_DATABASE_PASSWORD": "of registration's role; the migration sets it at every start",
    "MATERIALS_DATABASE_PASSWORD": "of materials' role",
    "NOTIFICATIONS_DATABASE_PASSWORD": "of notifications' role",
    "REDIS_PASSWORD": "of Valkey",
}
_SPECIAL: Final = "seals special answers; a lost one takes them with it. A new one goes in front: second:KEY,first:KEY"
_TOP: Final = (
    "# Secrets and addresses of this Academy. Keep it to yourself (chmod 600), and keep a copy away from the server."
)
_REST: Final = """
# The address people type, without a slash at its end. Links in mails begin with it.
PUBLIC_URL=http://127.0.0.1:8080
# Where the gateway listens on this machine. In front of it belongs whatever speaks TLS for you.
GATEWAY_ADDRESS=127.0.0.1:8080

# Your mail relay: smtp+starttls://user:password@host:587, smtps://user:password@host:465 or smtp://host:25
SMTP_URL=
# Who the mails are from, and the domain in their Message-ID and List-Id: one that the relay signs for.
MAIL_FROM=Academy <academy@example.org>
MAIL_DOMAIN=example.org
# Where replies go, if not to MAIL_FROM.
# MAIL_REPLY_TO=organisers@example.org
# Where mail that cannot be delivered comes back to, and the mailbox in which it is looked for.
# MAIL_RETURN=returns@example.org
# MAIL_BOX=imaps://returns:password@mail.example.org/INBOX
"""


def secrets_file() -> str:
    """Return the text of a new ``.env``; every call has other secrets, 256 bits each, safe in addresses."""
    lines = [_TOP]
    for name, purpose in SECRETS.items():
        lines += ["", f"# {purpose}", f"{name}={secrets.token_urlsafe(32)}"]
    lines += ["", f"# {_SPECIAL}", f"SPECIAL_KEYS=first:{secrets.token_urlsafe(32)}"]
    return "\n".join(lines) + "\n" + _REST


if __name__ == "__main__":
    sys.stdout.write(secrets_file())
