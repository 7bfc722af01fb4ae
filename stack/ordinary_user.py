"""Under root nothing of ours runs as root: the launcher prepares, and the parts belong to an ordinary user.

That is ``academy`` where there is such a user, otherwise the one that PostgreSQL, which refuses root, has always run
as: ``postgres``, or ``nobody``. For that user the way to the checkout is made passable (not readable), and the
programs, which are no secret, readable where a strict umask kept them.
"""

from __future__ import annotations

import os
import pwd
import stat
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from stack.embedded.binaries import postgres_executable
from stack.places import CHECKOUT, Places

NAMES = ("academy", "postgres", "_postgres", "nobody")
_CODE = ("shared", "services", "stack", "deploy")


@cache
def ordinary_user() -> pwd.struct_passwd | None:
    """Return the user that everything runs as when root starts it; None for everybody else, who run it themselves."""
    if os.geteuid() != 0:
        return None
    for name in NAMES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LookupError("As root the Academy runs as another user: add one, for example with useradd --system academy.")


def as_ordinary_user() -> dict[str, Any]:
    """Return what ``subprocess`` is told so that a child runs as the ordinary user."""
    user = ordinary_user()
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def hand_over(places: Places) -> None:
    """Let the ordinary user have what the parts write, and reach and read what they run."""
    user = ordinary_user()
    if user is None:
        return
    for place in (places.run, places.logs, places.valkey, places.mail, places.store, places.postgres):
        give(user, place)
    for way in (places.state, CHECKOUT, Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()):
        open_the_way(way)
    _open_programs((*(CHECKOUT / room for room in _CODE), Path(sys.prefix).resolve()))


def give(user: pwd.struct_passwd, place: Path) -> None:
    """Make ``place`` and everything in it the user's, as far as it is not; a link is given, never what it leads to."""
    if not place.exists() or place.is_symlink():
        return
    for folder, _folders, files in os.walk(place):
        for path in (folder, *(os.path.join(folder, name) for name in files)):  # noqa: PTH118 - many thousand files
            if os.lstat(path).st_uid != user.pw_uid:
                os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def hand_over_file(path: Path) -> None:
    """Let the ordinary user have one file."""
    user = ordinary_user()
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def open_the_way(path: Path) -> None:
    """Let other users pass through, but not list, every directory above and including this one."""
    for place in (path, *path.parents):
        mode = place.stat().st_mode
        if not mode & stat.S_IXOTH:
            place.chmod(mode | stat.S_IXOTH)


def _open_programs(folders: Iterable[Path]) -> None:
    """Let other users read code and programs; whether it is needed, PostgreSQL's program and the code's own say."""
    samples = (postgres_executable("postgres"), Path(__file__), Path(sys.executable).resolve())
    if all(sample.stat().st_mode & stat.S_IROTH for sample in samples):
        return
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            if path.is_symlink():
                continue
            mode = path.stat().st_mode
            passable = stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0
            path.chmod(mode | stat.S_IROTH | passable)
