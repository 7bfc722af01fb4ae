"""What a reader asked of a table, read from the query string: sort, filters, search, page.

Everything is a link or a GET form, so a view has an address, survives a reload and works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from shared.words.formats import format_list
from shared.words.sentences import _

PAGE_SIZES = (25, 50, 100, 200)
DEFAULT_PAGE_SIZE = 50
_RESERVED = ("sort", "page", "per", "q")


@dataclass(frozen=True)
class Column:
    """A column of a table: its key (in the rows and in `?sort=`), its heading, how its cells are set."""

    key: str
    label: object
    sortable: bool = False
    kind: str = "text"  # text | number | date | main (the row's name)
    wide: bool = False  # left out below desk width


@dataclass(frozen=True)
class Filter:
    """Something to filter by: `status is under review`. Choices are (value, label); without them it is free text."""

    key: str
    label: object
    choices: Sequence[tuple[str, object]] = ()
    several: bool = True

    def label_of(self, value: str) -> str:
        """Say a chosen value in words."""
        return str(next((label for known, label in self.choices if known == value), value))


@dataclass(frozen=True)
class Sentence:
    """One filter in force, in words: any of its ``values``, each with the address of the table without it."""

    label: str
    values: Sequence[tuple[str, str]]

    @property
    def what(self) -> str:
        """All of it in words: `Country is Senegal or Mali`."""
        said = format_list([value for value, _remove_url in self.values], "or")
        return _("%(what)s is %(value)s", what=self.label, value=said)


@dataclass(frozen=True)
class TableQuery:
    """A question to a table. `sort` is a column's key; `filters` hold only known keys and known choices."""

    sort: str
    descending: bool = False
    page: int = 1
    per_page: int = DEFAULT_PAGE_SIZE
    search: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    available: Sequence[Filter] = ()
    default_sort: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page

    @property
    def limit(self) -> int:
        """How many rows a page holds."""
        return self.per_page

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter leaves rows out."""
        return bool(self.search or any(self.filters.values()))

    def chosen(self, key: str) -> tuple[str, ...]:
        """Return the values that filter `key` is set to."""
        return self.filters.get(key, ())

    def pairs(self, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
        """Return the question as query-string pairs, defaults left out; forms repeat them as hidden fields."""
        sort = ("-" if self.descending else "") + self.sort
        found = [*self.kept.items(), ("q", self.search), ("sort", "" if sort == self.default_sort else sort)]
        found += [(key, value) for key, values in self.filters.items() for value in values]
        found += [("per", "" if self.per_page == DEFAULT_PAGE_SIZE else str(self.per_page))]
        found += [("page", "" if self.page == 1 else str(self.page))]
        dropped = set(without)
        return [(key, value) for key, value in found if value and key not in dropped]

    def _url(self, pairs: list[tuple[str, str]]) -> str:
        return "?" + urlencode(pairs)

    def url_with(self, **more: str) -> str:
        """Link to the same question, page left out, with further arguments."""
        return self._url([*self.pairs(without=("page", *more)), *more.items()])

    def page_url(self, page: int) -> str:
        """Link to another page of the same question."""
        more = [("page", str(page))] if page > 1 else []
        return self._url([*self.pairs(without=("page",)), *more])

    def sort_url(self, key: str) -> str:
        """Sort by a column, or turn it round when it is already sorted by; back to the first page."""
        wish = f"-{key}" if self.sort == key and not self.descending else key
        return self._url([*self.pairs(without=("page", "sort")), ("sort", wish)])

    def without_url(self, key: str, value: str) -> str:
        """Link to the table with one filter value taken away."""
        return self._url([pair for pair in self.pairs(without=("page",)) if pair != (key, value)])

    def cleared_url(self) -> str:
        """Link to the table without search and filters."""
        return self._url(self.pairs(without=("page", "q", *self.filters)))

    def aria_sort(self, key: str) -> str:
        """Return the value of `aria-sort` for a heading."""
        if self.sort != key:
            return "none"
        return "descending" if self.descending else "ascending"

    def sentences(self) -> list[Sentence]:
        """Return the filters in force, in words; all of them hold, of each any value does."""
        return [
            Sentence(str(known.label), [(known.label_of(one), self.without_url(known.key, one)) for one in values])
            for known in self.available
            if (values := self.filters.get(known.key, ()))
        ]

    def pages(self, total: int) -> int:
        """How many pages `total` rows make; at least one."""
        return max(1, ceil(total / self.per_page))

    def first_row(self, total: int) -> int:
        """Return the number of the first row shown, counted from 1; 0 when there is none."""
        return min(self.offset + 1, total)

    def last_row(self, total: int) -> int:
        """Return the number of the last row shown."""
        return min(self.offset + self.per_page, total)

    def page_window(self, total: int) -> list[int | None]:
        """Page numbers worth a link: the ends and the neighbours, None for a gap."""
        last = self.pages(total)
        near = {1, last, *range(max(1, self.page - 1), min(last, self.page + 1) + 1)}
        numbers: list[int | None] = []
        for number in sorted(near):
            previous = numbers[-1] if numbers else None
            if previous is not None and number - previous > 1:
                numbers.append(previous + 1 if number - previous == 2 else None)  # noqa: PLR2004 - a gap of one page is that page
            numbers.append(number)
        return numbers


def read_table_query(
    args: MultiDict[str, str],
    *,
    columns: Sequence[Column],
    default_sort: str,
    filters: Sequence[Filter] = (),
    keep: Iterable[str] = (),
    per_page: int = DEFAULT_PAGE_SIZE,
) -> TableQuery:
    """Read `?q=&sort=-key&page=2&per=50&<filter>=<value>`; what is unknown or malformed falls back, never fails.

    `default_sort` is a key, with `-` before it for descending. `keep` names other arguments to carry along.
    """
    sortable = {column.key for column in columns if column.sortable}
    wish = args.get("sort", default_sort)
    if wish.removeprefix("-") not in sortable:
        wish = default_sort
    size = _whole(args.get("per"), per_page)
    return TableQuery(
        sort=wish.removeprefix("-"),
        descending=wish.startswith("-"),
        page=min(max(1, _whole(args.get("page"), 1)), 100_000),
        per_page=size if size in PAGE_SIZES else per_page,
        search=args.get("q", "").strip()[:200],
        filters={known.key: _known_values(known, args.getlist(known.key)) for known in filters},
        available=tuple(filters),
        default_sort=default_sort,
        kept={key: args[key] for key in keep if args.get(key) and key not in _RESERVED},
    )


def _known_values(known: Filter, values: Iterable[str]) -> tuple[str, ...]:
    stripped = tuple(dict.fromkeys(value.strip()[:200] for value in values if value.strip()))
    if known.choices:
        allowed = {value for value, _label in known.choices}
        stripped = tuple(value for value in stripped if value in allowed)
    return stripped if known.several else stripped[:1]


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else otherwise  # noqa: PLR2004 - nobody turns to page ten million
