"""A page that is prepared once says the same as one that is rendered each time, however it is sent."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given, strategies as st

from shared.web.pages.prepared import PreparedPage, takes_gzip

MARKS = {"nonce": "slot-1a", "csrf": "slot-2b"}


@given(
    st.lists(st.one_of(st.text(max_size=300), st.sampled_from(sorted(MARKS.values()))), max_size=8),
    st.text(max_size=80),
)
def test_whatever_stands_between_the_slots_arrives_plain_and_compressed(pieces: list[str], filling: str) -> None:
    html = "".join(pieces).encode(errors="ignore").decode()
    values = {"nonce": "n0nce", "csrf": filling.encode(errors="ignore").decode()}
    page = PreparedPage(html, MARKS)
    expected = (
        values["csrf"].join(values["nonce"].join(part.split("slot-1a")) for part in html.split("slot-2b")).encode()
    )
    assert page.plain(values) == expected
    assert gzip.decompress(page.gzipped(values)) == expected


def test_a_secret_is_not_compressed_together_with_what_else_is_on_the_page() -> None:
    page = PreparedPage("guess=tokentokentoken slot-2b", MARKS)
    lengths = {len(page.gzipped({"csrf": secret})) for secret in ("tokentokentoken", "zqxjkvbwpyfgmuh")}
    assert len(lengths) == 1


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip, " * 100, False),
    ],
)
def test_gzip_goes_to_whoever_takes_it(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken
