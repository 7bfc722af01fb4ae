"""One folding for every search, one order for every list, here and in PostgreSQL (`words.folded`, `words.sorted_as`).

The PostgreSQL that needs no installation is built without ICU, so collations of a language are not at hand; both
sides therefore do the same plain steps, and a test compares them over all of Unicode. Whoever changes one changes the
other by a migration, and rebuilds what was stored with it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SINGLE: Final = str.maketrans(
    "łøđðħıŧŋςٱىیېةکھہە٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹’‘ʼʻʾʿ‐‒–—",
    "loddhitnσايييهكههه01234567890123456789''''''----",
)
SEVERAL: Final = (("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("þ", "th"))
DROPPED: Final = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f"
    "\u2060-\u2064\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]"
)
"""Marks on letters of Latin, Greek, Cyrillic, Hebrew and Arabic script, the tatweel, and what nobody sees."""


def folded(text: str) -> str:
    """Return what a search compares: without case, marks and the differences that people leave out when they type."""
    if text.isascii():
        return text.lower()
    plain = DROPPED.sub("", unicodedata.normalize("NFKD", text))
    plain = "".join(map(_lower, plain)).translate(SINGLE)
    for letter, letters in SEVERAL:
        plain = plain.replace(letter, letters)
    return plain


def sorted_as(text: str, language: str) -> str:
    """Return the key that puts ``text`` in its place in the alphabet of ``language``; keys compare by code point.

    Spanish has Ñ between N and O; an Arabic reader finds names in Arabic script before all others.
    """
    if language == "es":
        text = unicodedata.normalize("NFC", text).replace("ñ", "n~").replace("Ñ", "n~")
    key = folded(text)
    if language == "ar":
        return ("0" if "\u0620" <= key[:1] <= "\u06ff" else "1") + key
    return key


def _lower(letter: str) -> str:
    """Return the lower case of one letter, as PostgreSQL has it: one letter for one."""
    lower = letter.lower()
    return lower if len(lower) == 1 else letter
