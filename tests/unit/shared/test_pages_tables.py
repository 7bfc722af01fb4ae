from __future__ import annotations

from hypothesis import given, strategies as st
from werkzeug.datastructures import MultiDict

from shared.web.pages.tables import Column, Filter, TableQuery, read_table_query

COLUMNS = (Column("name", "Name", sortable=True), Column("at", "Submitted", sortable=True), Column("note", "Note"))
FILTERS = (Filter("state", "State", (("new", "New"), ("old", "Old"))), Filter("country", "Country", several=False))


def asked(*pairs: tuple[str, str]) -> TableQuery:
    return read_table_query(MultiDict(pairs), columns=COLUMNS, default_sort="-at", filters=FILTERS, keep=("view",))


def test_an_empty_question_has_the_default_order_and_the_first_page() -> None:
    query = asked()
    assert (query.sort, query.descending, query.page, query.offset, query.limit) == ("at", True, 1, 0, 50)
    assert query.pairs() == []
    assert not query.is_narrowed


def test_what_is_unknown_falls_back() -> None:
    query = asked(("sort", "note"), ("page", "-3"), ("per", "7"), ("state", "gone"), ("state", "new"))
    assert (query.sort, query.page, query.per_page) == ("at", 1, 50)
    assert query.chosen("state") == ("new",)


def test_links_carry_the_whole_question_and_change_one_thing() -> None:
    query = asked(("q", "ana"), ("state", "new"), ("state", "old"), ("page", "3"), ("view", "mine"))
    assert query.page_url(4) == "?view=mine&q=ana&state=new&state=old&page=4"
    assert query.sort_url("name") == "?view=mine&q=ana&state=new&state=old&sort=name"
    assert query.sort_url("at") == "?view=mine&q=ana&state=new&state=old&sort=at"
    assert query.without_url("state", "new") == "?view=mine&q=ana&state=old"
    assert query.cleared_url() == "?view=mine"


def test_filters_in_force_are_sentences() -> None:
    told = asked(("state", "old"), ("state", "new"), ("country", "SN")).sentences()
    assert [sentence.what for sentence in told] == ["State is Old or New", "Country is SN"]
    assert [value for value, _url in told[0].values] == ["Old", "New"]
    assert told[0].values[0][1] == "?state=new&country=SN"


def test_the_pages_worth_a_link_are_the_ends_and_the_neighbours() -> None:
    assert asked(("page", "5")).page_window(600) == [1, None, 4, 5, 6, None, 12]
    assert asked(("page", "3")).page_window(600) == [1, 2, 3, 4, None, 12]
    assert asked().page_window(0) == [1]


@given(st.lists(st.tuples(st.sampled_from(["sort", "page", "per", "q", "state", "country", "x"]), st.text(max_size=9))))
def test_no_query_string_fails_and_each_one_reproduces_itself(pairs: list[tuple[str, str]]) -> None:
    query = asked(*pairs)
    assert asked(*query.pairs()) == query
