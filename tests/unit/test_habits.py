"""What is checked before a commit, in CI and by hand is the same, and a version has one number."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from click.testing import CliRunner

from stack.command_line import academy
from stack.developing.checks import TOOLS

ROOT = Path(__file__).resolve().parents[2]
HOOKS = ROOT / ".pre-commit-config.yaml"


def test_before_a_commit_the_same_checks_run_as_by_hand() -> None:
    text = HOOKS.read_text("utf-8")
    assert re.findall(r"- id: (\S+)\n +name: \S+\n +entry: ./academy check (\S+)", text) == [
        (name, name) for name in TOOLS
    ]
    assert re.findall(r"- repo: (.+)", text) == ["local"]


def test_pre_commit_understands_its_hooks() -> None:
    command = [str(Path(sys.executable).parent / "pre-commit"), "validate-config", str(HOOKS)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_check_that_does_not_exist_is_refused_with_the_names_of_those_that_do() -> None:
    answer = CliRunner().invoke(academy, ["check", "spelling"])
    assert answer.exit_code == 2
    assert "spelling" in answer.output
    assert all(name in answer.output for name in TOOLS)


def test_the_newest_version_of_the_changelog_is_that_of_the_project() -> None:
    versions = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[0] == "Unreleased"
    number = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert versions[1:2] in ([], [number])
