from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.materials.rules.conditions import Part, etag_of, is_refused, is_unchanged, part_wanted, repr_digest_of
from services.materials.rules.media import SUFFIXES
from services.materials.rules.names import content_disposition, full_filename, plain_filename, slug_of
from services.materials.rules.shelves import ShelfClaim, right_to_open
from shared.words.pace import minutes_on_slow_line

HASH = "ab" * 32
ETAG = etag_of(HASH)
MODIFIED = datetime(2011, 10, 24, 8, tzinfo=UTC)
HTTP_DATE = "Mon, 24 Oct 2011 08:00:00 GMT"
NOW = datetime(2011, 10, 24, tzinfo=UTC)
EDITION = UUID(int=1)


def unchanged(none_match: str | None = None, since: str | None = None) -> bool:
    return is_unchanged(if_none_match=none_match, if_modified_since=since, etag=ETAG, modified_at=MODIFIED)


def refused(match: str | None = None, since: str | None = None) -> bool:
    return is_refused(if_match=match, if_unmodified_since=since, etag=ETAG, modified_at=MODIFIED)


def part(range_header: str | None, if_range: str | None = None, size: int = 100) -> Part | None:
    return part_wanted(range_header=range_header, if_range=if_range, etag=ETAG, modified_at=MODIFIED, size=size)


@pytest.mark.parametrize(
    ("match", "since", "expected"),
    [
        (ETAG, None, False),
        (f'"other", {ETAG}', None, False),
        ("*", None, False),
        (f"W/{ETAG}", None, True),
        ('"other"', None, True),
        ("", None, True),
        (ETAG, "Mon, 24 Oct 2011 07:59:59 GMT", False),
        (None, HTTP_DATE, False),
        (None, "Mon, 24 Oct 2011 07:59:59 GMT", True),
        (None, "yesterday", False),
        (None, None, False),
    ],
)
def test_a_download_goes_on_only_with_the_file_it_began_with(
    match: str | None, since: str | None, expected: bool
) -> None:
    assert refused(match, since) is expected


@pytest.mark.parametrize("tags", [ETAG, f"W/{ETAG}", f'"other", {ETAG}', "*"])
def test_a_copy_with_the_same_tag_is_unchanged_however_weakly_it_is_named(tags: str) -> None:
    assert unchanged(tags)


@pytest.mark.parametrize("tags", ['"other"', "", ETAG.strip('"')])
def test_another_tag_means_changed(tags: str) -> None:
    assert not unchanged(tags)


def test_the_tag_makes_the_date_void() -> None:
    assert not unchanged('"other"', HTTP_DATE)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (HTTP_DATE, True),
        ("Mon, 24 Oct 2011 07:59:59 GMT", False),
        ("Mon, 24 Oct 99999999999 08:00:00 GMT", False),
        ("Mon, 24 Oct 2011 08:00:00 +99999999999999999999", False),
        ("yesterday", False),
        (None, False),
    ],
)
def test_without_a_tag_the_date_decides(since: str | None, expected: bool) -> None:
    assert unchanged(since=since) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, Part(0, 99)),
        ("bytes=0-", Part(0, 99)),
        ("Bytes=0-0", Part(0, 0)),
        ("bytes= 1 - 5 ", Part(1, 5)),
        ("bytes=1-", Part(1, 99)),
        ("bytes=1-1000", Part(1, 99)),
        ("bytes=-100", Part(0, 99)),
        ("bytes=-99", Part(1, 99)),
        ("bytes=50-20,0-3", Part(0, 3)),
        ("bytes=0-1,5-6", Part(0, 99)),
        ("bytes=100-", None),
        ("bytes=50-20", None),
        ("sheets=4-", Part(0, 99)),
        ("bytes=", Part(0, 99)),
        ("bytes=-", None),
        ("bytes=x-", None),
        ("bytes=5", None),
        ("bytes=-0", None),
        (f"bytes={'0' * 5000}-", Part(0, 99)),
        (f"bytes={'9' * 5000}-", None),
        (f"bytes=-{'9' * 5000}", Part(0, 99)),
    ],
)
def test_the_part_that_is_sent_is_known_before_it_is_sent(header: str | None, expected: Part | None) -> None:
    assert part(header) == expected


@pytest.mark.parametrize(
    ("if_range", "whole"),
    [
        (ETAG, False),
        (f"W/{ETAG}", True),
        ('"other"', True),
        (HTTP_DATE, False),
        ("Mon, 24 Oct 2011 08:00:01 GMT", True),
    ],
)
def test_a_condition_that_fails_turns_a_part_into_the_whole(if_range: str, whole: bool) -> None:
    assert (part("bytes=50-", if_range) == Part(0, 99)) is whole


@given(st.text(max_size=40), st.none() | st.text(max_size=40))
def test_no_range_header_however_odd_breaks_the_count(header: str, if_range: str | None) -> None:
    found = part("bytes=" + header, if_range)
    assert found is None or 0 <= found.first <= found.last < 100


def test_the_digest_is_the_hash_in_base64() -> None:
    assert repr_digest_of("00" * 32) == "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"


def test_an_arabic_title_arrives_whole_and_has_a_plain_name_beside_it() -> None:
    plain = plain_filename(slug="sse-reader", version="2011", language="ar", format_="pdf", chapter=3)
    full = full_filename(title='طريق "مشترك"/', language="ar", format_="pdf", chapter=3)
    assert plain == "sse-reader-2011-ar-ch03.pdf"
    assert full == "03 طريق مشترك (ar).pdf"
    header = content_disposition(filename=plain, full_name=full)
    assert header.startswith("attachment; filename=\"sse-reader-2011-ar-ch03.pdf\"; filename*=UTF-8''03%20%D8%B7")
    assert header.isascii()


@given(st.text(max_size=300), st.sampled_from(["pdf", "light_pdf", "text"]), st.none() | st.integers(1, 99))
def test_a_name_is_short_enough_for_every_disk_and_keeps_its_ending(
    title: str, format_: str, chapter: int | None
) -> None:
    for text in (title, title * 40, "طريق" * 60, "  " + title + " "):
        full = full_filename(title=text, language="ar", format_=format_, chapter=chapter)
        assert len(full.encode()) <= 180
        assert full == full.strip()
        assert full.endswith(SUFFIXES[format_])


@given(st.text(max_size=300))
def test_no_title_puts_anything_into_a_header_but_its_own_value(title: str) -> None:
    full = full_filename(title=title, language="en", format_="pdf", chapter=None)
    header = content_disposition(filename="a.pdf", full_name=full.encode("utf-8", "ignore").decode())
    assert header.isascii()
    assert header.count('"') == 2
    assert not any(sign in header for sign in "\r\n\\/")


@given(st.text(max_size=300))
def test_a_slug_is_lower_case_words(text: str) -> None:
    assert all(sign.isascii() and (sign.islower() or sign.isdigit() or sign == "-") for sign in slug_of(text))


@pytest.mark.parametrize(("size", "minutes"), [(1, 1), (480_000, 1), (480_001, 2), (20_000_000, 42)])
def test_minutes_are_those_of_a_slow_line(size: int, minutes: int) -> None:
    assert minutes_on_slow_line(size) == minutes


def claim(rule: str) -> ShelfClaim:
    return ShelfClaim(shelf_id=UUID(int=2), edition_id=EDITION, rule=rule, closes_at=None)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ([], None),
        (["public"], "public"),
        (["public", "registered"], "registered"),
        (["public", "accepted"], "accepted"),
        (["registered", "accepted", "public"], "accepted"),
    ],
)
def test_the_most_personal_reason_is_told(rules: list[str], reason: str | None) -> None:
    right = right_to_open([claim(rule) for rule in rules])
    assert (right.claim.rule if right else None) == reason


def test_what_stands_on_a_public_shelf_is_public_even_to_those_with_a_place() -> None:
    right = right_to_open([claim("accepted"), claim("public")])
    assert right is not None
    assert right.is_public
