"""The pages and documents with which the gateway tells a problem that no service could tell, rendered beforehand.

    python -m shared.web.pages.gateway_problems     writes them into deploy/nginx/problems

They are part of the checkout, so that nginx needs nothing at its start but files; a test says when they are not of
today. What is known only then, such as the request's number, nginx puts in itself (SSI).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from shared.web.door.guard import LARGEST
from shared.words.languages import LANGUAGES, text_direction, use_locale
from shared.words.numbers import format_file_size, format_number
from shared.words.sentences import LazyText, _, _l

FOLDER: Final = Path(__file__).parents[3] / "deploy" / "nginx" / "problems"
_TEMPLATES: Final = Path(__file__).parent / "templates"
_NUMBER: Final = '<!--# echo var="academy_request_id" -->'
_MEGABYTES: Final = '<!--# echo var="academy_upload_megabytes" -->'
_DESK: Final = 2 * 1024 * 1024
_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{margin:0;background:light-dark(#fbf9f4,#1a1815);color:light-dark(#211d18,#ece6db);"
    'font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic",Arial,sans-serif}'
    "header,main{max-width:38rem;margin-inline:auto;padding:1rem clamp(1rem,4vw,2.5rem)}"
    "h1{margin:.25rem 0 1rem;"
    'font:600 1.95rem/1.2 "Iowan Old Style",Palatino,"Noto Serif","Noto Naskh Arabic",Georgia,serif}'
    "a{color:light-dark(#14595b,#7fb9b8)}.small{font-size:.87rem;color:light-dark(#5d554a,#b3a999)}"
)


@dataclass(frozen=True)
class GatewayProblem:
    """One problem: its file's name, the status it is told with, its words. ``limit`` is what {limit} stands for."""

    name: str
    status: int
    title: LazyText
    detail: LazyText | str = ""
    limit: int = 0
    keeps: bool = False
    """A form may have been on its way."""
    waits: bool = False
    """It is over soon; who only reads may be asked again."""


_LARGE: Final = _l("What you sent is too large")
_MOST: Final = _l("At most %(limit)s can be sent here.")
PROBLEMS: Final = (
    GatewayProblem("400", 400, _l("This request makes no sense")),
    GatewayProblem("401", 401, _l("A valid token is needed")),
    GatewayProblem("403", 403, _l("You may not do this")),
    GatewayProblem("404", 404, _l("There is no such page")),
    GatewayProblem("413-form", 413, _LARGE, _MOST, limit=LARGEST["public"], keeps=True),
    GatewayProblem("413-desk", 413, _LARGE, _MOST, limit=_DESK, keeps=True),
    GatewayProblem("413-file", 413, _LARGE, _MOST),
    GatewayProblem(
        "414", 414, _l("This address is too long"), _l("Search for fewer words, or take some of the filters away.")
    ),
    GatewayProblem("429", 429, _l("Too many tries; wait a little"), keeps=True),
    GatewayProblem("503", 503, _l("We cannot answer at the moment"), _l("Try again in a few seconds."), waits=True),
)


def problem_files() -> Iterator[tuple[str, str]]:
    """Return every file: its path below the folder, and its text."""
    for problem in PROBLEMS:
        yield f"api/{problem.name}.json", _document(problem)
        for language in LANGUAGES:
            yield f"{language}/{problem.name}.html", _page(problem, language)


def _page(problem: GatewayProblem, language: str) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    with use_locale(language):
        values: Mapping[str, object] = {
            "_": _,
            "language": language,
            "direction": text_direction(language),
            "style": Markup(_STYLE),  # noqa: S704 - written above
            "status": problem.status,
            "title": str(problem.title),
            "detail": _detail(problem),
            "keeps": problem.keeps,
            "waits": problem.waits,
            "kept": _("Go back one page in your browser: most often what you typed still stands there."),
            "number": Markup("<code>{}</code>").format(Markup(_NUMBER)),  # noqa: S704 - written above
            "if_reading": Markup('<!--# if expr="$academy_only_reads" -->'),
            "else_if": Markup("<!--# else -->"),
            "end_if": Markup("<!--# endif -->"),
        }
        return environment.get_template("gateway_problem.html").render(values).rstrip() + "\n"


def _detail(problem: GatewayProblem) -> Markup:
    size = escape(format_file_size(problem.limit or 1_000_000))
    if not problem.limit:  # nginx knows the figure, Babel the unit beside it
        size = size.replace(format_number(1), Markup(_MEGABYTES))  # noqa: S704 - written above
    # the catalogues' sentences are ours
    return Markup(escape(problem.detail).replace("%(limit)s", Markup("<bdi>{}</bdi>").format(size)))  # noqa: S704


def _document(problem: GatewayProblem) -> str:
    detail = str(problem.detail)
    if "%(limit)s" in detail:
        detail = detail % {"limit": f"{problem.limit} bytes" if problem.limit else f"{_MEGABYTES} MB"}
    words = {
        "type": "about:blank",
        "title": str(problem.title),
        "status": problem.status,
        "detail": detail,
        "request_id": _NUMBER,
    }
    text = json.dumps(words, ensure_ascii=False)
    return text.replace('echo var=\\"', 'echo var="').replace('\\" -->', '" -->') + "\n"


def write(folder: Path = FOLDER) -> None:
    """Write every file anew."""
    for name, text in problem_files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
