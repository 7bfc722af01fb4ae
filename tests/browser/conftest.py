"""One Academy and one Chromium for all browser tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import chromium, running_browser
from tests.support.stack import running_academy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.support.stack import Academy


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or the reason why there is none."""
    if chromium() is None:
        pytest.skip("no Chromium: install Debian's chromium or name one in CHROMIUM")
    with running_browser() as running:
        yield running


@pytest.fixture(scope="session")
def academy(browser: Browser) -> Iterator[Academy]:  # noqa: ARG001 - nothing is started where there is no browser
    """The demo, running."""
    with running_academy() as running:
        yield running


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for screenshots that outlives the run, so that somebody can look at them; pytest keeps three runs."""
    folder = tmp_path_factory.mktemp("screenshots")
    print(f"\nscreenshots: {folder}")  # noqa: T201 - where to look
    return folder
