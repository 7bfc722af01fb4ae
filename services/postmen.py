"""The postmen: processes that carry mail, apart from the worker, so that mail waits for nothing but mail.

One process is for notices: one thread writes them, two carry them, since the relay may be slow to answer, and one keeps
order. The others carry campaigns: ``campaign_senders`` of them, there only while there is something to carry, and
behind everybody else when the processor is short. They are forked from one parent, which does nothing but start them,
and replace those that die or stop moving. An answer of the relay may take ten minutes (RFC 5321), which no task could
wait for.
"""

from __future__ import annotations

import gc
import logging
import mmap
import os
import signal
import struct
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.notifications.intake import take_in
from services.notifications.lanes import keep_order, live_in_lane, write_notices
from services.notifications.letters.signatures import KeysUnusable, read_keys
from services.notifications.rounds.webhooks import call_webhooks
from services.notifications.settings import NotificationsSettings
from shared.database import Database
from shared.doors import DoorBell, connect_redis
from shared.logs import use_logs
from shared.settings import UnusableSettings
from shared.signs_of_life import ALIVE_FILE

if TYPE_CHECKING:
    from services.notifications.rules.troubles import Lane

log = logging.getLogger(__name__)

NOTICE_SENDERS: Final = 2
CAMPAIGN_NICENESS: Final = 10
STOP_SECONDS: Final = 25.0
LOOK_SECONDS: Final = 1.0
QUICK_DEATH: Final = 5.0
LONGEST_PAUSE: Final = 10.0
_MOMENT: Final = struct.Struct("d")


class Post:
    """One child, and until when it asked not to be worried about, by a clock that all processes share."""

    def __init__(self, lane: Lane, threads: int) -> None:
        self.lane: Lane = lane
        self.threads = threads
        self.pid = 0
        self.after_death = False
        """Whether the child before this one fell, for a reason that may meet this one too."""
        self._started = 0.0
        self._pause = 0.0
        self._until = mmap.mmap(-1, _MOMENT.size * threads)

    def alive(self, thread: int, seconds: float) -> None:
        """Promise, in the child, to be heard of again within ``seconds``."""
        _MOMENT.pack_into(self._until, thread * _MOMENT.size, time.monotonic() + seconds)

    def is_stuck(self) -> bool:
        """Say whether a thread of the child is overdue."""
        moments = (_MOMENT.unpack_from(self._until, thread * _MOMENT.size)[0] for thread in range(self.threads))
        return self.pid > 0 and any(moment < time.monotonic() for moment in moments)

    def start(self, settings: NotificationsSettings) -> None:
        """Fork the child."""
        for thread in range(self.threads):
            self.alive(thread, 60)
        self._started = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                Life(self, settings).run()
                code = 0
            except BaseException:
                log.exception("a postman fell")
            finally:
                os._exit(code)  # what the parent left to be done at its end is the parent's

    def has_died(self) -> bool:
        """Say whether the child has ended, and note for how long to wait before the next."""
        if self.pid == 0:
            return False
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return False
        self.after_death = bool(status)
        if status:
            quick = time.monotonic() - self._started < QUICK_DEATH
            self._pause = min(max(2 * self._pause, 0.5), LONGEST_PAUSE) if quick else 0.0
            log.warning("a postman for %s died", self.lane)
        self.pid = 0
        return True

    def may_start(self) -> bool:
        """Say whether there is no child, and the last one did not die just now."""
        return self.pid == 0 and time.monotonic() >= self._started + self._pause


class Life:
    """What a child does from its fork to its end."""

    def __init__(self, post: Post, settings: NotificationsSettings) -> None:
        self._post, self._settings = post, settings
        self._parent = os.getppid()
        self._ending = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ending.set())
        url = settings.database_url.get_secret_value()
        bell = DoorBell(connect_redis(settings.redis_url))
        pool = 5 if settings.takes_in and post.lane == "notices" else 2
        self._database = Database(url, bell=bell, pool_size=pool, name=f"academy postman {post.lane}")
        self._alive_file = os.environ.get(ALIVE_FILE) if post.lane == "notices" else None

    def run(self) -> None:
        """Work until told to end, or until the parent is gone: nobody would replace or end this process."""
        if self._post.lane == "campaigns":
            os.nice(CAMPAIGN_NICENESS)
            self._carry(0)
            return
        targets = [partial(self._carry, number) for number in range(1, NOTICE_SENDERS)] + [
            self._write,
            self._keep_order,
            self._call_webhooks,
        ]
        if self._settings.takes_in:
            targets.append(partial(take_in, self._database, self._settings, self._stopping))
        threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in threads:
            thread.start()
        self._carry(0)
        for thread in threads:
            thread.join(STOP_SECONDS)

    def _stopping(self) -> bool:
        return self._ending.is_set() or os.getppid() != self._parent

    def _alive(self, thread: int, seconds: float) -> None:
        self._post.alive(thread, seconds)
        if self._alive_file and thread == 0:
            Path(self._alive_file).touch()

    def _carry(self, thread: int) -> None:
        live_in_lane(
            self._post.lane,
            database=self._database,
            settings=self._settings,
            stopping=self._stopping,
            alive=partial(self._alive, thread),
        )

    def _write(self) -> None:
        write_notices(
            database=self._database,
            settings=self._settings,
            stopping=self._stopping,
            alive=partial(self._alive, NOTICE_SENDERS),
            after_death=self._post.after_death,
        )

    def _keep_order(self) -> None:
        keep_order(
            database=self._database,
            settings=self._settings,
            stopping=self._stopping,
            alive=partial(self._alive, NOTICE_SENDERS + 1),
            ring=partial(os.kill, self._parent, signal.SIGUSR1),
        )

    def _call_webhooks(self) -> None:
        call_webhooks(
            database=self._database,
            settings=self._settings,
            stopping=self._stopping,
            alive=partial(self._alive, NOTICE_SENDERS + 2),
            rest=self._ending.wait,
        )


def main() -> int:
    """Keep the postmen at work until this process is told to end."""
    settings = NotificationsSettings(database_url=os.environ["NOTIFICATIONS_DATABASE_URL"])
    use_logs(settings, service="postmen")
    if settings.mail_dkim_keys:
        try:
            read_keys(settings.mail_dkim_keys)
        except KeysUnusable as unusable:
            raise UnusableSettings(f"MAIL_DKIM_KEYS cannot be used: {unusable}.") from unusable
    ending, called = threading.Event(), threading.Event()

    def end(*_signal: object) -> None:
        ending.set()
        called.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    signal.signal(signal.SIGUSR1, lambda *_: called.set())
    posts = [Post("notices", NOTICE_SENDERS + 3), *(Post("campaigns", 1) for _ in range(settings.campaign_senders))]
    gc.freeze()  # what was imported stays out of collection, so that the children go on sharing it
    while not ending.is_set():
        for post in posts:
            if post.is_stuck():
                os.kill(post.pid, signal.SIGKILL)
            post.has_died()
            if post.may_start() and (post.lane == "notices" or called.is_set()):
                post.start(settings)
        called.clear()
        called.wait(LOOK_SECONDS)
    _end(posts)
    return 0


def _end(posts: list[Post]) -> None:
    """Let each finish the mail in its hands; who takes too long is ended, and its mail is settled by others."""
    for post in posts:
        if post.pid:
            os.kill(post.pid, signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    while time.monotonic() < end and any(post.pid and not post.has_died() for post in posts):
        time.sleep(0.05)
    for post in posts:
        if post.pid:
            os.kill(post.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
