"""A postman in a process of its own, for tests that kill it."""

from __future__ import annotations

import sys

from shared.database import Database
from tests.support.mail import make_postman

if __name__ == "__main__":
    database_url, smtp_url, redis_url = sys.argv[1:]
    make_postman(Database(database_url, pool_size=1), smtp_url, redis_url, mail_batch=20).carry(seconds=30)
