"""One composition for all tests here: built, started and found healthy; then the demo in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.composition import RUNNING, SERVICES, Composition, NoEngine, composition


@pytest.fixture(scope="session")
def academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """A composition that has been built, started and found healthy."""
    try:
        with composition(tmp_path_factory.mktemp("compose")) as made:
            made.do("build", seconds=900)
            made.do("up", "--detach", seconds=300)
            made.wait_healthy(*RUNNING, "mail", seconds=120)
            yield made
    except NoEngine as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def accounts(academy: Composition) -> Path:
    """The demo is loaded, by each service as itself; a file with its staff accounts."""
    for service in SERVICES:
        academy.do("exec", "-T", service, "python", "-m", f"services.{service}.demo", seconds=300)
    file = academy.folder / "accounts.json"
    file.write_text(academy.inside("registration", "cat", "/tmp/accounts.json"), encoding="utf-8")
    return file
