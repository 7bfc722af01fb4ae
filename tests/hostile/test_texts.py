"""Texts that people and writers send, at their size limit, are read in time that grows like the text."""

from __future__ import annotations

import pytest

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
from tests.hostile.effort import BOUND, seconds_of

LETTER = LONGEST_BODY
FIELD = 120_000
"""Characters of a form that the door still reads."""

LETTERS = {
    "an opening that never ends": "{{" + " " * 8_000 + "x",
    "openings without an end": "{{ " * (LETTER // 3),
    "closings without a beginning": "}} " * (LETTER // 3),
    "as many placeholders as fit": "{{name}}" * (LETTER // 8),
    "as many links as fit": "[a]({{my_page}})" * (LETTER // 16),
    "quotes in quotes": ">" * LETTER,
    "lists in lists": "- " * (LETTER // 2),
    "stars": "*a " * (LETTER // 3),
    "brackets": "[" * LETTER,
    "half links": "[a](" * (LETTER // 4),
    "backticks": "".join("`" * n + " " for n in range(300)),
    "angles": "<" * LETTER,
    "references": "[a]: b\n" * (LETTER // 7),
}
FIELDS = {
    "two kinds of marks": "\u0315" * (FIELD // 2) + "\u0316" * (FIELD // 2),
    "spaces": " " * FIELD,
    "invisible": "\u200b\u200d" * (FIELD // 2),
    "wide": "\ufdfa" * FIELD,
    "dots": "a." * (FIELD // 2),
    "ats": "@" * FIELD,
    "lone surrogates": "\ud800" * FIELD,
    "a domain that never ends": "a@" + "ü." * (FIELD // 2),
}


def test_a_writer_s_opening_without_an_end_stops_nobody() -> None:
    text = LETTERS["an opening that never ends"]
    assert seconds_of(lambda: placeholders_in(text)) < BOUND
    assert placeholders_in(text) == []


def test_a_placeholder_may_stand_among_spaces_and_a_long_name_is_still_unknown() -> None:
    assert placeholders_in("{{name}} {{  name\t}} {{\n name \n}}") == ["name"] * 3
    slots = Slots()
    assert slot_line("{{ name }}", slots, CAMPAIGN_PLACEHOLDERS) == slots.words("name")
    with pytest.raises(UnknownPlaceholder):
        slot_markdown("{{" + "x" * 8_000 + "}}", slots, CAMPAIGN_PLACEHOLDERS)


@pytest.mark.parametrize("kind", sorted(LETTERS))
def test_a_letter_at_its_limit_is_read_quickly(kind: str) -> None:
    text, slots = LETTERS[kind], Slots()

    def read() -> None:
        slot_line(text, slots, CAMPAIGN_PLACEHOLDERS)
        if not unknown_placeholders(text, CAMPAIGN_PLACEHOLDERS):
            ready = slot_markdown(text, slots, CAMPAIGN_PLACEHOLDERS)
            slots.cut(mail_html(ready))
            slots.cut(mail_text(ready))

    assert seconds_of(read) < BOUND


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_a_field_longer_than_any_may_be_is_read_quickly(kind: str) -> None:
    text = FIELDS[kind]

    def read() -> None:
        is_email(normal_email(text))
        suggested_email(text)

    assert seconds_of(read) < BOUND


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_a_text_is_cleaned_no_longer_than_it_is(kind: str) -> None:
    text = FIELDS[kind]

    def read() -> None:
        for clean in (clean_line, clean_text, is_visible):
            clean(text)

    assert seconds_of(read) < BOUND
