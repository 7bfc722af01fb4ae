"""Every path that is written down leads to a route of one of the three services."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from docs.roles import houses
from tests.support.paths import HOLE, Written, in_python, in_script, in_template, written_down

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.routing import Map

FILLINGS: Final = (str(UUID(int=7)), "7")
"""What a hole may hold: a UUID is a word too."""
NO_LINKS: Final = {
    f"/api/problems/{HOLE}": "the name of a kind of problem (RFC 9457, 3.1.1), which need not lead anywhere",
}


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> list[Map]:
    return [app.url_map for _service, app in houses(tmp_path_factory.mktemp("store"))]


def leads_somewhere(maps: list[Map], written: Written) -> bool:
    """Tell whether a route answers; of a path that begins with something computed, whether one ends like it."""
    path = written.path.split("?")[0].split("#")[0]
    if path.startswith(HOLE + "/"):
        return leads_somewhere(maps, Written(path[1:], written.method)) or ends_somewhere(
            maps, path[1:], written.method
        )
    if (
        path.endswith(HOLE)
        and not path.endswith("/" + HOLE)
        and leads_somewhere(maps, written._replace(path=path[:-1]))
    ):
        return True  # the hole was a query
    pieces = path.split(HOLE)
    for filling in product(FILLINGS, repeat=len(pieces) - 1):
        filled = "".join(piece + hole for piece, hole in zip(pieces, (*filling, ""), strict=True))
        if any(answers(one, filled, written.method) for one in maps):
            return True
    return False


def answers(one: Map, path: str, method: str) -> bool:
    try:
        one.bind("academy.example").match(path, method)
    except (HTTPException, RequestRedirect):
        return False
    return True


def ends_somewhere(maps: list[Map], path: str, method: str) -> bool:
    end = path.split("/")[1:]
    for rule in (rule for one in maps for rule in one.iter_rules() if method in (rule.methods or ())):
        last = rule.rule.split("/")[-len(end) :]
        if len(last) == len(end) and all(
            ours == own or (HOLE in ours and "<" in own) for ours, own in zip(end, last, strict=True)
        ):
            return True
    return False


def test_every_path_that_is_written_down_leads_to_a_route(maps: list[Map]) -> None:
    lost = {
        name: wrong
        for name, paths in written_down().items()
        if (wrong := [one for one in paths if one.path not in NO_LINKS and not leads_somewhere(maps, one)])
    }
    assert lost == {}


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/desks", "GET"),
        ("/me/", "GET"),
        (f"/me/{HOLE}/settings", "GET"),
        ("/me/offers/accept", "GET"),
        (f"/me/offers/{HOLE}/accept", "GET"),
        ("/desk/staff/sign-in", "POST"),
        (f"{HOLE}/previews", "GET"),
        (f"{HOLE}/preview", "DELETE"),
    ],
)
def test_a_path_that_no_route_answers_is_noticed(maps: list[Map], path: str, method: str) -> None:
    assert not leads_somewhere(maps, Written(path, method))


@pytest.mark.parametrize(
    ("read", "source", "found"),
    [
        (in_template, '<a href="/me?x=1">', [("/me?x=1", "GET")]),
        (in_template, '<a href="#main"></a><a href="https://example.org/x"></a><a href="mailto:a@b.c"></a>', []),
        (in_template, '<form method="post" action="/e/{{ slug }}/apply">', [(f"/e/{HOLE}/apply", "POST")]),
        (
            in_template,
            '<form action="/search"><button formaction="/a" formmethod="post">',
            [("/search", "GET"), ("/a", "POST")],
        ),
        (in_template, '<form method="post">{{ csrf_field() }}<button formaction="/a">', [("/a", "POST")]),
        (in_template, '<a href="{{ base }}/texts">', [(f"{HOLE}/texts", "GET")]),
        (
            in_template,
            '{% set base = "/desk/" ~ slug %}<a href="{{ base }}/decisions">',
            [(f"/desk/{HOLE}/decisions", "GET")],
        ),
        (
            in_template,
            '{% set base = "/desk/" ~ slug %}{{ ui.link_button("x", base ~ "/a") }}',
            [(f"/desk/{HOLE}/a", "GET")],
        ),
        (
            in_template,
            '{{ ui.link_button("x", "/me" if person else "/sign-in") }}',
            [("/me", "GET"), ("/sign-in", "GET")],
        ),
        (in_template, '{{ ui.breadcrumbs([("x", "/e/" ~ edition.slug)]) }}', [(f"/e/{HOLE}", "GET")]),
        (in_template, "{% block body %}[{{ _('Go') }}](/me){% endblock %}", [("/me", "GET")]),
        (in_template, '{# <a href="/desk/…/{{ row.id }}"> #}', []),
        (in_script, "fetch(`/e/${slug}/places`); x.replace(/a/, '/')", [(f"/e/{HOLE}/places", "GET")]),
        (in_python, 'see_other(f"/e/{edition.slug}/apply")', [(f"/e/{HOLE}/apply", "GET")]),
        (in_python, 'Notice("sign_in", "/sign-in/{token}")', [(f"/sign-in/{HOLE}", "GET")]),
        (in_python, 'url = public_url + "/me"', [(f"{HOLE}/me", "GET")]),
        (in_python, 'see_other(campaign_url(edition, campaign_id, "preview"))', [(f"{HOLE}/preview", "GET")]),
        (in_python, '@blueprint.get("/desk")\ndef desk():\n    "/desk is here"', []),
        (in_python, 'Blueprint("x", __name__, url_prefix="/x")\nif request.path.startswith("/api/"): pass', []),
    ],
)
def test_the_reader_finds_paths_and_nothing_else(
    read: Callable[[str], list[Written]], source: str, found: list[tuple[str, str]]
) -> None:
    assert [tuple(one) for one in read(source)] == found


def test_the_reader_reads_templates_notices_redirects_and_the_navigation() -> None:
    files = {Path(name).name for name in written_down()}
    assert {"public.html", "me.html", "today.html", "links.py", "navigation.py", "guard.py"} <= files
    assert sum(map(len, written_down().values())) > 200


def test_what_is_said_to_be_no_link_is_still_written_somewhere() -> None:
    assert set(NO_LINKS) <= {one.path for paths in written_down().values() for one in paths}
