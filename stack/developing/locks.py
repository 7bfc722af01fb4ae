"""``lock``: both lock files from pyproject.toml, the same for every system and Python, by uv."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from stack.places import CHECKOUT

RUNTIME: Final = "requirements.lock"
DEVELOPMENT: Final = "requirements-dev.lock"
# No header and no addresses: whoever locks, with whichever mirror, writes the same bytes.
_FORM: Final = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet")


def run_lock(*, upgrade: bool = False, packages: tuple[str, ...] = (), folder: Path = CHECKOUT) -> int:
    """Write the lock files beside ``folder``'s pyproject.toml, both or none. Return uv's exit code.

    Versions already locked stay, unless pyproject.toml forbids them, ``upgrade`` asks for the newest of all, or
    ``packages`` names them.
    """
    asked = [*(["--upgrade"] if upgrade else []), *(f"--upgrade-package={name}" for name in packages)]
    with tempfile.TemporaryDirectory(prefix="academy-lock-") as apart:
        runtime, development = Path(apart, RUNTIME), Path(apart, DEVELOPMENT)
        for new in (runtime, development):
            if (folder / new.name).exists():  # uv keeps the versions it finds where it is to write
                shutil.copyfile(folder / new.name, new)
        steps: dict[Path, list[str]] = {runtime: [], development: ["--extra", "dev", "--constraints", str(runtime)]}
        for new, more in steps.items():
            command = [str(Path(sys.executable).parent / "uv"), "pip", "compile", *_FORM, *asked, *more]
            code = subprocess.call([*command, "--output-file", str(new), "pyproject.toml"], cwd=folder)  # noqa: S603 - the tool of our own environment
            if code:
                return code
        for new in (runtime, development):
            shutil.copyfile(new, folder / new.name)
    return 0
