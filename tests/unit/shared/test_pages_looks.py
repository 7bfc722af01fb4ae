from __future__ import annotations

import gzip

import pytest
from flask import Flask
from hypothesis import given, strategies as st

from shared.web.pages.charts.world import PLACES
from shared.web.pages.colours import INK_PAPER, PAPER, accent_style, accent_tokens, contrast
from shared.web.pages.static_files import STATIC, send_static, static_url
from shared.words.formats import country_choices

LEGIBLE = 4.5  # WCAG 2.2, 1.4.3


@given(st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True))
def test_any_accent_becomes_legible_by_day_and_by_night(colour: str) -> None:
    tokens = accent_tokens(colour)
    assert contrast(tokens["--accent-day"], PAPER) >= LEGIBLE
    assert contrast(tokens["--accent-night"], INK_PAPER) >= LEGIBLE
    assert contrast(tokens["--accent-day"], tokens["--on-day"]) >= LEGIBLE
    assert contrast(tokens["--accent-night"], tokens["--on-night"]) >= LEGIBLE


def test_a_legible_accent_stays_as_it_is() -> None:
    assert accent_tokens("#14595b")["--accent-day"] == "#14595b"


@pytest.mark.parametrize("colour", [None, "", "red", "#12345", "#000000;}body{display:none"])
def test_what_is_no_colour_gets_ours(colour: str | None) -> None:
    assert accent_style(colour) == accent_style("#14595b")


def test_every_tile_is_a_country_and_no_two_share_a_place() -> None:
    assert set(PLACES) <= {code for code, _name in country_choices()}
    assert len(set(PLACES.values())) == len(PLACES)


def test_the_whole_look_weighs_little() -> None:
    styles = b"".join(part.read_bytes() for part in sorted((STATIC / "css").glob("*.css")))
    scripts = {script.stem: len(gzip.compress(script.read_bytes())) for script in STATIC.glob("*.js")}
    assert len(gzip.compress(styles)) <= 12_000
    every_page_s = scripts.pop("page")
    heaviest = sorted(scripts.values())[-2:]  # what no page takes more of, beside the script of all pages
    assert every_page_s + sum(heaviest) <= 6_000


def test_a_static_name_carries_its_contents_hash() -> None:
    assert static_url("academy.css").startswith("/static/academy.")
    with pytest.raises(KeyError):
        static_url("gone.css")


def test_a_page_of_another_release_still_gets_its_styles_but_may_not_keep_them() -> None:
    with Flask("any").test_request_context():
        kept = send_static(static_url("academy.css").removeprefix("/static/"))
        passing = send_static("academy.0123456789.css")
    assert kept.cache_control.immutable
    assert passing.cache_control.no_cache
    assert passing.get_data() == kept.get_data()
