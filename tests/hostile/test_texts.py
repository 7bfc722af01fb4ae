"""Texts that people and writers send, at their size limit, are read in time that grows like the text."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from services.materials.rules.conditions import Part, part_wanted
from services.notifications.rules.placeholders import (
    CAMPAIGN_PLACEHOLDERS,
    Slots,
    UnknownPlaceholder,
    placeholders_in,
    slot_line,
    slot_markdown,
    unknown_placeholders,
)
from services.notifications.rules.texts import LONGEST_BODY
from shared.people.rules.emails import is_email, normal_email, suggested_email
from shared.words.cleaning import clean_line, clean_text, is_visible
from shared.words.markdown import mail_html, mail_text
from tests.support.effort import LIMIT, growth, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

LETTER: Final = LONGEST_BODY
FIELD: Final = 120_000
"""Characters of a form that the door still reads."""


def repeated(piece: str, *, before: str = "") -> Callable[[int], str]:
    return lambda length: before + piece * (length // len(piece))


LETTERS: Final[dict[str, Callable[[int], str]]] = {
    "an opening that never ends": lambda length: "{{" + " " * length + "x",
    "openings without an end": repeated("{{ "),
    "closings without a beginning": repeated("}} "),
    "as many placeholders as fit": repeated("{{name}}"),
    "as many links as fit": repeated("[a]({{my_page}})"),
    "quotes in quotes": repeated(">"),
    "lists in lists": repeated("- "),
    "stars": repeated("*a "),
    "brackets": repeated("["),
    "half links": repeated("[a]("),
    "backticks": lambda length: "".join("`" * n + " " for n in range(int((2 * length) ** 0.5))),
    "angles": repeated("<"),
    "references": repeated("[a]: b\n"),
    "brackets that close": lambda length: "[" * (length - 1) + "]",
    "parentheses among brackets": lambda length: "()]" + " [" * (length // 2),
    "stars and lines": repeated("*_", before="**_"),
    "fences": repeated("~"),
    "spaces before a sign": lambda length: " " * (length - 1) + "$",
    "comments that never end": repeated("<!--"),
    "addresses": repeated("http://"),
    "a reference of nines": lambda length: "&#" + "9" * (length - 3) + ";",
}
FIELDS: Final[dict[str, Callable[[int], str]]] = {
    "two kinds of marks": lambda length: "\u0315" * (length // 2) + "\u0316" * (length // 2),
    "spaces": repeated(" "),
    "invisible": repeated("\u200b\u200d"),
    "wide": repeated("\ufdfa"),
    "dots": repeated("a."),
    "ats": repeated("@"),
    "lone surrogates": repeated("\ud800"),
    "a domain that never ends": repeated("ü.", before="a@"),
}
TIMES_AS_COSTLY: Final = 60
"""What the costliest letter there can be may take, beside one full of links (0.3 s): well within a worker's 60 s."""


def read_letter(text: str) -> None:
    slots = Slots()
    slot_line(text, slots, CAMPAIGN_PLACEHOLDERS)
    if not unknown_placeholders(text, CAMPAIGN_PLACEHOLDERS):
        ready = slot_markdown(text, slots, CAMPAIGN_PLACEHOLDERS)
        slots.cut(mail_html(ready))
        slots.cut(mail_text(ready))


def read_field(text: str) -> None:
    is_email(normal_email(text))
    suggested_email(text)
    for clean in (clean_line, clean_text, is_visible):
        clean(text)


def compare_pairwise(text: str) -> None:
    """Stand in for a reader who compares every character with every other."""
    for sign in text:
        text.count(sign)


@pytest.mark.parametrize("kind", sorted(LETTERS))
def test_reading_a_letter_takes_a_time_that_grows_like_the_letter(kind: str) -> None:
    assert growth(lambda length: partial(read_letter, LETTERS[kind](length)), longest=LETTER) < LIMIT


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(LETTERS))
def test_a_letter_at_its_limit_keeps_nobody_waiting(kind: str) -> None:
    full = min(seconds_of(partial(read_letter, LETTERS["as many links as fit"](LETTER))) for _ in range(3))
    assert seconds_of(partial(read_letter, LETTERS[kind](LETTER))) < TIMES_AS_COSTLY * full


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_reading_a_field_takes_a_time_that_grows_like_the_field(kind: str) -> None:
    assert growth(lambda length: partial(read_field, FIELDS[kind](length)), longest=FIELD) < LIMIT


def test_work_that_grows_faster_than_its_text_is_noticed() -> None:
    """The control: it compares every character with every other."""
    assert growth(lambda length: partial(compare_pairwise, "a" * length), longest=FIELD) > LIMIT


@pytest.mark.parametrize(
    "kind",
    [
        *("bytes=" + part for part in ("{}-", "-{}", "{}", "0-{}")),
        *("{}=0-", "bytes{}=0-", "bytes={}0-0", "bytes={}-{}"),
    ],
)
@pytest.mark.parametrize("filling", [" ", "0", "9", "-", "\t", ",", "٣"])
def test_a_range_header_is_read_in_one_pass(kind: str, filling: str) -> None:
    """Three runs of spaces used to stand side by side where a number may be missing."""

    def read(header: str) -> Part | None:
        moment = datetime(2011, 10, 24, tzinfo=UTC)
        return part_wanted(range_header=header, if_range=None, etag='"a"', modified_at=moment, size=10)

    assert growth(lambda length: partial(read, kind.replace("{}", filling * length)), longest=200_000) < LIMIT


def test_a_placeholder_may_stand_among_spaces_and_a_long_name_is_still_unknown() -> None:
    assert placeholders_in("{{name}} {{  name\t}} {{\n name \n}}") == ["name"] * 3
    slots = Slots()
    assert slot_line("{{ name }}", slots, CAMPAIGN_PLACEHOLDERS) == slots.words("name")
    with pytest.raises(UnknownPlaceholder):
        slot_markdown("{{" + "x" * 8_000 + "}}", slots, CAMPAIGN_PLACEHOLDERS)
