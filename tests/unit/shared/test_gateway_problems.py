from __future__ import annotations

import json
import re

import pytest

from shared.web.pages.gateway_problems import FOLDER, PROBLEMS, problem_files
from shared.words.languages import LANGUAGES

REWRITE = "python -m shared.web.pages.gateway_problems"


def test_the_pages_that_the_gateway_tells_are_those_of_today() -> None:
    wanted = dict(problem_files())
    found = {
        path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in FOLDER.rglob("*") if path.is_file()
    }
    assert found == wanted, f"rewrite them with {REWRITE}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_is_told_in_every_language_and_no_two_alike(language: str) -> None:
    for problem in PROBLEMS:
        page = (FOLDER / language / f"{problem.name}.html").read_text("utf-8")
        assert f'lang="{language}"' in page
        if language != "en":
            title = re.search("<h1>(.*)</h1>", page)
            assert title
            assert title[1] not in (FOLDER / "en" / f"{problem.name}.html").read_text("utf-8")


def test_the_documents_for_programs_are_json_once_nginx_has_put_its_figures_in() -> None:
    for problem in PROBLEMS:
        text = (FOLDER / "api" / f"{problem.name}.json").read_text("utf-8")
        assert json.loads(re.sub("<!--#.*?-->", "7", text))["status"] == problem.status


def test_french_keeps_its_spaces_before_a_colon() -> None:
    for path in (FOLDER / "fr").glob("*.html"):
        words = re.sub("<style>.*</style>|<[^>]*>", "", path.read_text("utf-8"))
        assert not re.search(r" [:;!?»]|[^\s\u00a0\u202f][;!?»]", words), path.name
