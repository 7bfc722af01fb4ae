from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from services.materials.rules.flowing import flowing
from services.materials.rules.parts import Spanned, part_with, parts_of

FULL = "Cooperatives and mutual societies give work to a great many people everywhere"


def texts(*pages: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in flowing(list(enumerate(pages, start=1)))]


def test_broken_lines_become_paragraphs_and_a_line_that_stands_alone_a_heading() -> None:
    page = f"The common road\n{FULL}\n{FULL}\nand so on.\n{FULL}\nto the end."
    assert texts(page) == [
        ("heading", "The common road"),
        ("paragraph", f"{FULL} {FULL} and so on."),
        ("paragraph", f"{FULL} to the end."),
    ]


def test_a_paragraph_runs_on_over_the_end_of_a_page_and_a_parted_word_with_it() -> None:
    assert texts(f"{FULL}\n{FULL[:-11]} coope-", f"ratives {FULL}\nend.") == [
        ("paragraph", f"{FULL} {FULL[:-11]} cooperatives {FULL} end.")
    ]


@pytest.mark.parametrize(
    ("end", "begin", "joined"), [("Anglo-", "Saxon", "Anglo-Saxon"), ("inter-", "national", "international")]
)
def test_a_hyphen_stays_where_a_name_has_it(end: str, begin: str, joined: str) -> None:
    assert joined in texts(f"{FULL} {end}", f"{begin} {FULL}")[0][1]


def test_running_heads_and_page_numbers_are_left_out_and_the_same_words_in_the_text_stay() -> None:
    pages = [
        f"The Reader 2011\n{FULL}\nThe Reader 2011\n{FULL}\n{FULL}\nshort.\n– {number} –" for number in range(7, 12)
    ]
    said = " ".join(text for _kind, text in texts(*pages))
    assert said.count("The Reader 2011") == 5
    assert "– 9 –" not in said


@pytest.mark.parametrize("number", ["12", "xiv", "[ 3 ]", "١٢", "- 7 -"])
def test_a_page_number_is_no_paragraph(number: str) -> None:
    assert texts(f"{FULL}\n{FULL}\n{number}") == [("paragraph", f"{FULL} {FULL}")]


def test_items_of_a_list_stay_apart() -> None:
    page = f"{FULL}\n{FULL}:\n• {FULL[:60]}\n• second\n1. third\n{FULL}"
    assert [kind for kind, _text in texts(page)] == ["paragraph", "item", "item", "item", "paragraph"]


def test_a_text_that_nobody_broke_into_lines_keeps_its_paragraphs() -> None:
    long = f"{FULL}. " * 4
    assert len(texts(f"{long}\n{long}\n{long}")) == 3


def test_arabic_is_read_by_its_own_signs() -> None:
    line = "يجمع هذا الكتاب نصوصا عن الاقتصاد الاجتماعي والتضامني في بلدان كثيرة من العالم"
    assert [kind for kind, _ in texts(f"مقدمة\n{line}\n{line}\nوالسلام.\n{line}")] == [
        "heading",
        "paragraph",
        "paragraph",
    ]


@given(st.lists(st.text(alphabet=st.sampled_from("ab .-\n•1A"), max_size=80), max_size=6))
def test_no_word_comes_from_nowhere(pages: list[str]) -> None:
    said = "".join(text for _kind, text in texts(*pages))
    for letter in "abA•":
        assert said.count(letter) <= "".join(pages).count(letter)


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 30)), max_size=5, unique_by=lambda one: one[0]),
    st.integers(1, 90),
)
def test_every_sheet_is_in_a_part_and_every_chapter_is_one(spans: list[tuple[int, int]], count: int) -> None:
    chapters = [
        Spanned(number, "x", (), first, min(first + more, count))
        for number, (first, more) in enumerate(sorted(spans), start=1)
        if first <= count
    ]
    parts = parts_of(chapters, count=count)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert {sheet for part in parts for sheet in part.sheets} == set(range(1, count + 1))
    assert sorted(part.chapter for part in parts if part.chapter) == [chapter.number for chapter in chapters]
    assert part_with(parts, count) is not None
    assert part_with(parts, count + 1) is None
