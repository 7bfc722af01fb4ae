"""A part in Python is forked from the supervisor and still begins, knows and ends as a process of its own would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.places import CHECKOUT, Places

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forked on Linux alone")

PART = """
import atexit, json, os, signal, sys
atexit.register(lambda: open("ended", "w").close())
with open("seen.json", "w") as file:
    json.dump({
        "arguments": sys.argv[1:],
        "environment": dict(os.environ),
        "name": open("/proc/self/comm").read().strip(),
        "note": open("run/worker.pid").read().strip(),
        "pid": str(os.getpid()),
        "niceness": os.nice(0),
        "hears": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
    }, file)
"""
SUPERVISOR = """
import os, signal, sys
from pathlib import Path
from stack.upkeep.becoming import be_forked
signal.signal(signal.SIGTERM, lambda *_: None)
os.environ["SECRET_OF_THE_SUPERVISOR"] = "1"
child = os.fork()
if child == 0:
    be_forked(Path("worker.start"))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def run_part(state: Path, *, last_line: str = "") -> tuple[int, str]:
    """Fork a part whose module ends with ``last_line``; return its exit code and what it said on standard error."""
    Places(state).prepare()
    (state / "part.py").write_text(PART + last_line + "\n", encoding="utf-8")
    told = {
        "part": "worker",
        "state": str(state),
        "niceness": 3,
        "command": ["part", "--quick"],
        "environment": {"TOLD": "yes"},
    }
    (state / "worker.start").write_text(json.dumps(told), encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-c", SUPERVISOR],
        cwd=state,
        env=os.environ | {"PYTHONPATH": f"{CHECKOUT}:{state}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(result.stdout.split()[-1]), result.stderr


def test_it_has_its_own_name_arguments_note_and_signals_and_the_environment_it_was_told_and_no_other(
    tmp_path: Path,
) -> None:
    before = os.nice(0)
    assert run_part(tmp_path) == (0, "")
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert seen["note"] == seen["pid"]
    assert seen["niceness"] == min(before + 3, 19)
    assert (seen["arguments"], seen["name"], seen["hears"]) == (["--quick"], "worker", True)
    assert seen["environment"] == {"TOLD": "yes", "TMPDIR": str(tmp_path / "run" / "passing" / "worker")}


def test_what_a_killed_part_wrote_for_a_moment_is_gone_when_it_begins_anew(tmp_path: Path) -> None:
    leaves = "import tempfile; print(tempfile.mkdtemp(prefix='left-')); sys.stdout.flush(); os._exit(9)"
    for _life in range(2):
        assert run_part(tmp_path, last_line=leaves)[0] == 9
    assert len(list((tmp_path / "run" / "passing" / "worker").glob("left-*"))) == 1


@pytest.mark.parametrize(
    ("last_line", "code", "said"),
    [
        ("sys.exit(3)", 3, ""),
        ("sys.exit(None)", 0, ""),
        ("sys.exit('the settings cannot be used')", 1, "the settings cannot be used"),
        ("raise ValueError('broken')", 1, "ValueError: broken"),
    ],
)
def test_it_ends_with_the_code_and_the_words_of_its_module_and_does_what_was_left_for_the_end(
    tmp_path: Path, last_line: str, code: int, said: str
) -> None:
    ended, words = run_part(tmp_path, last_line=last_line)
    assert ended == code
    assert said in words
    assert (tmp_path / "ended").exists()
