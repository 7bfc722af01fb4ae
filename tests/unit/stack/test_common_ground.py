"""What the parts share can be imported before it is known which part a process becomes."""

from __future__ import annotations

import os
import subprocess
import sys

from stack.places import CHECKOUT

ASKED = """
import json, sys, threading
from stack.upkeep import common_ground
failed = common_ground.prepare()
print(json.dumps([failed, threading.active_count(), "prometheus_client" in sys.modules]))
"""


def test_all_of_it_can_be_had_without_any_setting_and_nothing_is_begun_that_a_fork_would_lose() -> None:
    result = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=CHECKOUT,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split("\n")[-2] == "[[], 1, false]", "its figures would be one process's own"
