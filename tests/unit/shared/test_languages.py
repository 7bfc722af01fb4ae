from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder

from shared.web.door.negotiation import negotiate
from shared.words import formats, numbers
from shared.words.languages import (
    LANGUAGES,
    Preference,
    current_locale,
    current_zone,
    supported,
    text_direction,
    use_locale,
)
from shared.words.sentences import _, _l, _n, catalogue

NOON = datetime(2011, 10, 24, 12, 0, tzinfo=UTC)


def asking(query: str = "", *, cookie: str = "", header: str = "") -> Request:
    headers = [("Accept-Language", header), ("Cookie", f"lang={cookie}")]
    builder = EnvironBuilder(path="/", query_string=query, headers=[pair for pair in headers if pair[1] != "lang="])
    return Request(builder.get_environ())


def test_outside_any_request_the_language_is_english() -> None:
    assert current_locale() == "en"
    assert current_zone() is None


def test_a_block_speaks_its_language_and_the_next_one_its_own() -> None:
    with use_locale("fr", "Africa/Dakar"):
        assert current_locale() == "fr"
        assert str(current_zone()) == "Africa/Dakar"
        with use_locale("ar"):
            assert text_direction() == "rtl"
            assert current_zone() is None
        assert current_locale() == "fr"
    assert current_locale() == "en"


@pytest.mark.parametrize(
    ("tag", "language"), [("fr-CA", "fr"), ("PT_br", "pt"), ("de", None), ("", None), (None, None), ("../x", None)]
)
def test_a_tag_leads_to_a_language_we_speak_or_to_none(tag: str | None, language: str | None) -> None:
    assert supported(tag) == language


def test_a_link_wins_over_the_person_who_wins_over_cookie_and_browser() -> None:
    everything = {"cookie": "pt", "header": "ar"}
    assert negotiate(asking("lang=fr", **everything), Preference("es")) == "fr"
    assert negotiate(asking("lang=xx", **everything), Preference("es")) == "es"
    assert negotiate(asking(**everything)) == "pt"
    assert negotiate(asking(header="de, ar;q=0.8, fr;q=0.5")) == "ar"
    assert negotiate(asking(header="de")) == "en"


def test_a_sentence_without_values_may_hold_a_percent_sign() -> None:
    assert _("100 % of it") == "100 % of it"


def test_a_marked_up_value_makes_the_sentence_safe_markup() -> None:
    told = _("By %(name)s & %(other)s", name=formats.bdi("<b>Ana</b>"), other="<i>")
    assert isinstance(told, Markup)
    assert told == "By <bdi>&lt;b&gt;Ana&lt;/b&gt;</bdi> &amp; &lt;i&gt;"


def test_a_plain_value_leaves_the_sentence_unmarked_so_that_pages_escape_it() -> None:
    assert not isinstance(_("By %(name)s", name="<b>"), Markup)


def test_a_count_is_written_as_the_language_writes_numbers() -> None:
    assert _n("%(num)s mail", "%(num)s mails", 5000) == "5,000 mails"
    assert _n("%(num)s mail", "%(num)s mails", 1) == "1 mail"


def test_a_lazy_sentence_is_said_when_it_is_shown() -> None:
    later = _l("Hello %(name)s", name="Ana")
    assert str(later) == "Hello Ana"
    assert later == "Hello Ana"
    assert later.__html__() == "Hello Ana"


def test_a_moment_is_told_in_the_readers_zone_with_the_editions_beside_it() -> None:
    with use_locale("en", "Africa/Ouagadougou"):
        assert formats.format_moment(NOON, "America/Montreal") == "24 Oct 2011, 12:00 (08:00 in Montreal)"
        assert formats.format_moment(NOON, "Africa/Dakar") == "24 Oct 2011, 12:00"
    with use_locale("en"):
        assert formats.format_moment(NOON, "America/Montreal") == "24 Oct 2011, 08:00 (Montreal time)"
        assert formats.format_moment(NOON) == "24 Oct 2011, 12:00 UTC"


def test_the_other_day_is_said_where_the_zones_lie_a_day_apart() -> None:
    with use_locale("en", "Pacific/Auckland"):
        told = formats.format_moment(NOON, "America/Montreal")
    assert told == "25 Oct 2011, 01:00 (24 Oct 2011, 08:00 in Montreal)"


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 bytes"), (1, "1 byte"), (193, "193 bytes"), (1_000, "1 kB"), (5_240_000, "5.2 MB"), (52_000_000, "52 MB")],
)
def test_file_sizes_are_short(size: int, told: str) -> None:
    assert numbers.format_file_size(size) == told


def test_file_sizes_speak_the_language() -> None:
    with use_locale("fr"):
        assert numbers.format_file_size(5_240_000).replace("\u202f", " ").replace("\xa0", " ") == "5,2 Mo"


def test_ranges_and_distances_read_as_people_say_them() -> None:
    assert formats.format_range(date(2011, 10, 24), date(2011, 10, 28)) == "24\N{EN DASH}28 October 2011"
    assert formats.format_relative(NOON + timedelta(days=5), NOON) == "in 5 days"
    assert formats.format_relative(NOON - timedelta(hours=2), NOON) == "2 hours ago"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_lists_all_countries_in_its_own_order(language: str) -> None:
    with use_locale(language):
        codes = [code for code, _name in formats.country_choices()]
    assert {"SN", "BF", "CA", "PS", "TL"} <= set(codes)
    assert len(codes) == len(set(codes)) > 240
    assert "EU" not in codes


def test_accents_do_not_move_a_country_to_the_end() -> None:
    with use_locale("fr"):
        names = [name for _code, name in formats.country_choices()]
    assert names.index("Égypte") < names.index("France")
    assert MultiDict(formats.country_choices())["EG"] == "Egypt"


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 11: 5, 100: 4}),
        ("fr", {0: 0, 1: 0, 2: 1}),
        ("pt", {0: 1, 1: 0, 2: 1}),
        ("es", {0: 1, 1: 0, 2: 1}),
    ],
)
def test_each_language_counts_by_its_own_rule_though_its_sentences_come_from_several_catalogues(
    language: str, forms: dict[int, int]
) -> None:
    assert {number: catalogue(language).plural(number) for number in forms} == forms


def test_zones_are_named_by_their_cities_in_the_readers_alphabet_and_those_of_the_country_come_first() -> None:
    with use_locale("fr"):
        named = dict(formats.zone_choices())
        assert named["Africa/Dakar"] == "Dakar, Sénégal"
        assert named["Europe/Vienna"] == "Vienne, Autriche"
        first = [zone for zone, _label in formats.zone_choices("America/Toronto")][:20]
        assert "America/Halifax" in first
        assert "Europe/Paris" not in first
        assert formats.zone_choices("America/Montreal")[0][0] == "America/Montreal", "a zone that is kept is never lost"
        assert len(formats.zone_choices("America/Montreal")) == len(named) + 1
