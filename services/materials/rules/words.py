"""The words of a text as they are kept to mend mistyped ones: small, without marks, none too short."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SHORTEST, _LONGEST = 4, 40
_WORD: Final = re.compile(rf"[^\W\d_]{{{_SHORTEST},{_LONGEST}}}")


def bare(text: str) -> str:
    """Return ``text`` in small letters without accents and vowel signs."""
    apart = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not unicodedata.combining(sign)))


def words_in(text: str) -> set[str]:
    """Return the different words of ``text``."""
    return set(_WORD.findall(bare(text)))
