"""What somebody looks for: words, phrases in quotation marks, beginnings with a star; and works that answer to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from services.materials.rules.words import bare

MOST_TERMS: Final = 12
MOST_SIGNS: Final = 200
_TERM: Final = re.compile(r'["“”«»„]([^"“”«»„]*)["“”«»„]|(\S+)')
_WORD: Final = re.compile(r"\w+")
_SHORTEST_BEGINNING: Final = 3


@dataclass(frozen=True)
class Term:
    """One thing looked for: a ``phrase`` of several words in their order, or a word; ``begins``: also longer ones."""

    text: str
    is_phrase: bool = False
    begins: bool = False


@dataclass(frozen=True)
class Asked:
    """All of the terms must be found on a page."""

    terms: tuple[Term, ...]

    def __bool__(self) -> bool:
        return bool(self.terms)

    def mended(self, instead: dict[str, str]) -> Asked:
        """Return the same with other words for some."""
        return Asked(tuple(replace(term, text=instead.get(term.text, term.text)) for term in self.terms))

    def __str__(self) -> str:
        """As it could have been typed."""
        return " ".join(f'"{term.text}"' if term.is_phrase else term.text for term in self.terms)


def read_query(typed: str) -> Asked:
    """Return what ``typed`` asks for; its last word may be the beginning of a longer one, since people stop early."""
    terms: list[Term] = []
    for phrase, word in _TERM.findall(typed[:MOST_SIGNS]):
        words = _WORD.findall(phrase or word)
        if len(words) > 1:
            terms.append(Term(" ".join(words), is_phrase=True))
        elif words:
            terms.append(Term(words[0], begins=not phrase and word.rstrip().endswith("*")))
    terms = terms[:MOST_TERMS]
    if terms and not terms[-1].is_phrase and len(terms[-1].text) >= _SHORTEST_BEGINNING:
        terms[-1] = replace(terms[-1], begins=True)
    return Asked(tuple(terms))


def answers_to(texts: Iterable[str], asked: Asked) -> bool:
    """Say whether each term stands in one of the ``texts``, at the beginning of a word, whatever the accents."""
    whole = "\n".join(" ".join(_WORD.findall(bare(text))) for text in texts)
    return bool(asked) and all(re.search(rf"(?<!\w){re.escape(bare(term.text))}", whole) for term in asked.terms)


HIT_BEGINS: Final = "\ue000"
HIT_ENDS: Final = "\ue001"
"""Around a hit in a snippet: signs that no text contains, to be made into markup by whoever shows it."""


def parts_of(snippet: str) -> list[tuple[str, bool]]:
    """Return a snippet as ``(text, is a hit)``, in order."""
    parts = re.split(f"{HIT_BEGINS}([^{HIT_ENDS}]*){HIT_ENDS}", " ".join(snippet.split()))
    return [(part, number % 2 == 1) for number, part in enumerate(parts) if part]
