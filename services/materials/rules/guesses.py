"""What a file's name says of it: its language, its chapter, whether it is the light version. Shown to be corrected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from services.materials.rules.media import EPUB, PDF, TEXT
from services.materials.rules.words import bare

_LANGUAGES: Final = {
    "en": "en eng english anglais ingles",
    "fr": "fr fra fre french francais frances",
    "es": "es esp spa spanish espagnol espanol castellano",
    "pt": "pt por ptbr portuguese portugais portugues",
    "ar": "ar ara arabic arabe العربية عربي عربية",
}
_BY_WORD: Final = {word: code for code, words in _LANGUAGES.items() for word in words.split()}
_LIGHT: Final = frozenset(
    ("light", "lite", "leger", "legere", "ligero", "ligera", "leve", "small", "compressed", "خفيف"),
)
_CHAPTER: Final = re.compile(
    r"(?:\b|_)(?:ch|chap|chapter|chapitre|cap|capitulo|kapitel|part|partie|parte|الفصل|فصل)[\s._-]*0*(\d{1,3})(?!\d)"
)
_LEADING: Final = re.compile(r"^0*(\d{1,2})[\s._-]+(?!\d)")
_FORMATS: Final = {PDF: "pdf", EPUB: "epub", TEXT: "text"}


@dataclass(frozen=True)
class Guess:
    """What a name says; ``language`` and ``chapter`` None: nothing. ``format`` comes from the bytes and the name."""

    language: str | None
    chapter: int | None
    format: str


def guess(name: str, *, media_type: str, chapters: Collection[int]) -> Guess:
    """Return what ``name`` says of a file of ``media_type``; a chapter only when the release has one of that number.

    The last word that names a language counts, since titles come before it: ``Guide to English law (fr).pdf``.
    """
    stem = bare(unicodedata.normalize("NFKC", name).rpartition(".")[0] or name)
    words = re.findall(r"[^\W\d_]+", stem)
    language = next((_BY_WORD[word] for word in reversed(words) if word in _BY_WORD), None)
    found = _CHAPTER.search(stem) or _LEADING.search(stem)
    number = int(found[1]) if found else None
    format_ = _FORMATS[media_type]
    if format_ == "pdf" and _LIGHT.intersection(words):
        format_ = "light_pdf"
    return Guess(language, number if number in chapters else None, format_)
