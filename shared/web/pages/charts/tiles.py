"""The world as one tile per country, darker where a number is larger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from shared.web.pages.charts.drawing import Chart, drawing
from shared.web.pages.charts.world import PLACES
from shared.words.formats import country_name, format_list
from shared.words.numbers import format_number
from shared.words.sentences import _, _n

_SIDE = 25


def tile_map(counts: Mapping[str, int], *, title: object, value: object) -> Chart:
    """Draw `counts` by ISO 3166 code; `value` heads the table's column. A map is not mirrored: east stays right."""
    known = {code.upper(): count for code, count in counts.items() if count}
    if not known:
        return Chart(Markup(), title, _("Nothing yet."))
    largest = max(known.values())
    body = [_tile(code, known.get(code, 0), largest) for code in PLACES]
    ranked = sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))
    width = _SIDE * (1 + max(column for column, _row in PLACES.values()))
    height = _SIDE * (1 + max(row for _column, row in PLACES.values()))
    rows = [(country_name(code), format_number(count)) for code, count in ranked]
    picture = drawing(body, title=title, kind="tiles", frame=f"0 0 {width} {height}")
    return Chart(picture, title, _said(ranked), (_("Country"), value), rows)


def _tile(code: str, count: int, largest: int) -> Markup:
    column, row = PLACES[code]
    shade = 0 if not count else max(1, -(-4 * count // largest))
    return Markup(
        '<g><title>{}: {}</title><rect x="{}" y="{}" width="24" height="24" class="tile t{}"/>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text></g>'
    ).format(
        country_name(code),
        format_number(count),
        column * _SIDE,
        row * _SIDE,
        shade,
        column * _SIDE + 12,
        row * _SIDE + 16,
        code,
    )


def _said(ranked: Sequence[tuple[str, int]]) -> str:
    first = [
        _("%(country)s (%(count)s)", country=country_name(code), count=format_number(count))
        for code, count in ranked[:3]
    ]
    return _n(
        "%(num)s country; most from %(first)s.",
        "%(num)s countries; most from %(first)s.",
        len(ranked),
        first=format_list(first),
    )
