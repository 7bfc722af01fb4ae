"""Dates, lists, countries and languages as the reader writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Literal
from zoneinfo import available_timezones

from babel import dates
from babel.core import get_global
from babel.lists import format_list as join_list
from markupsafe import Markup

from shared.clock import now as clock_now
from shared.words.folding import sorted_as
from shared.words.languages import LANGUAGES, babel_locale, current_locale, current_zone, reader_rules, zone_of
from shared.words.pace import seconds_on_slow_line
from shared.words.sentences import _

_NOT_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
_ZONE_COUNTRIES: dict[str, str] = {
    zone: country for zone, country in get_global("zone_territories").items() if country not in _NOT_COUNTRIES | {"001"}
}
COUNTRIES = frozenset(
    code
    for code in map(str, babel_locale("en").territories)
    if len(code) == 2 and code not in _NOT_COUNTRIES  # noqa: PLR2004 - alpha-2
)
"""ISO 3166-1 as CLDR names it, less what it does not assign. XK (user-assigned) stays: people live there."""


def format_list(items: list[str] | tuple[str, ...], style: Literal["standard", "or"] = "standard") -> str:
    """Write `a, b and c`; style `or` gives `a, b or c`."""
    return join_list([str(item) for item in items], style=style, locale=reader_rules())


def _reading_zone(zone: str | tzinfo | None) -> tzinfo:
    if isinstance(zone, str):
        return zone_of(zone)
    return zone or current_zone() or UTC


def format_date(value: date | datetime, style: str = "long", zone: str | tzinfo | None = None) -> str:
    """`24 October 2011`; a datetime is first moved to `zone`, else the reader's, else UTC. Styles as in CLDR."""
    if isinstance(value, datetime):
        value = value.astimezone(_reading_zone(zone)).date()
    language = current_locale()
    return dates.format_date(value, format=_DAY_FIRST.get((language, style), style), locale=babel_locale(language))


# CLDR's "en" is American; our English is read all over the world, where the day comes first. Its medium Arabic date
# is all digits, which reads either way round in a mixed line.
_DAY_FIRST = {
    ("en", "full"): "EEEE d MMMM y",
    ("en", "long"): "d MMMM y",
    ("en", "medium"): "d MMM y",
    ("en", "short"): "dd/MM/y",
    ("ar", "medium"): "d MMM y",
}


def format_time(value: datetime, zone: str | tzinfo | None = None) -> str:
    """`09:00` on the 24-hour clock where the language has no habit against it."""
    language = current_locale()
    pattern = "HH:mm" if language in {"en", "ar"} else "short"
    return dates.format_time(value, format=pattern, tzinfo=_reading_zone(zone), locale=babel_locale(language))


def format_datetime(value: datetime, style: str = "medium", zone: str | tzinfo | None = None) -> str:
    """`24 Oct 2011, 09:00` in `zone`, else the reader's, else UTC (and then it says so)."""
    place = _reading_zone(zone)
    told = _("%(date)s, %(time)s", date=format_date(value, style, place), time=format_time(value, place))
    return f"{told} UTC" if place is UTC else told


def zone_city(zone: str | tzinfo) -> str:
    """Name the zone by its city, as people do: `Montreal`, `Ouagadougou`."""
    found = _reading_zone(zone)
    key = getattr(found, "key", "UTC")
    named = reader_rules().time_zones.get(key, {}).get("city")
    return str(named or key.rsplit("/", 1)[-1].replace("_", " "))


def format_moment(value: datetime, edition_zone: str | None = None, style: str = "medium") -> str:
    """Tell a moment in the reader's zone and, where clocks differ, the edition's beside it.

    `24 Oct 2011, 13:00 (09:00 in Montreal)`. A reader whose zone is not known gets the edition's, with its city.
    """
    own = current_zone()
    there = zone_of(edition_zone) if edition_zone else None
    if there is None:
        return format_datetime(value, style)
    if own is None:
        told = format_datetime(value, style, there)
        return _("%(time)s (%(city)s time)", time=told, city=zone_city(there))
    told = format_datetime(value, style, own)
    if value.astimezone(own).utcoffset() == value.astimezone(there).utcoffset():
        return told
    same_day = value.astimezone(own).date() == value.astimezone(there).date()
    beside = format_time(value, there) if same_day else format_datetime(value, "medium", there)
    return _("%(time)s (%(there)s in %(city)s)", time=told, there=beside, city=zone_city(there))


def format_deadline(value: datetime, edition_zone: str | None = None, style: str = "medium") -> str:
    """Tell a moment by which somebody has to act: never without the zone its clock stands in.

    `24 Oct 2011, 13:00 (Dakar time; 09:00 in Montreal)`. A reader whose zone is not known gets the edition's, else
    UTC. An hour that comes twice, when clocks are put back, is told apart by its distance from UTC.
    """
    own = current_zone()
    there = zone_of(edition_zone) if edition_zone else None
    place = own or there or UTC
    told = _("%(date)s, %(time)s", date=format_date(value, style, place), time=format_time(value, place))
    named = _zone_named(value, place)
    if there is None or value.astimezone(place).utcoffset() == value.astimezone(there).utcoffset():
        return _("%(time)s (%(zone)s)", time=told, zone=named)
    same_day = value.astimezone(place).date() == value.astimezone(there).date()
    beside = format_time(value, there) if same_day else format_datetime(value, "medium", there)
    return _("%(time)s (%(zone)s; %(there)s in %(city)s)", time=told, zone=named, there=beside, city=zone_city(there))


def _zone_named(value: datetime, place: tzinfo) -> str:
    if place is UTC or getattr(place, "key", "") == "UTC":
        return "UTC"
    named = _("%(city)s time", city=zone_city(place))
    local = value.astimezone(place)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return named
    return f"{named}, UTC{local.isoformat()[-6:]}"


def format_relative(value: datetime, now: datetime | None = None) -> str:
    """`in 5 days`, `2 hours ago`."""
    distance = value - (now or clock_now())
    step: Literal["minute", "second"] = "minute" if abs(distance) >= timedelta(minutes=1) else "second"
    return dates.format_timedelta(distance, granularity=step, threshold=1.5, add_direction=True, locale=reader_rules())


def format_duration(seconds: float) -> str:
    """`5 minutes`, without a direction."""
    return dates.format_timedelta(timedelta(seconds=seconds), threshold=1.5, locale=reader_rules())


def format_pace(size: int) -> str:
    """`about 8 seconds at 64 kbit/s`: how long a file of `size` bytes takes on a slow line."""
    return _("about %(time)s at 64 kbit/s", time=format_duration(seconds_on_slow_line(size)))


def format_range(start: date, end: date) -> str:
    """`24-28 October 2011` with an en dash, as short as the language allows."""
    skeleton = "yMMMMd"
    if current_locale() == "en":  # see _DAY_FIRST
        if (start.year, start.month) == (end.year, end.month):
            return f"{start.day}\N{EN DASH}{format_date(end)}"
        first = format_date(start) if start.year != end.year else format_date(start).rpartition(" ")[0]
        return f"{first} \N{EN DASH} {format_date(end)}"
    return dates.format_interval(start, end, skeleton, locale=reader_rules())


def country_name(code: str | None) -> str:
    """Name an ISO 3166 country in the reader's language; an unknown code stays as it is."""
    return str(reader_rules().territories.get((code or "").upper(), code or ""))


def in_order(codes: Iterable[str], name: Callable[[str], object]) -> list[str]:
    """Return codes in the order in which the reader's alphabet puts their names."""
    return sorted(codes, key=lambda code: sorted_as(str(name(code)), current_locale()))


def country_choices() -> list[tuple[str, str]]:
    """All countries as (code, name), in the order of the reader's alphabet (accents do not count)."""
    return list(_country_choices(current_locale()))


@cache
def _country_choices(language: str) -> tuple[tuple[str, str], ...]:
    known = [(code, name) for code, name in babel_locale(language).territories.items() if code in COUNTRIES]
    return tuple(sorted(known, key=lambda pair: sorted_as(pair[1], language)))


def language_name(code: str, own: bool = False) -> str:
    """Name a language in the reader's language, or in itself with `own`."""
    names = babel_locale(code if own else current_locale()).languages
    return str(names.get(code, code))


def language_choices() -> list[tuple[str, str]]:
    """List the languages we speak as (code, name in itself), capitalised as a menu shows them."""
    return [(code, (name := language_name(code, own=True))[:1].upper() + name[1:]) for code in LANGUAGES]


def zone_choices(kept: str = "") -> list[tuple[str, str]]:
    """List the time zones as (IANA name, `Dakar, Senegal`), in the order of the reader's alphabet.

    Those in the country of ``kept`` come first, and ``kept`` itself is in the list whatever it is called.
    """
    known = list(_zone_choices(current_locale()))
    if not kept:
        return known
    country = _ZONE_COUNTRIES.get(kept)
    first = [one for one in known if one[0] == kept or (country and _ZONE_COUNTRIES.get(one[0]) == country)]
    if kept not in {zone for zone, _label in first}:
        first.insert(0, (kept, zone_city(kept)))
    return [*first, *(one for one in known if one not in first)]


@cache
def _zone_choices(language: str) -> tuple[tuple[str, str], ...]:
    named = babel_locale(language)
    found = [
        (zone, f"{zone_city(zone)}, {named.territories.get(country, country)}")
        for zone, country in _ZONE_COUNTRIES.items()
        if zone in available_timezones()
    ]
    return (*sorted(found, key=lambda one: sorted_as(one[1], language)), ("UTC", "UTC"))


def bdi(value: object) -> Markup:
    """Isolate a name or code whose direction may differ from the sentence around it (UAX 9)."""
    return Markup("<bdi>{}</bdi>").format(value)
