from __future__ import annotations

import pytest

from services.materials.rules.guesses import Guess, guess
from services.materials.rules.media import EPUB, PDF, TEXT


@pytest.mark.parametrize(
    ("name", "media_type", "said"),
    [
        ("sse-reader-2011-fr.pdf", PDF, Guess("fr", None, "pdf")),
        ("sse-reader-2011-ar-light.pdf", PDF, Guess("ar", None, "light_pdf")),
        ("sse-reader-2011-es-ch03.pdf", PDF, Guess("es", 3, "pdf")),
        ("03 Gouvernance (fr).pdf", PDF, Guess("fr", 3, "pdf")),
        ("Chapitre 2 - Français.txt", TEXT, Guess("fr", 2, "text")),
        ("Capítulo_04_português.epub", EPUB, Guess("pt", 4, "epub")),
        ("الفصل 2 العربية.pdf", PDF, Guess("ar", 2, "pdf")),
        ("Guide to English law (fr).pdf", PDF, Guess("fr", None, "pdf")),
        ("chapter 12 en.pdf", PDF, Guess("en", None, "pdf")),
        ("2011 report.pdf", PDF, Guess(None, None, "pdf")),
        ("2011.10.24 EN.pdf", PDF, Guess("en", None, "pdf")),
        ("version légère FR.pdf", PDF, Guess("fr", None, "light_pdf")),
        ("light.epub", EPUB, Guess(None, None, "epub")),
        ("scan0001.pdf", PDF, Guess(None, None, "pdf")),
        ("fr", TEXT, Guess("fr", None, "text")),
        ("", PDF, Guess(None, None, "pdf")),
    ],
)
def test_a_name_says_what_people_who_named_it_meant(name: str, media_type: str, said: Guess) -> None:
    assert guess(name, media_type=media_type, chapters={1, 2, 3, 4}) == said
