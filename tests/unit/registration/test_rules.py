from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, strategies as st

from services.registration.rules.applications import changed_fields, is_editable
from services.registration.rules.countries import time_zone_of
from services.registration.rules.decisions import OUTCOMES, plan_release, why_not_proposed
from services.registration.rules.editions import missing_languages, phase, takes_applications, wording
from services.registration.rules.forms.library import standard_form
from services.registration.rules.offers import expires_at, places_left, why_not_accepted
from shared.people.rules.emails import (
    PROVIDERS,
    is_email,
    needs_other_letters,
    normal_email,
    suggested_email,
)
from shared.words.addresses import readable_email
from shared.words.cleaning import clean_line, clean_text
from shared.words.formats import COUNTRIES
from tests.support.effort import LIMIT, growth

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
counts = st.integers(0, 500)
any_text = st.text(st.characters(exclude_categories=()))


@given(text=any_text)
def test_cleaned_text_can_be_stored_and_cleaning_it_again_changes_nothing(text: str) -> None:
    for clean in (clean_line, clean_text):
        once = clean(text)
        once.encode("utf-8")
        assert "\x00" not in once
        assert clean(once) == once
        assert unicodedata.is_normalized("NFC", once)
    assert "\n" not in clean_line(text)


def test_cleaning_keeps_what_scripts_are_spelled_with() -> None:
    for kept in ("می‌خواهم", "👩‍🌾", "Ouédraogo", "बिष्णु", "Nguyễn Thị Hương", "d'Été"):
        assert clean_line(kept) == kept
    assert clean_text("a\r\nb\rc  \n\n") == "a\nb\nc"


@given(capacity=counts, over=counts, offered=counts, enrolled=counts)
def test_what_is_left_never_lets_offers_and_places_exceed_what_may_be_promised(
    capacity: int, over: int, offered: int, enrolled: int
) -> None:
    left = places_left(capacity=capacity, over_offer=over, offered=offered, enrolled=enrolled)
    assert left >= 0
    if left:
        assert offered + enrolled + left == capacity + over


@given(capacity=counts, enrolled=counts, seconds=st.integers(-9, 9), state=st.sampled_from(["offered", "accepted"]))
def test_a_place_is_taken_only_when_it_is_offered_in_time_and_free(
    capacity: int, enrolled: int, seconds: int, state: str
) -> None:
    expires = NOW + timedelta(seconds=seconds)
    refused = why_not_accepted(state=state, expires=expires, capacity=capacity, enrolled=enrolled, now=NOW)
    assert (refused is None) == (state == "offered" and seconds > 0 and enrolled < capacity)


@pytest.mark.parametrize(
    ("zone", "ends"),
    [
        ("America/Toronto", datetime(2026, 3, 16, 3, 59, 59, tzinfo=UTC)),  # clocks went forward on the 8th
        ("Africa/Dakar", datetime(2026, 3, 15, 23, 59, 59, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 3, 16, 10, 59, 59, tzinfo=UTC)),  # there it is the 2nd of March already
    ],
)
def test_an_offer_lasts_until_the_end_of_a_day_where_the_edition_is(zone: str, ends: datetime) -> None:
    assert expires_at(now=NOW, days=14, time_zone=zone) == ends


@given(
    batch=st.lists(st.tuples(st.sampled_from(OUTCOMES), st.sampled_from(["en", "fr", "ar"]))),
    left=st.integers(0, 20),
)
def test_a_release_plan_counts_everybody_once_and_says_who_finds_no_place(
    batch: list[tuple[str, str]], left: int
) -> None:
    plan = plan_release(batch, places_left=left)
    assert plan.total == len(batch)
    assert sum(sum(by.values()) for by in plan.by_language.values()) == len(batch)
    assert plan.short == max(0, Counter(outcome for outcome, _language in batch)["accept"] - left)


def test_nothing_is_proposed_over_a_place_that_is_held_or_for_what_is_not_there() -> None:
    def why(state: str, standing: str | None, held: bool) -> str | None:
        return why_not_proposed(outcome="accept", application_state=state, standing=standing, has_live_offer=held)

    assert why("submitted", None, False) is None
    assert why("decided", "reserve", False) is None
    assert why("decided", "accept", True) == "place_taken"
    assert why("under_review", "accept", False) == "same"
    assert why("withdrawn", None, False) == "state"
    assert why("draft", None, False) == "state"


@given(
    before=st.dictionaries(st.sampled_from("abc"), st.integers()),
    after=st.dictionaries(st.sampled_from("abc"), st.integers()),
)
def test_the_history_of_an_edit_names_exactly_what_differs(before: dict[str, Any], after: dict[str, Any]) -> None:
    changed = changed_fields(before, after)
    for name in before.keys() | after.keys():
        assert (name in changed) == (before.get(name) != after.get(name))


def test_answers_change_until_the_deadline_and_after_it_only_when_asked_for() -> None:
    closes = NOW + timedelta(hours=1)
    assert is_editable(state="submitted", closes_at=closes, now=NOW)
    assert not is_editable(state="submitted", closes_at=closes, now=closes)
    assert is_editable(state="needs_information", closes_at=closes, now=closes)
    assert not is_editable(state="under_review", closes_at=closes, now=NOW)


def test_an_edition_lives_by_the_days_of_its_own_zone() -> None:
    facts: dict[str, Any] = {
        "opens_at": NOW - timedelta(days=9), "closes_at": NOW + timedelta(days=9),
        "starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 5), "time_zone": "Pacific/Auckland",
    }  # fmt: skip
    assert phase(**facts, now=NOW - timedelta(days=10)) == "announced"
    assert phase(**facts, now=NOW) == "open"
    assert phase(**facts, now=NOW + timedelta(days=9)) == "closed"
    assert phase(**facts, now=datetime(2026, 5, 31, 13, 0, tzinfo=UTC)) == "running"
    assert phase(**facts, now=datetime(2026, 6, 5, 13, 0, tzinfo=UTC)) == "over"
    assert not takes_applications(opens_at=NOW, closes_at=NOW + timedelta(1), published=False, now=NOW)


def test_a_missing_text_falls_back_along_the_chain_and_says_so() -> None:
    texts = {"fr": "Bonjour", "ar": "مرحبا", "en": "  "}
    assert (str(wording(texts, "es")), wording(texts, "es").language) == ("Bonjour", "fr")
    assert wording(texts, "ar").language == "ar"
    assert str(wording({}, "en")) == ""
    assert missing_languages(texts, ("en", "fr", "es")) == ["en", "es"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("a@gmial.com", "a@gmail.com"), ("a@gmail.con", "a@gmail.com"), ("a@hotmial.fr", "a@hotmail.fr"),
     ("a@yahooo.com", "a@yahoo.com"), ("a@example.org", None), ("a@itcilo.org", None), ("nobody", None), ("", None)],
)  # fmt: skip
def test_a_mistyped_common_domain_is_guessed(typed: str, meant: str | None) -> None:
    assert suggested_email(typed) == meant


@given(text=any_text)
def test_a_hint_is_never_given_for_a_common_domain_and_is_always_an_address(text: str) -> None:
    assert suggested_email(f"a@{PROVIDERS[0]}") is None
    hint = suggested_email(text)
    assert hint is None or hint.rpartition("@")[2] in PROVIDERS


@pytest.mark.parametrize(
    "domain",
    ["mail.com", "ymail.com", "email.com", "yahoo.de", "hotmail.be", "bol.com.br", "live.nl", "gmx.at", "gmail.co",
     "rocketmail.com", "outlook.es", "yahoo.co.uk", "orange.bf", "gmail.example", "yandex.com", "tmail.com",
     "fastmail.com", "hotmail.co.uk", "web.com", "aol.de", "free.com", "uol.com"],
)  # fmt: skip
def test_a_domain_that_may_be_somebodys_own_is_never_doubted(domain: str) -> None:
    assert suggested_email(f"a@{domain}") is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("ana@m\u00fcller.example", "ana@xn--mller-kva.example"), ("ana@stra\u00dfe.example", "ana@xn--strae-oqa.example"),
     ("\u200bana@example.org\u2060", "ana@example.org"), ("a\u00adna@exam\u200bple.org ", "ana@example.org"),
     ("\u202aana@example.org\u202c", "ana@example.org"), ("Ana@EXAMPLE.org\n", "ana@example.org"),
     ("ana@\u0645\u062b\u0627\u0644.\u0625\u062e\u062a\u0628\u0627\u0631", "ana@xn--mgbh0fb.xn--kgbechtv")],
)  # fmt: skip
def test_an_address_is_kept_as_the_standards_write_it(typed: str, kept: str) -> None:
    assert normal_email(typed) == kept
    assert is_email(kept)
    assert normal_email(readable_email(kept)) == kept


def test_letters_no_relay_may_know_are_named_as_what_stands_in_the_way() -> None:
    assert needs_other_letters(normal_email("jos\u00e9@example.org"))
    assert not needs_other_letters("jose@example")
    answers, problems = standard_form().read({"email": "jos\u00e9@example.org"}, languages=["en"], locale="en")
    assert answers is None
    assert problems["email"].kind == "email_letters"


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u2060\u00ad", "\u3164", "\u115f\u1160", "\u2800", "\u200d\ufe0f", "\x00 \t"]
)
def test_a_text_in_which_nothing_can_be_seen_is_empty(unseen: str) -> None:
    for clean in (clean_line, clean_text):
        assert clean(unseen) == ""
        assert clean(f"{unseen}Ana{unseen}") == "Ana"


@pytest.mark.parametrize(
    "pieces",
    ["\u0315 \u0316", "\u0301\u0316", "\u0344", "\u200b", " ", "\u1100\u1161\u11a8", "\U000e0041", "\ufdfa", "\n"],
)
def test_cleaning_takes_time_in_proportion_to_what_is_cleaned(pieces: str) -> None:
    """Quadratic work took a minute here, and held the whole process."""

    def hostile(length: int) -> str:
        kinds = pieces.split(" ") if pieces.strip() else [pieces]
        return "e" + "".join(kind * (length // len(kinds) // len(kind)) for kind in kinds) + "x"

    def read(length: int) -> partial[None]:
        return partial(read_as_a_field, hostile(length))

    assert growth(read, longest=200_000) < LIMIT


def read_as_a_field(text: str) -> None:
    for clean in (clean_line, clean_text, normal_email):
        clean(text)
    answers, _problems = standard_form().read(
        dict.fromkeys(["name", "email", "country", "motivation"], text), languages=["en"], locale="en"
    )
    assert answers is None


@pytest.mark.parametrize(
    "pasted", ["mailto:ana@example.org", "Ana Silva <Ana@Example.org>", "<ana@example.org>", "ana\uff20example.org"]
)
def test_an_address_is_taken_as_programs_paste_it_and_keyboards_write_it(pasted: str) -> None:
    assert normal_email(pasted) == "ana@example.org"
    assert not is_email(normal_email("Ana <ana@example.org> Silva"))


@pytest.mark.parametrize(
    "good", ["a@b.co", "a.b+c@sub.example.org", "o'neil@example.travel", "x@xn--e1afmkfd.xn--p1ai"]
)
def test_addresses_that_mail_can_reach(good: str) -> None:
    assert is_email(good)


@pytest.mark.parametrize(
    "bad", ["", "a", "@b.co", "a@b", "a..b@c.org", ".a@c.org", "a@-b.org", "a b@c.org", "a@b.org\n", "a@b.123",
            "a@b.org, c@d.org", "<a@b.org>", "a@" + "b" * 250 + ".org", "é@b.org"]
)  # fmt: skip
def test_what_is_no_address(bad: str) -> None:
    assert not is_email(bad)


@given(filled=st.dictionaries(st.sampled_from(["name", "email", "country", "consent", "motivation", "language",
                                               "needs_fellowship", "fellowship_cover", "odd"]), any_text))  # fmt: skip
def test_whatever_is_typed_the_form_answers_with_a_problem_or_with_answers(filled: dict[str, str]) -> None:
    answers, problems = standard_form().read(filled, languages=["en", "fr"], locale="en")
    assert (answers is None) == bool(problems)


def test_a_country_with_one_zone_gives_a_guess_and_one_with_many_gives_none() -> None:
    assert time_zone_of("SN") == "Africa/Dakar"
    assert time_zone_of("BR") is None
    assert {"SN", "CA", "XK"} <= COUNTRIES
    assert not {"ZZ", "EU", "UN"} & COUNTRIES
