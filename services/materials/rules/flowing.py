"""Printed lines as text that flows: paragraphs, headings and items, without what every page repeats.

For narrow screens and for EPUB. How a page looks is kept by its picture; this keeps what it says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["heading", "paragraph", "item"]
_EDGE: Final = 2
"""Lines at the top and at the bottom of a page among which running heads and page numbers are looked for."""
_FEWEST_PAGES: Final = 3
_OFTEN: Final = 0.4
"""The share of pages that repeat a running head; left and right pages have different ones."""
_SHORT: Final = 0.7
_ALMOST_FULL: Final = 0.85
_UNBROKEN: Final = 200
"""Letters of a usual line beyond which lines are paragraphs: nobody broke them."""
_LEAST: Final = 20
_LONGEST_HEADING: Final = 90
_ENDS: Final = re.compile(r"[.!?:;…؟؛][\"'”’»)\]]*$")
_MARKED: Final = re.compile(r"^(?:[•‣◦▪\u2013\u2014*·-]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+(?=\S)")
_NUMBER: Final = re.compile(r"^\W*(?:\d{1,4}|(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3}))\W*$", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class Block:
    """A piece of text in one run. ``page``: the sheet on which it begins, counted from 1."""

    kind: Kind
    text: str
    page: int


@dataclass(frozen=True)
class _Line:
    text: str
    page: int


def flowing(pages: Sequence[tuple[int, str]]) -> list[Block]:
    """Return the text of ``(sheet, its text)`` in order; a paragraph runs on over the end of a page.

    A line well below the usual length ends its paragraph. One that stands alone, ends in no full stop and is
    followed by more is a heading.
    """
    repeated = _repeated(text for _number, text in pages)
    lines = [_Line(line, number) for number, text in pages for line in _body(text, repeated)]
    return [_block(group, follows=follows) for group, follows in _with_next(_groups(lines, _usual(lines)))]


def _repeated(texts: Iterable[str]) -> set[str]:
    """Return what stands at the edges of many pages, whatever the numbers in it."""
    edges = [{_alike(line) for line in _edge(text)} for text in texts]
    if len(edges) < _FEWEST_PAGES:
        return set()
    counted = Counter(line for edge in edges for line in edge)
    return {line for line, times in counted.items() if times >= max(_FEWEST_PAGES, _OFTEN * len(edges))}


def _edge(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    return [*lines[:_EDGE], *lines[_EDGE:][-_EDGE:]]


def _alike(line: str) -> str:
    return _DIGITS.sub("#", " ".join(line.casefold().split()))


def _body(text: str, repeated: set[str]) -> list[str]:
    """Return the lines of a page without running heads and page numbers; empty ones stay."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    filled = [number for number, line in enumerate(lines) if line]
    edge = {*filled[:_EDGE], *filled[-_EDGE:]}
    gone = {number for number in edge if _alike(lines[number]) in repeated or _NUMBER.match(lines[number])}
    return [line for number, line in enumerate(lines) if number not in gone]


def _usual(lines: Iterable[_Line]) -> int:
    """Return how long a full line is. Lines whose parted words were joined are longer: hence not the longest."""
    lengths = sorted(len(line.text) for line in lines if len(line.text) >= _LEAST)
    return lengths[len(lengths) * 6 // 10] if lengths else 0


def _groups(lines: Iterable[_Line], usual: int) -> Iterable[list[_Line]]:
    """Yield the lines of each block."""
    group: list[_Line] = []
    for line in lines:
        if group and (not line.text or _MARKED.match(line.text)):
            yield group
            group = []
        if line.text:
            group.append(line)
            if _is_last(line.text, usual):
                yield group
                group = []
    if group:
        yield group


def _is_last(text: str, usual: int) -> bool:
    if usual > _UNBROKEN or len(text) < _SHORT * usual:
        return True
    return len(text) < _ALMOST_FULL * usual and _ENDS.search(text) is not None


def _with_next(groups: Iterable[list[_Line]]) -> Iterable[tuple[list[_Line], bool]]:
    found = list(groups)
    yield from ((group, True) for group, _after in pairwise(found))
    if found:
        yield found[-1], False


def _block(group: Sequence[_Line], *, follows: bool) -> Block:
    text = group[0].text
    for line in group[1:]:
        text = _joined(text, line.text)
    return Block(_kind(text, lines=len(group), follows=follows), text, group[0].page)


def _kind(text: str, *, lines: int, follows: bool) -> Kind:
    if _MARKED.match(text):
        return "item"
    stands_alone = lines == 1 and follows and len(text) <= _LONGEST_HEADING
    ends = _ENDS.search(text) is not None or text.endswith((",", "،", "-"))
    return "heading" if stands_alone and not ends and any(sign.isalpha() for sign in text) else "paragraph"


def _joined(text: str, more: str) -> str:
    if text.endswith("-") and len(text) > 1 and text[-2].isalpha():
        return (text[:-1] if more[:1].islower() else text) + more  # parted at the end of a page; or Anglo-Saxon
    return f"{text} {more}"
