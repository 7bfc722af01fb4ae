"""The pages for operators and programmers keep pace with what they describe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.materials.settings import MaterialsSettings
from services.notifications.settings import NotificationsSettings
from services.registration.settings import RegistrationSettings
from shared.web.door.scopes import SCOPES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) + re.findall(r'src="([^":]+)"', text)
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_the_operators_page_names_every_setting() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    fields = {
        name.upper()
        for settings in (RegistrationSettings, MaterialsSettings, NotificationsSettings)
        for name in settings.model_fields
    }
    assert not {name for name in fields if f"`{name}`" not in page}


def test_the_page_on_the_api_names_every_scope() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert not [scope for scope in SCOPES if f"| `{scope}` |" not in page]


def test_pictures_are_light() -> None:
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert pictures
    assert all(picture.stat().st_size <= 150 * 1024 for picture in pictures)


def test_every_line_of_what_real_use_broke_names_tests_that_stand() -> None:
    page = (ROOT / "docs" / "decisions" / "what-real-use-broke.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| (\d+) \|.*$", page, re.MULTILINE)
    assert [int(number) for number in lines] == list(range(1, 55))
    assert all("::test_" in line for line in page.splitlines() if re.match(r"\| \d+ \|", line))
    named = re.findall(r"`(tests/\S+?)::(test_\w+)`", page)
    assert not [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).exists() or f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
