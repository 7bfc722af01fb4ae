"""The lock files hold what pyproject.toml asks for, nothing else, and move only when they are asked to."""

from __future__ import annotations

import re
import tomllib
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from stack.developing.locks import DEVELOPMENT, RUNTIME, run_lock

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WANTED = {
    RUNTIME: [Requirement(line) for line in PROJECT["dependencies"]],
    DEVELOPMENT: [Requirement(line) for line in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])],
}


def pins(lock: Path) -> list[str]:
    """Return each entry of a lock file in one line: name, version, marker, hashes."""
    text = lock.read_text("utf-8").replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def pinned(lock: Path) -> dict[str, Requirement]:
    """Return what the lock file installs on this machine, by name."""
    found = [Requirement(re.split(r" --hash=", line, maxsplit=1)[0]) for line in pins(lock)]
    return {canonicalize_name(one.name): one for one in found if one.marker is None or one.marker.evaluate()}


def asked_by(wanted: list[Requirement]) -> set[str]:
    """Return the names of everything that ``wanted`` needs, directly or through others, as installed here."""
    seen: set[tuple[str, str]] = set()
    waiting = [(one, "") for one in wanted]
    while waiting:
        one, extra = waiting.pop()
        if one.marker is not None and not one.marker.evaluate({"extra": extra}):
            continue
        for asked in ("", *one.extras):
            step = (canonicalize_name(one.name), asked)
            if step not in seen:
                seen.add(step)
                waiting.extend((Requirement(line), asked) for line in requires(one.name) or ())
    return {name for name, _extra in seen}


@pytest.mark.parametrize("name", [RUNTIME, DEVELOPMENT])
def test_each_lock_holds_a_version_that_pyproject_allows_of_everything_it_names(name: str) -> None:
    found = pinned(ROOT / name)
    for wanted in WANTED[name]:
        pin = found.get(canonicalize_name(wanted.name))
        assert pin is not None, f"{wanted.name} is not locked: ./academy lock"
        version = str(pin.specifier).removeprefix("==")
        assert wanted.specifier.contains(version, prereleases=True), f"{pin} is not {wanted}: ./academy lock"


@pytest.mark.parametrize("name", [RUNTIME, DEVELOPMENT])
def test_each_lock_holds_exactly_what_is_needed(name: str) -> None:
    assert set(pinned(ROOT / name)) == asked_by(WANTED[name]), "./academy lock"


@pytest.mark.parametrize("name", [RUNTIME, DEVELOPMENT])
def test_every_line_is_one_version_with_hashes_and_no_address(name: str) -> None:
    form = re.compile(r"[a-z0-9-]+==[\w.]+( ; [^;]+?)?( --hash=sha256:[0-9a-f]{64})+")
    assert [line for line in pins(ROOT / name) if not form.fullmatch(line)] == []
    assert "://" not in (ROOT / name).read_text("utf-8")


def test_development_runs_on_the_very_packages_that_production_runs_on() -> None:
    assert set(pins(ROOT / RUNTIME)) <= set(pins(ROOT / DEVELOPMENT))


def make_wheel(folder: Path, name: str, version: str) -> None:
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two packages whose versions lie in a folder instead of an index."""
    shelf, project = tmp_path / "shelf", tmp_path / "project"
    shelf.mkdir()
    project.mkdir()
    for name in ("bread", "knife"):
        make_wheel(shelf, name, "1.0")
    (project / "pyproject.toml").write_text(
        '[project]\nname = "breakfast"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["bread"]\n'
        '[project.optional-dependencies]\ndev = ["knife"]\n'
        f'[tool.uv]\nno-index = true\nfind-links = ["{shelf}"]\n'
    )
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return project


def locked(project: Path) -> list[list[str]]:
    return [[line.split(" ")[0] for line in pins(project / name)] for name in (RUNTIME, DEVELOPMENT)]


def test_locking_again_changes_nothing_even_when_newer_versions_came_out(project: Path) -> None:
    assert run_lock(folder=project) == 0
    first = [(project / name).read_bytes() for name in (RUNTIME, DEVELOPMENT)]
    make_wheel(project.parent / "shelf", "bread", "2.0")
    assert run_lock(folder=project) == 0
    assert [(project / name).read_bytes() for name in (RUNTIME, DEVELOPMENT)] == first
    assert locked(project) == [["bread==1.0"], ["bread==1.0", "knife==1.0"]]


def test_newer_versions_come_when_they_are_asked_for(project: Path) -> None:
    assert run_lock(folder=project) == 0
    for name in ("bread", "knife"):
        make_wheel(project.parent / "shelf", name, "2.0")
    assert run_lock(folder=project, packages=("knife",)) == 0
    assert locked(project) == [["bread==1.0"], ["bread==1.0", "knife==2.0"]]
    assert run_lock(folder=project, upgrade=True) == 0
    assert locked(project) == [["bread==2.0"], ["bread==2.0", "knife==2.0"]]


def test_a_project_that_cannot_be_locked_keeps_both_files(project: Path) -> None:
    assert run_lock(folder=project) == 0
    page = project / "pyproject.toml"
    page.write_text(page.read_text().replace('["bread"]', '["bread>=1.0"]').replace('["knife"]', '["knife>=9"]'))
    make_wheel(project.parent / "shelf", "bread", "2.0")
    assert run_lock(folder=project, upgrade=True) != 0
    assert locked(project) == [["bread==1.0"], ["bread==1.0", "knife==1.0"]]
