"""A log that cannot be written costs lines and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.places import CHECKOUT

PROGRAM = """
from shared.logs import use_logs
from shared.settings import Settings
import logging, os
told = dict(secret_key="s" * 40, public_url="http://h", database_url="postgresql://h/d", redis_url="redis://h/0", store_url="file:///s")
tell = use_logs(Settings(**told), service="registration")
for number in range(2000):
    tell({"route": "/", "status": 200})
    logging.getLogger("academy").warning("something")
os._exit(7)
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here, which is always full")
def test_a_full_disk_under_the_log_fails_no_request() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        result = subprocess.run([sys.executable, "-c", PROGRAM], cwd=CHECKOUT, stderr=full, check=False)
    assert result.returncode == 7


def test_a_log_whose_reader_died_fails_no_request() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    result = subprocess.run([sys.executable, "-c", PROGRAM], cwd=CHECKOUT, stderr=writes, check=False)
    os.close(writes)
    assert result.returncode == 7
