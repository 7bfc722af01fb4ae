"""A postman in a process of its own, for tests that kill it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from services.notifications.gateways.line import Line
from shared.database import Database
from tests.support.mail import Post

if TYPE_CHECKING:
    from uuid import UUID


class ForgetfulLine(Line):
    """The control: a sender that notes nothing."""

    def note(self, delivery_id: UUID) -> None:
        """Do nothing about ``delivery_id``."""


if __name__ == "__main__":
    database_url, smtp_url, memory = sys.argv[1:]
    line = ForgetfulLine if memory == "forgetful" else Line
    with Post(Database(database_url, pool_size=1), smtp_url, line=line) as post:
        post.carry(seconds=30)
